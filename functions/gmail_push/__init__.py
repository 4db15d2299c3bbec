"""Gmail's watch: a mailbox changed."""
