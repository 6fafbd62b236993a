"""Whose pupil a case is about, and which cases may be about the same one (S1.6, G10)."""
