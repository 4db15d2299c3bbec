"""Hands a conversation's outbox to its channel."""
