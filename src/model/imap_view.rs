//! One IMAP session's picture of its mailbox.
