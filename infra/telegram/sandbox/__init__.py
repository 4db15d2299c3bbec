"""The stand-in for Telegram: one server for all simulated bots, their customers, accounts and groups."""
