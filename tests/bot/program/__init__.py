"""Start, loops, health and files of the program."""
