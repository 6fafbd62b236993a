"""Keys, ciphers, the hash chain, and what is encrypted as bytes."""
