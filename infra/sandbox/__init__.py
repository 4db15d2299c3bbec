"""The simulated outside world: stand-ins for the vendors, and a page to play the customer."""
