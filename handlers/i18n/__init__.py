"""The sentences on screen, in each language."""
