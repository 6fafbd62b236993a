"""A case: its entries, the state that follows from them, and its header."""
