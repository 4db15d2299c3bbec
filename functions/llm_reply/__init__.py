"""The assistant's turn: the reply, the draft or the handoff."""
