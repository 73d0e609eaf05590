//! Extensions of IMAP: one file for each capability.
