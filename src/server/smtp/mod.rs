//! SMTP and LMTP sessions: delivery into INBOX (RFC 5321, 2033, 2920, 3207, 6152, 1870, 2034).

mod address;
mod cmd;
mod corrupt;
mod data;
mod reply;
mod session;

#[cfg(test)]
mod tests;

pub(super) use session::{Dialect, serve};
