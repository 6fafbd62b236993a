"""Plan files, and the table of rules."""
