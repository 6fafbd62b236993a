"""What the workspace holds: people, messages, views, files, faults."""
