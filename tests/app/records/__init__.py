"""Tests of `app.records`: what is remembered."""
