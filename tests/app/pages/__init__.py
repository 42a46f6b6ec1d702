"""Tests of `app.pages`: plain pages without a script."""
