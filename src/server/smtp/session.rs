//! A session: its transaction, and the loop that reads commands.

use std::io;
use std::sync::Arc;

use super::cmd;
use super::corrupt::corrupted;
use super::data;
use super::reply::Reply;
use crate::server::context::Context;
use crate::server::fault::Fault;
use crate::server::store::Account;
use crate::server::stream::{Input, Stream};

/// Octets of a command line without its CRLF: more than the 510 of RFC 5321 §4.5.3.1.4, for the
/// extensions' parameters.
const LONGEST_COMMAND: usize = 2046;

/// Which of the two protocols is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum Dialect {
    /// RFC 5321
    Smtp,
    /// RFC 2033
    Lmtp,
}

/// A session with one client.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) stream: Stream,
    pub(super) context: Context,
    pub(super) dialect: Dialect,
    pub(super) client: Option<Client>,
    pub(super) transaction: Option<Transaction>,
}

/// Who the client says that it is.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// The argument of EHLO, HELO or LHLO.
    pub(super) name: String,
    /// Whether it said HELO.
    pub(super) is_basic: bool,
}

/// A mail transaction, from MAIL on.
#[derive(Clone, Debug, Default)]
pub(super) struct Transaction {
    /// The reverse-path without its brackets.
    pub(super) reverse_path: String,
    /// The accounts that RCPT named, in order.
    pub(super) recipients: Vec<Arc<Account>>,
    /// Whether RCPT named somebody who is not here.
    pub(super) has_refused: bool,
}

/// What follows a command.
#[derive(Debug)]
pub(super) enum Next {
    /// A reply, and the next command.
    Reply(Reply),
    /// 354, and then the mail data.
    Data,
    /// A reply, and then the handshake.
    Tls(Reply),
    /// A reply, and the end.
    End(Reply),
    /// The end.
    Hangup,
}

/// Serves one connection, from the greeting to its end.
///
/// # Errors
/// When the connection breaks.
pub(in crate::server) async fn serve(
    stream: Stream,
    context: Context,
    dialect: Dialect,
) -> io::Result<()> {
    let mut session = Session {
        stream,
        context,
        dialect,
        client: None,
        transaction: None,
    };
    session.run().await?;
    session.stream.close().await;
    Ok(())
}

impl Session {
    async fn run(&mut self) -> io::Result<()> {
        let protocol = match self.dialect {
            Dialect::Smtp => "ESMTP",
            Dialect::Lmtp => "LMTP",
        };
        let greeting = format!("localhost {protocol} mailspec ready");
        self.send(&Reply::bare(220, vec![greeting])).await?;
        loop {
            let next = match self.stream.read_line(LONGEST_COMMAND).await {
                Input::Octets(line) => cmd::run(self, &line),
                Input::TooLong => Next::Reply(Reply::new(500, "5.5.2", "line too long")),
                Input::Closed => return Ok(()),
                Input::Stopping => Next::End(closing("server is shutting down")),
                Input::Idle => Next::End(closing("nothing heard for too long")),
            };
            match next {
                Next::Reply(reply) => self.send(&reply).await?,
                Next::Data => {
                    if !data::receive(self).await? {
                        return Ok(());
                    }
                }
                Next::Tls(reply) => {
                    self.send(&reply).await?;
                    self.start_tls().await?;
                }
                Next::Hangup => return Ok(()),
                Next::End(reply) => return self.send(&reply).await,
            }
        }
    }

    /// Sends a reply.
    pub(super) async fn send(&mut self, reply: &Reply) -> io::Result<()> {
        let octets = corrupted(reply.octets(), &self.context.faults);
        self.stream.write(&octets).await
    }

    /// After the handshake the client knows nothing of before (RFC 3207 §4.2).
    async fn start_tls(&mut self) -> io::Result<()> {
        let tls = self.context.tls.clone();
        if self.context.has(Fault::StarttlsCommandInjection) {
            self.stream.start_tls_keeping_input(&tls).await?;
        } else {
            self.stream.start_tls(&tls).await?;
        }
        self.client = None;
        self.transaction = None;
        Ok(())
    }
}

/// 421: the server ends the session.
pub(super) fn closing(why: &str) -> Reply {
    Reply::new(421, "4.3.2", format!("localhost {why}"))
}
