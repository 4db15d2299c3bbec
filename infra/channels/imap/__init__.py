"""Any mailbox over IMAP and SMTP."""
