"""Wildberries: chats, reviews and questions."""
