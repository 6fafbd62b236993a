"""Use cases of the clock: reminders, retention, undelivered messages."""
