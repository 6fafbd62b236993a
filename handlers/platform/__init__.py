"""What is particular to Slack: requests, workspaces, locales, errors and limits."""
