"""Any mailbox: letters in over IMAP, letters out over SMTP."""
