"""One file for each kind of request: parse it, call one use case, answer."""
