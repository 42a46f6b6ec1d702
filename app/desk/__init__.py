"""What every desk is made of, whoever works at it: the frame, what keeps a page true, small pieces."""
