"""`make demo`: the bot with the practice workspace in the browser."""
