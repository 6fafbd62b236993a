"""Use cases: each is a function that takes a unit of work, and commits nothing itself."""
