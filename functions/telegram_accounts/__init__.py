"""Holds the connections of personal Telegram accounts."""
