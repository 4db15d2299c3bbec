"""Telegram's webhook: `/hooks/telegram/{inbox_id}` with the secret in a header."""
