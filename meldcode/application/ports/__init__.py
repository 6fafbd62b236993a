"""The ports: what the use cases need from outside. `storage` implements them; docstrings stand here, once."""
