"""What may be asked and what may be said: every rule, card and check of the guardrails."""
