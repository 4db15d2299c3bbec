"""Paths, queries and writes of each noun, written once over the DocumentStore port. One file a noun."""
