//! IMAP sessions.

use std::io;

use super::context::Context;
use super::stream::Stream;

/// Serves one connection, from the greeting to its end.
///
/// # Errors
/// When the connection breaks.
pub(crate) async fn serve(mut stream: Stream, _context: Context) -> io::Result<()> {
    stream.write(b"* BYE not yet\r\n").await?;
    stream.close().await;
    Ok(())
}
