"""The embedded stack: everything on one machine, kept in one data folder."""
