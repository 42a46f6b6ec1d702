"""What stands between the network and the application: who comes in, how much, how fast, and what is told of it."""
