"""What Carelight says and where it comes from: articles, passages, set words, the served set."""
