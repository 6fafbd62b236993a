"""A dossier as a file: whole, or as parents may see it."""
