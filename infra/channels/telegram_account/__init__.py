"""Telegram, as a personal account over MTProto."""
