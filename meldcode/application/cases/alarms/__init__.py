"""Immediate danger: raised, answered, escalated, and recorded afterwards (G4, G8)."""
