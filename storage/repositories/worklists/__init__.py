"""Who must act on what and by when, as rows."""
