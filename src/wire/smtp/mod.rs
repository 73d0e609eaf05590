//! SMTP and LMTP replies (RFC 5321, RFC 2033, RFC 2034).

mod hello;
mod reply;

pub use hello::{greeting_violation, hello_violations, missing_enhanced_code};
pub use reply::{is_last_line, parse};

/// One reply of an SMTP or LMTP server, all its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The reply code, `None` if there is no readable one.
    pub code: Option<u16>,
    /// The enhanced status code, if the text begins with one (RFC 3463): `5.1.1`.
    pub enhanced: Option<String>,
    /// The text of each line behind code and separator, without CRLF.
    pub lines: Vec<Vec<u8>>,
}
