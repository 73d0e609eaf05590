//! Each IMAP fault, seen to differ from a conforming server.
