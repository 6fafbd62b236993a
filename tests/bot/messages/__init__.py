"""Messages and reminders in the running program."""
