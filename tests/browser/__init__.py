"""The product as its people use it, in Chromium."""
