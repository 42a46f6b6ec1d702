"""Tests of `app.ui`, apart from the chat page itself, which browser tests drive."""
