"""Publishes the Home tabs that changed."""
