"""Verbs: one use case a file, over ports only."""
