"""What a form carries: what it is about, and what is typed in it."""
