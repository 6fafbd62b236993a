"""The step plan as data: its model, its file format, its translation."""
