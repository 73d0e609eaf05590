//! A session: its state, and the loop that reads commands.

use std::io;

use super::cmd;
use super::corrupt::corrupted;
use super::maildrop::Maildrop;
use super::reply::Reply;
use super::update::update;
use crate::server::context::Context;
use crate::server::fault::Fault;
use crate::server::stream::{Input, Stream};

/// Octets of a command line without its CRLF: 255 with it (RFC 2449 §4).
const LONGEST_COMMAND: usize = 253;

/// A session with one client.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) stream: Stream,
    pub(super) context: Context,
    pub(super) state: State,
}

/// The states of RFC 1939 §3; UPDATE is left as soon as it is entered.
#[derive(Debug)]
pub(super) enum State {
    /// AUTHORIZATION, with the name that USER gave.
    Authorization(Option<String>),
    /// TRANSACTION
    Transaction(Box<Maildrop>),
    /// After QUIT.
    Ended,
}

/// Serves one connection, from the greeting to its end.
///
/// # Errors
/// When the connection breaks.
pub(in crate::server) async fn serve(stream: Stream, context: Context) -> io::Result<()> {
    let mut session = Session {
        stream,
        context,
        state: State::Authorization(None),
    };
    let result = session.run().await;
    if let State::Transaction(maildrop) = &mut session.state
        && session.context.has(Fault::Pop3LockOutlivesConnection)
    {
        maildrop.stay_locked();
    }
    if let State::Transaction(maildrop) = session.state
        && session.context.has(Fault::Pop3DeleCommitsWithoutQuit)
    {
        update(&maildrop);
    }
    session.stream.close().await;
    result
}

impl Session {
    async fn run(&mut self) -> io::Result<()> {
        if self.context.has(Fault::Pop3GreetingNegative) {
            self.send(&Reply::err("mailspec ready")).await?;
        } else {
            self.send(&Reply::ok("mailspec ready")).await?;
        }
        while !matches!(self.state, State::Ended) {
            let reply = match self.stream.read_line(LONGEST_COMMAND).await {
                Input::Octets(line) => cmd::run(self, &line).await?,
                Input::TooLong => Reply::err("line too long"),
                Input::Closed | Input::Stopping | Input::Idle => return Ok(()),
            };
            if reply == Reply::Hangup {
                return Ok(());
            }
            if self.context.has(Fault::Pop3PipelinedRetrInterleaved) && self.stream.has_input() {
                self.send_without_end(&reply).await?;
            } else {
                self.send(&reply).await?;
            }
        }
        if self.context.has(Fault::Pop3AnswerAfterQuit)
            && let Input::Octets(_) = self.stream.read_line(LONGEST_COMMAND).await
        {
            self.send(&Reply::ok("still here")).await?;
        }
        Ok(())
    }

    /// Sends a reply.
    pub(super) async fn send(&mut self, reply: &Reply) -> io::Result<()> {
        match reply.octets() {
            Some(octets) => {
                let octets = corrupted(octets, self.context.faults);
                self.stream.write(&octets).await
            }
            None => Ok(()),
        }
    }

    /// Fault: the octet that closes a multi-line reply is missing.
    async fn send_without_end(&mut self, reply: &Reply) -> io::Result<()> {
        let octets = reply.octets().unwrap_or_default();
        let end = match reply {
            Reply::Lines(..) => octets.len() - b".\r\n".len(),
            _ => octets.len(),
        };
        self.stream.write(&octets[..end]).await
    }

    /// Ends the AUTHORIZATION state, if name and password are right and the maildrop is free.
    pub(super) fn login(&mut self, user: &str, password: &str) -> Reply {
        self.state = State::Authorization(None);
        let Some(account) = self.context.store.login(user, password) else {
            return Reply::err("[AUTH] wrong name or password");
        };
        let Some(maildrop) = Maildrop::open(&account, &self.context) else {
            return Reply::err("[IN-USE] another session has the maildrop");
        };
        let (count, octets) = maildrop.stat();
        self.state = State::Transaction(Box::new(maildrop));
        Reply::Ok(format!("{count} messages, {octets} octets"))
    }
}
