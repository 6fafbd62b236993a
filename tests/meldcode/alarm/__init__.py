"""Immediate danger (G4)."""
