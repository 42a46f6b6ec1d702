"""The chat page: Chainlit's only home. `chat.py` is loaded by its path; nothing imports it."""
