"""Gmail: letters through Google's API, woken by Pub/Sub and healed by pulls."""
