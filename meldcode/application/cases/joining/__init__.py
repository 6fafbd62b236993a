"""Cases about one pupil that become one, and a signal that goes to another case (G10)."""
