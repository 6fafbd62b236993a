"""The scheduler's jobs that are no use cases: the anchor, the calendar and the shared files."""
