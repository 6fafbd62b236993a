"""Deadlines, reminders and appointments (G2, G6, S3.6)."""
