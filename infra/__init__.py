"""The outside: everything with a socket or a file."""
