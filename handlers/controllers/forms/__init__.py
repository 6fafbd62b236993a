"""Forms of the plan: what is typed in them, and what is submitted."""
