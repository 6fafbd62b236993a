"""The ports of the core on SQL tables: one file for each."""
