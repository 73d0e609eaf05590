//! AUTH PLAIN (RFC 5034, RFC 4616).

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Reply, Session, State};
use crate::server::fault::Fault;
use crate::server::stream::Input;

/// Octets of a client's response (RFC 5034 §4 leaves the limit to the mechanism).
const LONGEST_RESPONSE: usize = 12_288;

pub(super) async fn run(session: &mut Session, arguments: &str) -> io::Result<Reply> {
    let (mechanism, initial) = match arguments.split_once(' ') {
        Some((mechanism, initial)) => (mechanism, Some(initial.as_bytes().to_vec())),
        None => (arguments, None),
    };
    if !mechanism.eq_ignore_ascii_case("PLAIN") {
        return Ok(Reply::err("no such mechanism"));
    }
    session.state = State::Authorization(None);
    let response = match initial {
        Some(initial) => initial,
        None => {
            if session.context.has(Fault::Pop3AuthPlainNoIrBroken) {
                return Ok(Reply::err("[AUTH] wrong name or password"));
            }
            let challenge: &[u8] = match session.context.has(Fault::Pop3ChallengeNotBase64) {
                true => b"+ who are you?\r\n",
                false => b"+ \r\n",
            };
            session.stream.write(challenge).await?;
            match session.stream.read_line(LONGEST_RESPONSE).await {
                Input::Octets(line) => line,
                Input::TooLong => return Ok(Reply::err("line too long")),
                Input::Closed | Input::Stopping | Input::Idle => return Ok(Reply::Hangup),
            }
        }
    };
    if response == b"*" && !session.context.has(Fault::Pop3AuthCancelIgnored) {
        return Ok(Reply::err("authentication cancelled"));
    }
    Ok(match credentials(&response) {
        Some((user, password)) => session.login(&user, &password),
        None if session.context.has(Fault::Pop3AuthCancelIgnored) => Reply::ok("go on"),
        None => Reply::err("not a response of PLAIN"),
    })
}

/// Name and password of `[authzid] NUL authcid NUL passwd` in Base64. Acting for somebody else is
/// not offered.
fn credentials(response: &[u8]) -> Option<(String, String)> {
    let message = String::from_utf8(STANDARD.decode(response).ok()?).ok()?;
    let mut parts = message.split('\0');
    let (authzid, user, password) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && !user.is_empty() && !password.is_empty();
    let own = authzid.is_empty() || authzid == user;
    (whole && own).then(|| (user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_of_plain() {
        let pair = Some(("tim".to_owned(), "tanstaaf".to_owned()));
        for (message, expected) in [
            ("\0tim\0tanstaaf", pair.clone()),
            ("tim\0tim\0tanstaaf", pair),
            ("ursel\0tim\0tanstaaf", None),
            ("\0tim\0", None),
            ("\0\0tanstaaf", None),
            ("\0tim\0tan\0staaf", None),
            ("tim", None),
            ("", None),
        ] {
            let response = STANDARD.encode(message);
            assert_eq!(credentials(response.as_bytes()), expected, "{message:?}");
        }
        assert_eq!(credentials(b"AHRpbQB0YW5zdGFhZg"), None, "no padding");
        assert_eq!(credentials(b"="), None, "the empty response");
    }
}
