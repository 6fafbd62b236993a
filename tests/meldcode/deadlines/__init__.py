"""Deadlines, reminders, the calendar and retention."""
