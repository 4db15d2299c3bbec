"""One folder a channel. They do not know each other; what two of them need stands here beside them."""
