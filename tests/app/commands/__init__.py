"""Tests of `app.commands`, through the command line."""
