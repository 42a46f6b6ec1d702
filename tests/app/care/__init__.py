"""Tests of the care desk."""
