"""Each minute: publishes again what the state says is owed."""
