"""An end-to-end check of a running deployment, from outside: HTTP only."""
