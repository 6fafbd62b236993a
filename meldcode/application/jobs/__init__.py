"""Jobs, the use cases that run by the clock: reminders, retention, undelivered messages."""
