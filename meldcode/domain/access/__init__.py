"""Who may do what, and who is responsible (G3, G12)."""
