"""Yandex Market: chats, reviews and questions."""
