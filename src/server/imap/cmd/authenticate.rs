//! AUTHENTICATE (RFC 9051 §6.2.2) with PLAIN (RFC 4616), and SASL-IR.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseError, ParseResult, Parser};
use crate::server::imap::session::Session;

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Authenticate {
    mechanism: String,
    initial: Option<String>,
}

impl Authenticate {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let mechanism = p.keyword()?;
        let initial = if p.take(b' ') {
            Some(p.atom()?.to_owned())
        } else {
            None
        };
        let not_base64 = |text: &String| text != "=" && STANDARD.decode(text).is_err();
        if initial.as_ref().is_some_and(not_base64) {
            return Err(ParseError::Syntax("The initial response is not base64"));
        }
        Ok(Self { mechanism, initial })
    }

    pub(super) async fn run(self, session: &mut Session) -> io::Result<Reply> {
        if self.mechanism != "PLAIN" {
            return Ok(Reply::no("CANNOT", "No such mechanism here"));
        }
        let ignored = session.has(Fault::SaslIrIgnored);
        let response = match self.initial.as_deref().filter(|_| !ignored) {
            Some("=") => Vec::new(),
            Some(initial) => initial.as_bytes().to_vec(),
            None if session.has(Fault::AuthenticateWithoutInitialResponseFails) => {
                return Ok(Reply::no("AUTHENTICATIONFAILED", "No response came"));
            }
            None => {
                session.out.extend_from_slice(b"+ \r\n");
                session.flush().await?;
                match session.read_line().await {
                    Some(line) => line,
                    None => return Ok(Reply::bad("No response came")),
                }
            }
        };
        if response == b"*" && session.has(Fault::AuthenticateCancelIsNo) {
            return Ok(Reply::no("AUTHENTICATIONFAILED", "AUTHENTICATE given up"));
        }
        if response == b"*" {
            return Ok(Reply::bad("AUTHENTICATE given up"));
        }
        let Ok(message) = STANDARD.decode(&response) else {
            return Ok(Reply::bad("The response is not base64"));
        };
        let fields: Vec<&[u8]> = message.split(|octet| *octet == 0).collect();
        let [authorization, user, password] = fields[..] else {
            return Ok(Reply::no("AUTHENTICATIONFAILED", "Not a message of PLAIN"));
        };
        if !authorization.is_empty() && authorization != user {
            return Ok(Reply::no(
                "AUTHORIZATIONFAILED",
                "Nobody may act for another here",
            ));
        }
        Ok(session.log_in(user, password))
    }
}
