//! A session: its state, and the loop that reads commands.

use std::io;

use super::cmd;
use super::corrupt::corrupted;
use super::maildrop::Maildrop;
use super::reply::Reply;
use super::timestamp::timestamp;
use super::update::update;
use crate::server::context::Context;
use crate::server::fault::Fault;
use crate::server::stream::{Input, Stream};

/// Octets of a command line without its CRLF: 255 with it (RFC 2449 §4).
const LONGEST_COMMAND: usize = 253;

/// As long as RFC 1939 allowed: a faulty server takes no more.
const LONGEST_FAULTY_COMMAND: usize = 45;

/// A session with one client.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) stream: Stream,
    pub(super) context: Context,
    pub(super) state: State,
    /// The timestamp of the greeting, for APOP.
    pub(super) timestamp: String,
    /// Whether UTF8 was given (RFC 6856 §2.1).
    pub(super) utf8: bool,
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
        timestamp: timestamp(&context),
        context,
        state: State::Authorization(None),
        utf8: false,
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
    session.context.store.session_ended();
    if session.context.has(Fault::TlsClosedWithoutAlert) {
        return result;
    }
    session.stream.close().await;
    result
}

impl Session {
    async fn run(&mut self) -> io::Result<()> {
        let greeting = format!("mailspec ready {}", self.timestamp);
        if self.context.has(Fault::Pop3GreetingNegative) {
            self.send(&Reply::err(greeting)).await?;
        } else {
            self.send(&Reply::ok(greeting)).await?;
        }
        while !matches!(self.state, State::Ended) {
            let reply = match self.stream.read_line(LONGEST_COMMAND).await {
                Input::Octets(line)
                    if line.len() > LONGEST_FAULTY_COMMAND
                        && self.context.has(Fault::Pop3CommandsOfRfc1939) =>
                {
                    return Ok(());
                }
                Input::Octets(line) => cmd::run(self, &line).await?,
                Input::TooLong => Reply::err("line too long"),
                Input::Idle => return self.autologout().await,
                Input::Closed | Input::Stopping => return Ok(()),
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

    /// Ends without a word and without UPDATE (RFC 1939 §3), unless a fault says otherwise.
    async fn autologout(&mut self) -> io::Result<()> {
        if let State::Transaction(maildrop) = &mut self.state {
            if self.context.has(Fault::Pop3AutologoutUpdates) {
                update(maildrop);
            }
            if self.context.has(Fault::Pop3AutologoutKeepsLock) {
                maildrop.stay_locked();
            }
        }
        match self.has(Fault::Pop3AutologoutAnswers) {
            true => self.send(&Reply::err("silent for too long")).await,
            false => Ok(()),
        }
    }

    /// Whether the server shall misbehave in this way.
    fn has(&self, fault: Fault) -> bool {
        self.context.has(fault)
    }

    /// Sends a reply.
    pub(super) async fn send(&mut self, reply: &Reply) -> io::Result<()> {
        match reply.octets() {
            Some(octets) => {
                let octets = corrupted(octets, &self.context.faults);
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
        let prefix = self.context.has(Fault::Pop3PasswordPrefix);
        self.login_with(user, |right| {
            right == password || (prefix && password.starts_with(right))
        })
    }

    /// Ends the AUTHORIZATION state, if the account's password passes and the maildrop is free.
    pub(super) fn login_with(&mut self, user: &str, passes: impl FnOnce(&str) -> bool) -> Reply {
        self.state = State::Authorization(None);
        let Some(account) = self.context.store.login_with(user, passes) else {
            if let Some(account) = self.context.store.account(user)
                && self.has(Fault::Pop3RefusedLoginLocks)
            {
                std::mem::forget(account.lock_maildrop());
            }
            if self.has(Fault::Pop3RefusedLoginWithoutCode) {
                return Reply::err("wrong name or password");
            }
            return Reply::err("[AUTH] wrong name or password");
        };
        let Some(mut maildrop) = Maildrop::open(&account, &self.context) else {
            if self.has(Fault::Pop3InUseWithoutCode) {
                return Reply::err("[LOGIN-DELAY] another session has the maildrop");
            }
            return Reply::err("[IN-USE] another session has the maildrop");
        };
        maildrop.utf8 = self.utf8;
        let (count, octets) = maildrop.stat();
        self.state = State::Transaction(Box::new(maildrop));
        Reply::Ok(format!("{count} messages, {octets} octets"))
    }
}
