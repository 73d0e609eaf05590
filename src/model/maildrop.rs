//! One POP3 session's snapshot of the maildrop.
