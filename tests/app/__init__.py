"""Tests of `app`: people at the edges."""
