"""Hints about names and wording."""
