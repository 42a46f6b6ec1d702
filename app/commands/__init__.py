"""The commands of `carelight`, a module for each group."""
