//! Delivery of a message over LMTP or SMTP.

use std::time::Duration;

use super::ClientError;
use super::session::{Answer, Session};
use crate::engine::{Command, Request};
use crate::transport::{Endpoint, Options, Recorder};
use crate::wire::{Body, Message, Protocol};

/// The reverse-path of every message that mailspec delivers.
const SENDER: &str = "mailspec@localhost";

/// Delivers a message to one address; it has been accepted when this returns. The octets have CRLF
/// line ends; dot-stuffing is done here.
pub async fn deliver(
    endpoint: &Endpoint,
    address: &str,
    octets: &[u8],
    actor: &str,
    options: &Options,
    recorder: &Recorder,
    limit: Duration,
) -> Result<(), ClientError> {
    let (mut session, greeting) = Session::open(endpoint, actor, options, recorder, limit).await?;
    if reply_code(&greeting) != Some(220) {
        return Err(session.refused("the greeting", &greeting));
    }
    let hello = match endpoint.protocol {
        Protocol::Lmtp => "LHLO localhost",
        _ => "EHLO localhost",
    };
    let transaction = [
        hello.to_owned(),
        format!("MAIL FROM:<{SENDER}>"),
        format!("RCPT TO:<{address}>"),
    ];
    for command in transaction {
        let answer = session.command(&command, Command::text(&command)).await?;
        accepted(&session, &command, &answer)?;
    }
    let answer = session.command("DATA", Command::text("DATA")).await?;
    if !answer.continues {
        return Err(session.refused("DATA", &answer.last));
    }
    let what = format!("mail data for {address}");
    let answer = session
        .request(&what, Request::Data(octets.to_vec()))
        .await?;
    accepted(&session, &what, &answer)?;
    let _ = session.command("QUIT", Command::text("QUIT")).await;
    session.close().await;
    Ok(())
}

fn accepted(session: &Session, what: &str, answer: &Answer) -> Result<(), ClientError> {
    match reply_code(&answer.last) {
        Some(200..=299) if !answer.continues => Ok(()),
        _ => Err(session.refused(what, &answer.last)),
    }
}

pub(in crate::target) fn reply_code(message: &Message) -> Option<u16> {
    match &message.body {
        Body::Smtp(reply) => reply.code,
        _ => None,
    }
}
