"""What a person may do to a conversation: one set for the dashboard, the work group, the CLI and the model."""
