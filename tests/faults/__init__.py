"""Faults: what breaks around the product, and what patients still get."""
