"""What may be asked and what may be said: red flags, care cards, scope, and the check of every answer."""
