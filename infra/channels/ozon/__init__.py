"""Ozon: buyers ask about an order or a product in Ozon's chat, the seller answers there."""
