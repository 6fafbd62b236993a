"""Schools, staff and their accounts."""
