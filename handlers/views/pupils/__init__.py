"""Screens about who a pupil is: the name, the question which pupil it is, and finding cases."""
