"""What leaves Slack: the dossier as PDF and JSON, and the access table."""
