//! Commands that are answered one after the other, in the order sent: POP3, SMTP and LMTP.

use std::collections::VecDeque;

use crate::finding::Rule;
use crate::wire::Message;

use super::session::Port;
use super::{Command, Event, Piece, RequestId};

/// A command that waits for its reply.
#[derive(Debug)]
pub(super) struct Asked<K> {
    pub(super) request: RequestId,
    pub(super) command: usize,
    /// What the protocol has to know of the command.
    pub(super) kind: K,
}

/// The commands in progress, oldest first.
#[derive(Debug)]
pub(super) struct InOrder<K> {
    pending: VecDeque<Asked<K>>,
    /// The oldest command has been asked to go on with a line or with mail data.
    awaits_line: bool,
    /// It has, and nothing was sent behind it or since.
    is_clients_turn: bool,
    /// The last raw request, if no command was sent after it: replies are counted as its own.
    raw: Option<RequestId>,
    /// Commands that were sent in clear behind STARTTLS: no reply may come.
    discarded: VecDeque<Asked<K>>,
}

impl<K> Default for InOrder<K> {
    fn default() -> Self {
        Self {
            pending: VecDeque::new(),
            awaits_line: false,
            is_clients_turn: false,
            raw: None,
            discarded: VecDeque::new(),
        }
    }
}

impl<K> InOrder<K> {
    /// Writes commands; `kind` looks at the text of each.
    pub(super) fn ask(
        &mut self,
        commands: Vec<Command>,
        kind: impl Fn(&[u8]) -> K,
        port: &mut Port,
    ) -> RequestId {
        let request = port.next_request();
        self.raw = None;
        self.is_clients_turn = false;
        for (index, command) in commands.into_iter().enumerate() {
            let text: Vec<u8> = command.0.into_iter().flat_map(octets).collect();
            port.write(&text);
            port.write(b"\r\n");
            self.pending.push_back(Asked {
                request,
                command: index,
                kind: kind(&text),
            });
        }
        request
    }

    /// Writes octets that continue the oldest command if it waits for them, else raw octets.
    pub(super) fn go_on(&mut self, octets: &[u8], port: &mut Port) -> RequestId {
        match self.pending.front() {
            Some(asked) if self.awaits_line => {
                self.awaits_line = false;
                self.is_clients_turn = false;
                port.write(octets);
                asked.request
            }
            _ => self.raw(octets, port),
        }
    }

    /// Writes octets as they are.
    pub(super) fn raw(&mut self, octets: &[u8], port: &mut Port) -> RequestId {
        let request = port.next_request();
        port.write(octets);
        self.is_clients_turn = false;
        self.raw = Some(request);
        request
    }

    /// The command that the next reply answers.
    pub(super) fn oldest(&self) -> Option<&Asked<K>> {
        self.pending.front()
    }

    /// The command of before TLS that a reply answers which nobody waits for.
    pub(super) fn discarded(&self) -> Option<&Asked<K>> {
        self.discarded.front()
    }

    /// True if the oldest command has been asked to go on.
    pub(super) fn awaits_line(&self) -> bool {
        self.awaits_line
    }

    /// True if the client was asked to go on and has sent nothing that may be the answer.
    pub(super) fn is_clients_turn(&self) -> bool {
        self.is_clients_turn
    }

    /// True if the next reply is counted as one to raw octets.
    pub(super) fn answers_raw(&self) -> bool {
        self.pending.is_empty() && self.raw.is_some()
    }

    /// A reply that asks the client to go on.
    pub(super) fn ask_line(&mut self, message: Message, port: &mut Port) {
        self.awaits_line = true;
        self.is_clients_turn = self.pending.len() == 1;
        port.emit(Event::ContinuationReceived {
            message,
            awaits_line: true,
        });
    }

    /// A reply that ends the oldest command, which is given back.
    pub(super) fn complete(&mut self, message: Message, port: &mut Port) -> Option<Asked<K>> {
        let asked = self.pending.pop_front()?;
        self.awaits_line = false;
        self.is_clients_turn = false;
        port.emit(Event::CommandCompleted {
            request: asked.request,
            command: asked.command,
            message,
        });
        Some(asked)
    }

    /// A reply although no command waits: to raw octets, or to nothing, which breaks a rule:
    /// `kept` if it may answer a command sent in clear behind STARTTLS, else `unasked`.
    pub(super) fn receive_unasked(
        &mut self,
        message: Message,
        kept: Rule,
        unasked: Rule,
        port: &mut Port,
    ) {
        if let Some(request) = self.raw {
            port.emit(Event::CommandCompleted {
                request,
                command: 0,
                message,
            });
        } else if self.discarded.pop_front().is_some() {
            port.refuse(message, kept, "nothing: the command came before TLS");
        } else {
            port.refuse(message, unasked, "nothing: no command was waiting");
        }
    }

    /// STARTTLS was accepted: commands behind it get no reply.
    pub(super) fn discard(&mut self) {
        self.discarded = std::mem::take(&mut self.pending);
        self.raw = None;
    }
}

fn octets(piece: Piece) -> Vec<u8> {
    match piece {
        Piece::Text(octets) | Piece::Literal { octets, .. } => octets,
    }
}
