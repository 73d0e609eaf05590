//! The SMTP and LMTP client engine.
