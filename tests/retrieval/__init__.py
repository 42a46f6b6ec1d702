"""Tests of search, the index, and quoted and drafted answers."""
