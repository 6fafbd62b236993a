"""What the use cases need from outside; `storage` implements it."""
