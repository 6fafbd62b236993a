"""What people hear of entries about themselves."""
