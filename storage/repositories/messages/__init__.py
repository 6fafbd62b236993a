"""The outbox: messages that wait to be sent, with what they carry."""
