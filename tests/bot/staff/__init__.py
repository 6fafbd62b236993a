"""Roles, readers and Home tabs in the running program."""
