"""What strangers, insiders and broken requests try."""
