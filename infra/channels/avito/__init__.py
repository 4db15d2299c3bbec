"""Avito Messenger: customers ask about a listing, the shop answers in Avito's own chat."""
