//! The POP3 client.

use std::time::Duration;

use super::ClientError;
use super::listing::message_id;
use super::session::Session;
use crate::engine::Command;
use crate::target::Account;
use crate::transport::{Endpoint, Options, Recorder};
use crate::wire::pop3::{Indicator, Response};
use crate::wire::{Body, Message};

/// A client in the TRANSACTION state.
#[derive(Debug)]
pub struct Pop3Client {
    session: Session,
}

impl Pop3Client {
    /// Connects and logs in with USER and PASS.
    pub async fn connect(
        endpoint: &Endpoint,
        account: &Account,
        actor: &str,
        options: &Options,
        recorder: &Recorder,
        limit: Duration,
    ) -> Result<Self, ClientError> {
        recorder.hide(&account.user, &account.password);
        let (session, greeting) = Session::open(endpoint, actor, options, recorder, limit).await?;
        if !response(&greeting).is_some_and(is_ok) {
            return Err(session.refused("the greeting", &greeting));
        }
        let mut client = Self { session };
        let what = format!("USER {}", account.user);
        client.run(&what, &what).await?;
        let what = format!("PASS of {}", account.user);
        client
            .run(&what, &format!("PASS {}", account.password))
            .await?;
        Ok(client)
    }

    /// Each message-number with its unique-id.
    pub async fn unique_ids(&mut self) -> Result<Vec<(u32, String)>, ClientError> {
        self.listing("UIDL", |value| Some(value.to_owned())).await
    }

    /// Each message-number with its size in octets.
    pub async fn sizes(&mut self) -> Result<Vec<(u32, u64)>, ClientError> {
        let size = |value: &str| value.split(' ').next()?.parse().ok();
        self.listing("LIST", size).await
    }

    /// Each message-number with the value of Message-ID, angle brackets included; that of a
    /// message that needs UTF-8 mode (RFC 6856 §5) is not known. By TOP, or where that is refused
    /// (RFC 1939 §7 leaves it out of what every server has) by RETR.
    pub async fn message_ids(&mut self) -> Result<Vec<(u32, Option<String>)>, ClientError> {
        let mut found = Vec::new();
        for (number, _) in self.sizes().await? {
            let command = format!("TOP {number} 0");
            let answer = self
                .session
                .command(&command, Command::text(&command))
                .await?;
            let header = match response(&answer.last) {
                Some(header) if is_ok(header) => header.content().unwrap_or_default(),
                Some(header) if needs_utf8(header) => Vec::new(),
                _ => self.retrieve(number).await?,
            };
            found.push((number, message_id(&header)));
        }
        Ok(found)
    }

    /// The octets of a message.
    pub async fn retrieve(&mut self, number: u32) -> Result<Vec<u8>, ClientError> {
        let command = format!("RETR {number}");
        let response = self.run(&command, &command).await?;
        Ok(response.content().unwrap_or_default())
    }

    /// Marks a message as deleted.
    pub async fn delete(&mut self, number: u32) -> Result<(), ClientError> {
        let command = format!("DELE {number}");
        self.run(&command, &command).await.map(drop)
    }

    /// Capability lines, in upper case (RFC 2449); empty where CAPA is not known.
    pub async fn capabilities(&mut self) -> Result<Vec<String>, ClientError> {
        self.session.command("CAPA", Command::text("CAPA")).await?;
        Ok(self.session.capabilities())
    }

    /// Ends the session: what was marked is removed.
    pub async fn quit(mut self) -> Result<(), ClientError> {
        let ended = self.run("QUIT", "QUIT").await.map(drop);
        self.session.close().await;
        ended
    }

    /// A multi-line listing: `message-number SP value`. A tab does as well: that is for scenarios
    /// to judge.
    async fn listing<T>(
        &mut self,
        command: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<(u32, T)>, ClientError> {
        let response = self.run(command, command).await?;
        let lines = response.lines.unwrap_or_default();
        lines
            .iter()
            .map(|line| {
                let text = String::from_utf8_lossy(line);
                let (number, value) = text.trim_end().split_once([' ', '\t'])?;
                Some((number.parse().ok()?, read(value)?))
            })
            .collect::<Option<_>>()
            .ok_or_else(|| {
                let came = "a line that is no listing".to_owned();
                self.session.unusable(command, came)
            })
    }

    /// Runs a command that must succeed. `what` names it in errors.
    async fn run(&mut self, what: &str, command: &str) -> Result<Response, ClientError> {
        if command.contains(['\r', '\n', '\0']) {
            let came = "it holds octets that POP3 cannot carry".to_owned();
            return Err(self.session.unusable(what, came));
        }
        let answer = self.session.command(what, Command::text(command)).await?;
        match response(&answer.last) {
            Some(response) if is_ok(response) => Ok(response.clone()),
            _ => Err(self.session.refused(what, &answer.last)),
        }
    }
}

pub(in crate::target) fn response(message: &Message) -> Option<&Response> {
    match &message.body {
        Body::Pop3(response) => Some(response),
        _ => None,
    }
}

fn needs_utf8(response: &Response) -> bool {
    response.code.as_deref() == Some("UTF8")
}

pub(in crate::target) fn is_ok(response: &Response) -> bool {
    response.indicator == Some(Indicator::Ok)
}
