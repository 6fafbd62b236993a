"""Block Kit: its elements, and Slack's limits on them."""
