"""What the scheduler does beside the use cases of the clock: the anchor, the calendar and the shared files."""
