"""Customers who write to a Telegram bot."""
