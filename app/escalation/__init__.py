"""A red flag's way to a person: the case, who is called and when, what is told meanwhile."""
