"""The desk itself: nouns, rules and verbs. Standard library and pydantic only, no I/O."""
