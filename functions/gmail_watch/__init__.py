"""Daily: renews every registration that its vendor forgets."""
