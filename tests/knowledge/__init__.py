"""Tests of articles, passages, lint, set words and the starter corpus."""
