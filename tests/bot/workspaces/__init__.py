"""Several workspaces, installing, and doctor."""
