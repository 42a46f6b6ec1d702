"""Programs that measure what the documents claim; none is a test."""
