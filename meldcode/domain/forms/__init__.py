"""What may be said in forms: the rules of the plan and of the program."""
