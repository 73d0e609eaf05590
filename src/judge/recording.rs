//! A recorded session as plain data.

use crate::wire::Protocol;

/// Octets of one or more connections, in the order in which they were seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The connections.
    pub connections: Vec<Connection>,
    /// What happened on them.
    pub entries: Vec<Entry>,
    /// Line ends were made up: the log has text, not octets.
    pub pasted: bool,
}

/// One connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Its name; empty if the log has only one.
    pub name: String,
    /// Its protocol, if the log says it.
    pub protocol: Option<Protocol>,
    /// It is there from its greeting on.
    pub whole: bool,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The index of the connection.
    pub connection: usize,
    /// When, in microseconds, if the log says it.
    pub at_us: Option<u64>,
    /// Where it stands in the log.
    pub line: Option<Line>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The client sent octets.
    Client(Vec<u8>),
    /// The server sent octets.
    Server(Vec<u8>),
    /// TLS protects the connection from now on.
    TlsStarted,
    /// The client sends nothing more.
    HalfClosed,
    /// The server closed the connection.
    Closed,
    /// The client left the connection: what else it brings is not judged.
    Left,
}

/// A line of a log that holds octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its text without line end.
    pub text: String,
    /// Column of the first octet, from 0, in characters.
    pub column: usize,
    /// The octets stand in the notation of [`crate::transcript::Octets`].
    pub escaped: bool,
}

impl Recording {
    /// The index of the connection with this name, which is added if it is new.
    pub(super) fn connection(&mut self, name: &str) -> usize {
        let known = self.connections.iter().rposition(|c| c.name == name);
        known.unwrap_or_else(|| {
            self.connections.push(Connection {
                name: name.to_owned(),
                ..Connection::default()
            });
            self.connections.len() - 1
        })
    }

    /// What happened on one connection.
    pub(super) fn of(&self, connection: usize) -> impl Iterator<Item = &Entry> {
        let entries = self.entries.iter();
        entries.filter(move |entry| entry.connection == connection)
    }

    /// All octets of one connection's client.
    pub(super) fn client(&self, connection: usize) -> Vec<u8> {
        let octets = self.of(connection).filter_map(|entry| match &entry.what {
            What::Client(octets) => Some(octets.as_slice()),
            _ => None,
        });
        octets.collect::<Vec<_>>().concat()
    }
}
