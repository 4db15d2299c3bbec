"""What the desk needs from outside: one Protocol a file, each with two or more real adapters."""
