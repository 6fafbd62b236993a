"""Tables, unit of work, encryption, outbox, migrations."""
