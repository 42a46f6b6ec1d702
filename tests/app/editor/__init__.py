"""Tests of the editor desk."""
