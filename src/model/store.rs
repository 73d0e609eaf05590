//! Mailboxes, messages and UIDs, as far as known.
