"""Who is told of an entry, and what."""
