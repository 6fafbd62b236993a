"""Starts what `deploy/`, `Containerfile` and `compose.yaml` describe, where the machine can."""
