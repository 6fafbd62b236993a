"""What people see, as Block Kit: modals, Home tab and messages."""
