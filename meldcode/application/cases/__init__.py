"""Use cases about one case: record, view, alarm, merge, export."""
