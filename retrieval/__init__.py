"""From a question to passages to an answer in which every statement is cited."""
