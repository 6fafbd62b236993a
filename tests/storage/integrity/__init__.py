"""Backup, restore, verify, anchor and destruction."""
