"""The server and the browser pages of the practice workspace."""
