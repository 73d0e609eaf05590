//! AUTH with PLAIN and CRAM-MD5 (RFC 5034, RFC 4616, RFC 2195).

use std::io;
use std::ops::ControlFlow::{self, Break, Continue};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::{Reply, Session, State};
use crate::server::fault::Fault;
use crate::server::pop3::digest;
use crate::server::pop3::timestamp::timestamp;
use crate::server::stream::Input;

/// Octets of a client's response (RFC 5034 §4 leaves the limit to the mechanism).
const LONGEST_RESPONSE: usize = 12_288;

/// Octets of a response after which a faulty server has enough.
const LONGEST_FAULTY_RESPONSE: usize = 200;

pub(super) async fn run(session: &mut Session, arguments: &str) -> io::Result<Reply> {
    let (mechanism, initial) = match arguments.split_once(' ') {
        Some((mechanism, initial)) => (mechanism, Some(initial.as_bytes().to_vec())),
        None => (arguments, None),
    };
    if session.context.has(Fault::Pop3AuthFailureFinal)
        && matches!(&session.state, State::Authorization(Some(name)) if name.is_empty())
    {
        return Ok(Reply::err("too many failures"));
    }
    session.state = State::Authorization(None);
    let mechanism = match session.context.has(Fault::Pop3MechanismsCaseSensitive) {
        true => mechanism.to_owned(),
        false => mechanism.to_ascii_uppercase(),
    };
    let reply = match mechanism.as_str() {
        "PLAIN" => plain(session, initial).await?,
        "CRAM-MD5" => cram_md5(session, initial).await?,
        _ if session.context.has(Fault::Pop3UnknownMechanismChallenged) => {
            drop(exchange(session, "").await?);
            Reply::err("no such mechanism after all")
        }
        _ => Reply::err("no such mechanism"),
    };
    if session.context.has(Fault::Pop3AuthFailureFinal)
        && let (Reply::Err(_), State::Authorization(name)) = (&reply, &mut session.state)
    {
        *name = Some(String::new());
    }
    Ok(reply)
}

async fn plain(session: &mut Session, initial: Option<Vec<u8>>) -> io::Result<Reply> {
    let empty_is_missing = session.context.has(Fault::Pop3EmptyResponseAsked);
    let response = match initial {
        Some(initial) if !(empty_is_missing && initial == b"=") => initial,
        _ => {
            if session.context.has(Fault::Pop3AuthPlainNoIrBroken) {
                return Ok(Reply::err("[AUTH] wrong name or password"));
            }
            match exchange(session, "").await? {
                Continue(response) => response,
                Break(reply) => return Ok(reply),
            }
        }
    };
    let lenient = session.context.has(Fault::Pop3Base64Lenient);
    Ok(match credentials(&response, lenient) {
        Some((user, password)) => session.login(&user, &password),
        None if session.context.has(Fault::Pop3AuthCancelIgnored) => Reply::ok("go on"),
        None => Reply::err("[AUTH] not a response of PLAIN for one's own maildrop"),
    })
}

/// The challenge is a fresh message-id; the response is the name and the digest.
async fn cram_md5(session: &mut Session, initial: Option<Vec<u8>>) -> io::Result<Reply> {
    if initial.is_some() && !session.context.has(Fault::Pop3CramInitialIgnored) {
        return Ok(Reply::err("CRAM-MD5 begins with a challenge"));
    }
    let challenge = timestamp(&session.context);
    let response = match exchange(session, &challenge).await? {
        Continue(response) => response,
        Break(reply) => return Ok(reply),
    };
    let decoded = STANDARD.decode(response).ok();
    let text = decoded.and_then(|octets| String::from_utf8(octets).ok());
    let Some((name, given)) = text.as_deref().and_then(|text| text.rsplit_once(' ')) else {
        return Ok(Reply::err("[AUTH] not a response of CRAM-MD5"));
    };
    let refused = session.context.has(Fault::Pop3CramRefused);
    let unchecked = session.context.has(Fault::Pop3CramUnchecked);
    Ok(session.login_with(name, |password| {
        unchecked || digest::cram(&challenge, password) == given && !refused
    }))
}

/// Sends a challenge; gives the response, or the reply that ends the exchange.
async fn exchange(
    session: &mut Session,
    challenge: &str,
) -> io::Result<ControlFlow<Reply, Vec<u8>>> {
    let line = match session.context.has(Fault::Pop3ChallengeNotBase64) {
        true => "+ who are you?\r\n".to_owned(),
        false => format!("+ {}\r\n", STANDARD.encode(challenge)),
    };
    session.stream.write(line.as_bytes()).await?;
    let cancel_is_ignored = session.context.has(Fault::Pop3AuthCancelIgnored);
    let hangs_up = session.context.has(Fault::Pop3LongResponseHangsUp);
    Ok(match session.stream.read_line(LONGEST_RESPONSE).await {
        Input::Octets(line) if line == b"*" && !cancel_is_ignored => {
            Break(Reply::err("authentication cancelled"))
        }
        Input::Octets(line) if hangs_up && line.len() > LONGEST_FAULTY_RESPONSE => {
            Break(Reply::Hangup)
        }
        Input::Octets(line) => Continue(line),
        Input::TooLong => Break(Reply::err("line too long")),
        Input::Closed | Input::Stopping | Input::Idle => Break(Reply::Hangup),
    })
}

/// Name and password of `[authzid] NUL authcid NUL passwd` in Base64. Acting for somebody else is
/// not offered.
fn credentials(response: &[u8], lenient: bool) -> Option<(String, String)> {
    let octets = match lenient {
        true => decoded_leniently(response)?,
        false => STANDARD.decode(response).ok()?,
    };
    let message = String::from_utf8(octets).ok()?;
    let mut parts = message.split('\0');
    let (authzid, user, password) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && !user.is_empty() && !password.is_empty();
    let own = authzid.is_empty() || authzid == user;
    (whole && own).then(|| (user.to_owned(), password.to_owned()))
}

/// Fault: what is no base64 is passed over.
fn decoded_leniently(response: &[u8]) -> Option<Vec<u8>> {
    let kept = response.iter().copied();
    let kept: Vec<u8> = kept
        .filter(|octet| octet.is_ascii_alphanumeric() || b"+/".contains(octet))
        .collect();
    STANDARD_NO_PAD.decode(kept).ok()
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
            assert_eq!(
                credentials(response.as_bytes(), false),
                expected,
                "{message:?}"
            );
        }
        assert_eq!(
            credentials(b"AHRpbQB0YW5zdGFhZg", false),
            None,
            "no padding"
        );
        assert_eq!(credentials(b"=", false), None, "the empty response");
    }
}
