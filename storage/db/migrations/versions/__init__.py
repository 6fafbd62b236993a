"""The revisions, each written out and never changed once released."""
