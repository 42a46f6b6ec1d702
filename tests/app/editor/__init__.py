"""Tests of `app.editor`: what its pages show and offer, without a browser."""
