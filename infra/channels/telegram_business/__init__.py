"""Telegram, for the personal accounts of people who connect a business bot."""
