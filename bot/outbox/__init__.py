"""Sends the messages of the outbox, and renders them."""
