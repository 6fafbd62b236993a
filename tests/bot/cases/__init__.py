"""Cases in the running program."""
