"""Nouns: frozen models, a file a noun."""
