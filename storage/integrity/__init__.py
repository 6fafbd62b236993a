"""Verify, anchor, back up, restore and wipe the data."""
