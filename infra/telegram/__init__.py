"""Telegram's Bot API: what the bots' channels, the work group and the master bot share."""
