"""What messages say, as typed payloads."""
