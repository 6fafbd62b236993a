"""Use cases that find cases by pupil, for people who may know (G11)."""
