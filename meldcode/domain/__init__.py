"""The rules of the step plan as pure functions and values: no I/O, `now` is an argument."""
