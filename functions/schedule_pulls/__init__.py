"""Each minute: which inboxes are due for a pull."""
