"""What people see about staff: roles, deputies and working days."""
