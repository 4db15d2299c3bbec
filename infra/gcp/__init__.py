"""Adapters on Google's own clients."""
