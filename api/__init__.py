"""The door for people and programs: the HTTP API and the command line."""
