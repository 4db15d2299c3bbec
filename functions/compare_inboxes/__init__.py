"""Daily: compares what the vendors hold with what we hold."""
