"""What goes over the wire, a file a noun. Requests refuse unknown fields; answers name each field."""
