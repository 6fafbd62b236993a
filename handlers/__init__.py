"""Slack in, Slack out: parse, call one use case, show."""
