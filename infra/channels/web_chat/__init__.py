"""The chat on the seller's own site."""
