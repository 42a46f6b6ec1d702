"""Plain pages without a script: the library, the sign-in, and what a guest decides about their device."""
