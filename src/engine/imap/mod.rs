//! The IMAP client engine.
