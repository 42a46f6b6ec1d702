"""The care desk, where people work escalated conversations. NiceGUI's home."""
