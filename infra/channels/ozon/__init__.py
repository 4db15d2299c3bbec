"""Ozon Seller: chats with buyers."""
