"""Use cases about staff: roles and deputies."""
