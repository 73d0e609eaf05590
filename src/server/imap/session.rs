//! One connection: states, reading of commands with their literals, tagging, and the order of it
//! all. Commands run strictly one after the other, also when the client pipelines.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::cmd::{Command, Reply, Then};
use super::parse::{LiteralHeader, ParseError, Parser, literal_header};
use super::view::{Manner, View};
use crate::server::context::Context;
use crate::server::fault::Fault;
use crate::server::store::Account;
use crate::server::stream::{Input, Stream};

/// The longest command, literals not counted.
const LONGEST_LINE: usize = 64 * 1024;
/// The largest literal outside APPEND.
const LARGEST_ARGUMENT: u64 = 64 * 1024;
/// The largest message that APPEND takes.
const LARGEST_MESSAGE: u64 = 64 * 1024 * 1024;
/// How much of a too large non-synchronizing literal is read and thrown away before giving up.
const LARGEST_DISCARDED: u64 = 256 * 1024 * 1024;
/// How many commands in a row may be wrong.
const MOST_BAD: u32 = 50;
/// How many octets to gather before they are sent in the middle of a command.
const FLUSH_AT: usize = 64 * 1024;

/// The state of a session (RFC 9051 §3); the logout state is [`Session::ended`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Not authenticated.
    NotAuthenticated,
    /// Authenticated, no mailbox selected.
    Authenticated,
    /// A mailbox is selected.
    Selected,
}

/// One connection with an IMAP client.
pub(super) struct Session {
    pub(super) stream: Stream,
    pub(super) context: Context,
    pub(super) out: Vec<u8>,
    pub(super) account: Option<Arc<Account>>,
    pub(super) view: Option<View>,
    pub(super) rev2: bool,
    pub(super) condstore: bool,
    pub(super) qresync: bool,
    pub(super) ended: bool,
    /// Fault: the view of the mailbox that was selected first.
    pub(super) first_view: Option<View>,
    /// Fault: what STATUS said, by command.
    pub(super) statuses: BTreeMap<String, String>,
    bad: u32,
}

/// What reading a command gave.
enum Gathered {
    /// Lines and literals, without the last CRLF.
    Command(Vec<u8>),
    /// Refused before it was complete; the answer is under way.
    Refused,
    /// No command will come any more.
    End,
}

impl Session {
    pub(super) fn new(stream: Stream, context: Context) -> Self {
        Self {
            stream,
            context,
            out: Vec::new(),
            account: None,
            view: None,
            rev2: false,
            condstore: false,
            qresync: false,
            ended: false,
            first_view: None,
            statuses: BTreeMap::new(),
            bad: 0,
        }
    }

    /// From the greeting to the end.
    pub(super) async fn run(mut self) -> io::Result<()> {
        let capabilities = self.capabilities();
        self.untagged(&format!("OK [CAPABILITY {capabilities}] mailspec is ready"));
        self.flush().await?;
        while !self.ended {
            match self.gather().await? {
                Gathered::Command(command) => {
                    let reorder = self.has(Fault::PipelinedStoreExpungeReordered);
                    if reorder
                        && self.stream.has_input()
                        && let Gathered::Command(next) = self.gather().await?
                    {
                        self.execute(&next).await?;
                    }
                    self.execute(&command).await?;
                }
                Gathered::Refused => {}
                Gathered::End => break,
            }
            if self.bad > MOST_BAD {
                self.untagged("BYE Too many bad commands");
                self.ended = true;
            }
            self.flush().await?;
        }
        self.flush().await?;
        self.context.store.session_ended();
        self.stream.close().await;
        Ok(())
    }

    /// The state.
    pub(super) fn state(&self) -> State {
        match (&self.account, &self.view) {
            (None, _) => State::NotAuthenticated,
            (Some(_), None) => State::Authenticated,
            (Some(_), Some(_)) => State::Selected,
        }
    }

    /// Whose mail it is.
    pub(super) fn account(&self) -> Arc<Account> {
        let account = self.account.as_ref();
        Arc::clone(account.expect("commands on mail run in authenticated state only"))
    }

    /// The selected mailbox.
    pub(super) fn view(&mut self) -> &mut View {
        self.view
            .as_mut()
            .expect("commands on messages run in selected state only")
    }

    /// Whether the selected mailbox was deleted.
    fn mailbox_is_gone(&self) -> bool {
        let (Some(account), Some(view)) = (&self.account, &self.view) else {
            return false;
        };
        account.read(|mailboxes| mailboxes.mailbox(view.mailbox).is_none())
    }

    /// How this session wants to be told of changes.
    pub(super) fn manner(&self) -> Manner {
        Manner {
            rev2: self.rev2,
            condstore: self.condstore || self.has(Fault::CondstoreModseqNotEnabled),
            qresync: self.qresync,
            faults: self.context.faults.clone(),
        }
    }

    /// Whether the server shall misbehave in this way.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.context.has(fault)
    }

    /// Writes an untagged response.
    pub(super) fn untagged(&mut self, text: &str) {
        super::view::line(&mut self.out, text);
    }

    /// Tells what has changed in the selected mailbox; gives the mod-sequence up to which the
    /// client knows all.
    pub(super) fn sync(&mut self, expunge: bool) -> Option<u64> {
        let manner = self.manner();
        let account = self.account.clone()?;
        let view = self.view.as_mut()?;
        let out = &mut self.out;
        account.write(|mailboxes| view.sync(out, mailboxes, expunge, &manner))
    }

    /// Notes a CONDSTORE enabling command (RFC 7162 §3.1); the first one in selected state tells
    /// the highest mod-sequence.
    pub(super) fn enable_condstore(&mut self) {
        if std::mem::replace(&mut self.condstore, true) {
            return;
        }
        let Some(view) = &self.view else { return };
        let id = view.mailbox;
        let account = self.account();
        let highest = account.read(|m| m.mailbox(id).map(|m| m.highest_modseq()));
        if let Some(highest) = highest {
            self.untagged(&format!(
                "OK [HIGHESTMODSEQ {highest}] Mod-sequences are on"
            ));
        }
    }

    /// Sends what has been written.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            let out = std::mem::take(&mut self.out);
            self.stream.write(&out).await?;
        }
        Ok(())
    }

    /// Sends what has been written if it is much.
    pub(super) async fn flush_much(&mut self) -> io::Result<()> {
        if self.out.len() > FLUSH_AT {
            self.flush().await
        } else {
            Ok(())
        }
    }

    /// Reads a line that is no command of its own; nothing if none comes any more.
    pub(super) async fn read_line(&mut self) -> Option<Vec<u8>> {
        let input = self.stream.read_line(LONGEST_LINE).await;
        self.octets(input)
    }

    /// What was read; if it is the end, says so to the client where that helps.
    pub(super) fn octets(&mut self, input: Input) -> Option<Vec<u8>> {
        match input {
            Input::Octets(octets) => return Some(octets),
            Input::TooLong => self.untagged("BYE Line too long"),
            Input::Closed => {}
            Input::Stopping => self.untagged("BYE Server is stopping"),
            Input::Idle => self.untagged("BYE Silent for too long"),
        }
        self.ended = true;
        None
    }

    /// Reads a command with its literals.
    async fn gather(&mut self) -> io::Result<Gathered> {
        let mut command = Vec::new();
        loop {
            let line = match self.stream.read_line(LONGEST_LINE).await {
                Input::TooLong if self.has(Fault::LongLineIgnored) => {
                    self.untagged("OK Line too long");
                    return Ok(Gathered::Refused);
                }
                Input::TooLong => {
                    self.refuse(&command, "BAD", "Line too long");
                    return Ok(Gathered::Refused);
                }
                input => match self.octets(input) {
                    Some(line) => line,
                    None => return Ok(Gathered::End),
                },
            };
            let header = literal_header(&line);
            command.extend(line);
            let Some(header) = header else {
                return Ok(Gathered::Command(command));
            };
            command.extend_from_slice(b"\r\n");
            if !self.accept_literal(&command, header).await? {
                let gathered = if self.ended {
                    Gathered::End
                } else {
                    Gathered::Refused
                };
                return Ok(gathered);
            }
            let octets = usize::try_from(header.octets).unwrap_or(usize::MAX);
            let input = self.stream.read_octets(octets).await;
            match self.octets(input) {
                Some(literal) => command.extend(literal),
                None => return Ok(Gathered::End),
            }
        }
    }

    /// Decides about a literal before it comes: a synchronizing one is asked for only if the
    /// command makes sense so far; a non-synchronizing one comes in any case.
    async fn accept_literal(&mut self, command: &[u8], header: LiteralHeader) -> io::Result<bool> {
        let limit = if is_append(command) {
            LARGEST_MESSAGE
        } else {
            LARGEST_ARGUMENT
        };
        let total = u64::try_from(command.len()).unwrap_or(u64::MAX);
        let too_large = header.octets > limit || total > limit + LARGEST_MESSAGE;
        if too_large && header.synchronizing {
            self.refuse(command, "NO", "[TOOBIG] Literal too large");
            return Ok(false);
        }
        if too_large {
            self.discard_literal(command, header.octets).await?;
            return Ok(false);
        }
        if !header.synchronizing {
            if self.has(Fault::SpuriousContinuation) {
                self.out.extend_from_slice(b"+ Ready for the literal\r\n");
            }
            return Ok(true);
        }
        match self.parse(command) {
            Err(ParseError::Syntax(why)) => {
                self.refuse(command, "BAD", why);
                Ok(false)
            }
            Err(ParseError::Refused(code, why)) => {
                self.refuse(command, "NO", &format!("[{code}] {why}"));
                Ok(false)
            }
            Ok(_) | Err(ParseError::Incomplete) => {
                self.out.extend_from_slice(b"+ Ready for the literal\r\n");
                self.flush().await?;
                Ok(true)
            }
        }
    }

    /// Reads over a non-synchronizing literal that is too large, and over the rest of its command
    /// (RFC 7888 §4), or gives up the connection.
    async fn discard_literal(&mut self, command: &[u8], octets: u64) -> io::Result<()> {
        let mut pending = Some(octets);
        let mut budget = LARGEST_DISCARDED;
        while let Some(octets) = pending.take() {
            if octets > budget {
                self.untagged("BYE [TOOBIG] Literal too large");
                self.ended = true;
                return Ok(());
            }
            budget -= octets;
            let mut left = octets;
            while left > 0 {
                let chunk = usize::try_from(left.min(LARGEST_ARGUMENT)).unwrap_or(usize::MAX);
                let input = self.stream.read_octets(chunk).await;
                if self.octets(input).is_none() {
                    return Ok(());
                }
                left -= left.min(LARGEST_ARGUMENT);
            }
            match self.stream.read_line(LONGEST_LINE).await {
                Input::TooLong => {}
                input => {
                    let Some(line) = self.octets(input) else {
                        return Ok(());
                    };
                    let more = literal_header(&line).filter(|header| !header.synchronizing);
                    pending = more.map(|header| header.octets);
                }
            }
        }
        self.refuse(command, "BAD", "[TOOBIG] Literal too large");
        Ok(())
    }

    /// Answers a command that is not run.
    fn refuse(&mut self, command: &[u8], status: &str, text: &str) {
        let mut parser = Parser::new(command, self.rev2);
        let tag = match parser.tag() {
            Ok(tag) if parser.peek() == Some(b' ') => tag,
            _ => "*",
        };
        let line = format!("{tag} {status} {text}\r\n");
        self.out.extend_from_slice(line.as_bytes());
        if status == "BAD" {
            self.bad += 1;
        }
    }

    /// Takes a command apart; it must be allowed in the present state.
    fn parse(&self, command: &[u8]) -> Result<(String, Command), ParseError> {
        let mut parser = Parser::new(command, self.rev2);
        let tag = parser.tag()?.to_owned();
        parser.sp()?;
        if self.has(Fault::CaseSensitiveKeywords)
            && parser
                .peek()
                .is_some_and(|octet| octet.is_ascii_lowercase())
        {
            return Err(ParseError::Syntax("unknown command"));
        }
        let parsed = Command::parse(&mut parser, self.state());
        if matches!(parsed, Ok(Command::Login(_)) | Err(ParseError::Incomplete))
            && has_literal(command)
            && self.has(Fault::LoginLiteralsRefused)
            && self.state() == State::NotAuthenticated
        {
            return Err(ParseError::Syntax("a literal has no place here"));
        }
        let command = parsed?;
        parser.end()?;
        Ok((tag, command))
    }

    /// Runs a complete command and answers it.
    async fn execute(&mut self, octets: &[u8]) -> io::Result<()> {
        let (tag, command) = match self.parse(octets) {
            Ok(parsed) => parsed,
            Err(ParseError::Refused(code, why)) => {
                self.refuse(octets, "NO", &format!("[{code}] {why}"));
                return Ok(());
            }
            Err(ParseError::Syntax(why)) => {
                self.refuse(octets, "BAD", why);
                return Ok(());
            }
            Err(ParseError::Incomplete) => {
                self.refuse(octets, "BAD", "Command ends in a literal's header");
                return Ok(());
            }
        };
        if self.bad > 0 && self.has(Fault::ErrorStateSticks) {
            self.bad = 0;
            return self
                .answer(&tag, &Reply::bad("The command before was wrong"))
                .await;
        }
        if self.mailbox_is_gone() && self.has(Fault::DeleteOfOpenMailboxBad) {
            return self.answer(&tag, &Reply::bad("The mailbox is gone")).await;
        }
        if matches!(
            command,
            Command::Append(_) | Command::Select(_) | Command::Status(_)
        ) && self.has(Fault::ImapRefusedAfterPop3)
            && self.account.as_ref().is_some_and(|a| a.has_lock_file())
        {
            self.refuse(octets, "NO", "[INUSE] The mailbox is locked");
            return Ok(());
        }
        let waits = self.has(Fault::ExpungeWaitsForNoop)
            && !matches!(command, Command::Noop | Command::Check);
        let polls = matches!(command, Command::Noop | Command::Idle);
        let mut reply = command.run(self, &tag).await?;
        if waits && reply.then == Then::Sync {
            reply.then = Then::SyncWithoutExpunge;
        }
        let tells = matches!(reply.then, Then::Sync | Then::SyncWithoutExpunge);
        if tells && !polls && self.view.is_some() && self.has(Fault::ChangesWaitForNoop) {
            reply.then = Then::Nothing;
        }
        self.bad = if reply.is_bad() { self.bad + 1 } else { 0 };
        self.answer(&tag, &reply).await
    }

    async fn answer(&mut self, tag: &str, reply: &Reply) -> io::Result<()> {
        if self.ended && reply.then != Then::End {
            return Ok(()); // The connection ended in the middle of the command.
        }
        match reply.then {
            Then::Sync => {
                self.sync(true);
            }
            Then::SyncWithoutExpunge => {
                let expunge = self.has(Fault::ExpungeSentDuringFetch);
                self.sync(expunge);
            }
            Then::Nothing | Then::StartTls | Then::End => {}
        }
        let end = if self.has(Fault::TaggedResponseBareLf) {
            "\n"
        } else {
            "\r\n"
        };
        self.out
            .extend_from_slice(format!("{tag} {reply}{end}").as_bytes());
        match reply.then {
            Then::StartTls => {
                self.flush().await?;
                let tls = self.context.tls.clone();
                if self.has(Fault::StarttlsCommandInjection) {
                    self.stream.start_tls_keeping_input(&tls).await
                } else {
                    self.stream.start_tls(&tls).await
                }
            }
            Then::End => {
                self.ended = true;
                Ok(())
            }
            Then::Sync | Then::SyncWithoutExpunge | Then::Nothing => Ok(()),
        }
    }
}

fn has_literal(command: &[u8]) -> bool {
    command.windows(3).any(|octets| octets == b"}\r\n")
}

fn is_append(command: &[u8]) -> bool {
    let mut words = command.split(|octet| *octet == b' ');
    words
        .nth(1)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"APPEND"))
}
