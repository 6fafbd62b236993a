"""The alarm in the running program."""
