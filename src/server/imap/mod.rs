//! IMAP sessions: IMAP4rev1 (RFC 3501) and, once enabled, IMAP4rev2 (RFC 9051).
//!
//! `parse` turns octets into values, `cmd` acts on them one command per file, `view` keeps what
//! the client was told about the selected mailbox, `mime` and `respond` make what goes out.

mod cmd;
mod envelope;
mod mime;
mod parse;
mod respond;
mod session;
#[cfg(test)]
mod tests;
mod text;
mod view;

use std::io;

use super::context::Context;
use super::stream::Stream;

/// Serves one connection, from the greeting to its end.
///
/// # Errors
/// When the connection breaks.
pub(crate) async fn serve(stream: Stream, context: Context) -> io::Result<()> {
    session::Session::new(stream, context).run().await
}
