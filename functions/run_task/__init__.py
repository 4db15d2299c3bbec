"""Delayed work."""
