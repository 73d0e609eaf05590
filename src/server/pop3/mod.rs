//! POP3 sessions (RFC 1939, 2449, 2595, 3206, 5034).

mod cmd;
mod corrupt;
mod digest;
mod maildrop;
mod reply;
mod session;
mod timestamp;
mod update;

#[cfg(test)]
mod tests;

pub(super) use session::serve;
