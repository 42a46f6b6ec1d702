"""People at the edges: the chat, the desks, the command line, the records, and the wiring of it all."""
