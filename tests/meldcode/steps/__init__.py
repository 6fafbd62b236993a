"""The rules of each step of the plan."""
