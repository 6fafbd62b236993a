"""The ports on SQL tables."""
