"""HTTP: the gate before Slack's requests, the pages, and the server."""
