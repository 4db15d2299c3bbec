"""Pulls one inbox from its cursor."""
