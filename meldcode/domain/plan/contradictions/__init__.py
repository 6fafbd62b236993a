"""What each part of a plan allows alone, but not together."""
