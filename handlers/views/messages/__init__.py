"""The messages of the outbox in words: a case code, what is asked and a button, never personal data (promise 4)."""
