"""Speed measurements, each with a reference from the same run: `python -m bench` (see docs/performance.md)."""
