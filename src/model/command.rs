//! What a client's own IMAP command asks for, as far as checks need to know.
//!
//! The text comes without tag, and with `{n}` in place of literals. A command that is not
//! understood is [`Command::Unknown`], and then nothing is concluded that it could explain.

use super::set::Set;

/// One IMAP command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// SELECT or EXAMINE.
    Select {
        mailbox: Option<Vec<u8>>,
        examine: bool,
    },
    /// CLOSE, UNSELECT.
    Leave {
        expunges: bool,
    },
    /// LOGIN, AUTHENTICATE.
    Login,
    /// UNAUTHENTICATE.
    Unauthenticate,
    Logout,
    Idle,
    /// FETCH or UID FETCH.
    Fetch(Fetch),
    /// STORE or UID STORE.
    Store {
        uid: bool,
    },
    /// SEARCH or UID SEARCH.
    Search {
        uid: bool,
        all: bool,
        /// It asks for results with RETURN.
        returns: bool,
    },
    Expunge,
    /// UID EXPUNGE, with its set if that is a plain one.
    UidExpunge {
        set: Option<Set>,
    },
    /// COPY, MOVE and their UID forms; `set` if it is one of UIDs.
    Copy {
        set: Option<Set>,
        mailbox: Option<Vec<u8>>,
        moves: bool,
    },
    /// SORT or UID SORT.
    Sort {
        uid: bool,
    },
    /// APPEND, and how many messages are appended, if that is plain.
    Append {
        mailbox: Option<Vec<u8>>,
        messages: Option<u64>,
    },
    /// CREATE, DELETE or RENAME.
    Remake {
        deletes: bool,
    },
    /// Another command valid before login.
    Any,
    /// Another command that needs authentication and neither adds nor removes mail.
    Authenticated,
    /// Another command that needs a selected mailbox and neither adds nor removes mail.
    Selected,
    /// A command that is not understood.
    Unknown,
}

/// A FETCH command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fetch {
    /// True for UID FETCH.
    pub(crate) uid: bool,
    /// The messages, if they are given as a plain set.
    pub(crate) set: Option<Set>,
    /// The items that each message has to be answered with, in the form of [`item_name`]; those
    /// that may be missing are left out. `None` if a modifier may leave out messages.
    pub(crate) items: Option<Vec<String>>,
}

impl Command {
    /// Understands a command.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let (name, rest) = word(&text);
        match name.to_ascii_uppercase().as_str() {
            "UID" => {
                let (name, rest) = word(rest);
                Self::by_uid(&name.to_ascii_uppercase(), rest)
            }
            name => Self::named(name, rest),
        }
    }

    fn named(name: &str, rest: &str) -> Self {
        match name {
            "SELECT" | "EXAMINE" => Self::Select {
                mailbox: mailbox(rest),
                examine: name == "EXAMINE",
            },
            "CLOSE" => Self::Leave { expunges: true },
            "UNSELECT" => Self::Leave { expunges: false },
            "LOGIN" | "AUTHENTICATE" => Self::Login,
            "LOGOUT" => Self::Logout,
            "IDLE" => Self::Idle,
            "FETCH" => Self::Fetch(fetch(false, rest)),
            "STORE" => Self::Store { uid: false },
            "SEARCH" => search(false, rest),
            "EXPUNGE" => Self::Expunge,
            "COPY" | "MOVE" => Self::Copy {
                set: None,
                mailbox: mailbox(word(rest).1),
                moves: name == "MOVE",
            },
            "APPEND" => Self::Append {
                mailbox: mailbox(rest),
                messages: appended(rest),
            },
            "CREATE" => Self::Remake { deletes: false },
            "DELETE" | "RENAME" => Self::Remake { deletes: true },
            "CAPABILITY" | "NOOP" | "STARTTLS" | "ID" | "COMPRESS" => Self::Any,
            "LIST" | "LSUB" | "XLIST" | "STATUS" | "SUBSCRIBE" | "UNSUBSCRIBE" | "NAMESPACE"
            | "ENABLE" | "SETQUOTA" | "SETMETADATA" | "GETQUOTA" | "GETQUOTAROOT"
            | "GETMETADATA" | "GETACL" | "MYRIGHTS" | "LISTRIGHTS" => Self::Authenticated,
            "UNAUTHENTICATE" => Self::Unauthenticate,
            "SORT" => Self::Sort { uid: false },
            "CHECK" | "THREAD" => Self::Selected,
            _ => Self::Unknown,
        }
    }

    fn by_uid(name: &str, rest: &str) -> Self {
        let (set, behind) = word(rest);
        match name {
            "FETCH" => Self::Fetch(fetch(true, rest)),
            "STORE" => Self::Store { uid: true },
            "SEARCH" => search(true, rest),
            "EXPUNGE" => Self::UidExpunge {
                set: Set::parse(set),
            },
            "COPY" | "MOVE" => Self::Copy {
                set: Set::parse(set),
                mailbox: mailbox(behind),
                moves: name == "MOVE",
            },
            "SORT" => Self::Sort { uid: true },
            "THREAD" => Self::Selected,
            _ => Self::Unknown,
        }
    }

    /// True if mail may be gone because of this command.
    pub(crate) fn removes(&self) -> bool {
        matches!(
            self,
            Self::Leave { expunges: true }
                | Self::Expunge
                | Self::UidExpunge { .. }
                | Self::Copy { moves: true, .. }
                | Self::Remake { deletes: true }
                | Self::Unknown
        )
    }

    /// True if there may be more mail because of this command.
    pub(crate) fn adds(&self) -> bool {
        matches!(
            self,
            Self::Copy { .. } | Self::Append { .. } | Self::Remake { .. } | Self::Unknown
        )
    }

    /// True for FETCH, STORE and SEARCH, during which nothing may be expunged.
    pub(crate) fn forbids_expunge(&self) -> bool {
        match self {
            Self::Fetch(fetch) => !fetch.uid,
            Self::Store { uid } => !uid,
            Self::Search { uid, .. } => !uid,
            _ => false,
        }
    }
}

/// The first word and what follows the space behind it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches(' ');
    text.split_once(' ').unwrap_or((text, ""))
}

/// A mailbox name at the start of `text`; INBOX in capitals. `None` for a literal.
fn mailbox(text: &str) -> Option<Vec<u8>> {
    let name = match text.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None => word(text).0.to_owned(),
    };
    if name.is_empty() || name.starts_with('{') || name.starts_with("~{") {
        return None;
    }
    Some(canonical(name.as_bytes()))
}

/// A mailbox name as the model files it: INBOX is the same in any letter case.
pub(crate) fn canonical(name: &[u8]) -> Vec<u8> {
    if name.eq_ignore_ascii_case(b"INBOX") {
        b"INBOX".to_vec()
    } else {
        name.to_vec()
    }
}

fn unquoted(text: &str) -> Option<String> {
    let mut name = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some(name),
            '\\' => name.push(characters.next()?),
            other => name.push(other),
        }
    }
}

/// How many messages the arguments of APPEND hold; `None` if the mailbox is a literal or a message
/// is made of parts (RFC 4469).
fn appended(rest: &str) -> Option<u64> {
    let upper = rest.to_ascii_uppercase();
    let is_plain = mailbox(rest).is_some()
        && upper.trim_end().ends_with('}')
        && !["CATENATE", "UTF8", "ANNOTATION"]
            .iter()
            .any(|word| upper.contains(word));
    is_plain.then(|| rest.matches('{').count() as u64)
}

fn search(uid: bool, rest: &str) -> Command {
    let upper = rest.to_ascii_uppercase();
    Command::Search {
        uid,
        all: upper.trim() == "ALL",
        returns: upper.trim_start().starts_with("RETURN"),
    }
}

fn fetch(uid: bool, rest: &str) -> Fetch {
    let (set, items) = word(rest);
    Fetch {
        uid,
        set: Set::parse(set),
        items: fetch_items(items),
    }
}

/// The items of a FETCH command in the form of [`item_name`].
fn fetch_items(text: &str) -> Option<Vec<String>> {
    let upper = text.trim().to_ascii_uppercase();
    let items: Vec<String> = match upper.as_str() {
        "ALL" => names(&["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"]),
        "FAST" => names(&["FLAGS", "INTERNALDATE", "RFC822.SIZE"]),
        "FULL" => names(&["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"]),
        _ => {
            let list = match upper.strip_prefix('(') {
                Some(list) => list.strip_suffix(')')?,
                None => &upper,
            };
            split_items(list)?
        }
    };
    Some(
        items
            .iter()
            .map(|item| item_name(item))
            .filter(|name| is_sure(name))
            .collect(),
    )
}

/// True for an item, in the form of [`item_name`], that every message has.
pub(crate) fn is_sure(name: &str) -> bool {
    SURE.contains(&name)
}

const SURE: [&str; 10] = [
    "FLAGS",
    "UID",
    "INTERNALDATE",
    "RFC822.SIZE",
    "ENVELOPE",
    "BODY",
    "BODYSTRUCTURE",
    "BODY[]",
    "BODY[HEADER]",
    "BODY[TEXT]",
];

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Splits at spaces outside brackets; `None` if parentheses follow (FETCH modifiers).
fn split_items(list: &str) -> Option<Vec<String>> {
    let mut items = vec![String::new()];
    let mut depth = 0usize;
    for character in list.chars() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '(' | ')' | '{' if depth == 0 => return None,
            _ => {}
        }
        match (character, items.last_mut()) {
            (' ', _) if depth == 0 => items.push(String::new()),
            (_, Some(item)) => item.push(character),
            _ => {}
        }
    }
    Some(items)
}

/// One name for items that mean the same: no PEEK, no origin, `BODY[]` for RFC822.
pub(crate) fn item_name(name: &str) -> String {
    let name = name.to_ascii_uppercase().replace("BODY.PEEK[", "BODY[");
    match name.as_str() {
        "RFC822" => "BODY[]".to_owned(),
        "RFC822.HEADER" => "BODY[HEADER]".to_owned(),
        "RFC822.TEXT" => "BODY[TEXT]".to_owned(),
        _ => match name.split_once("]<") {
            Some((section, _)) => format!("{section}]"),
            None => name,
        },
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn items(text: &str) -> Option<Vec<String>> {
        match Command::parse(text.as_bytes()) {
            Command::Fetch(fetch) => fetch.items,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn mailbox_names_are_read() {
        for (text, name) in [
            ("SELECT inbox", Some("INBOX")),
            (
                "select \"My \\\"Mail\\\"\" (CONDSTORE)",
                Some("My \"Mail\""),
            ),
            ("SELECT {5}", None),
            ("SELECT Sent (QRESYNC (1 2))", Some("Sent")),
            ("SELECT", None),
            ("SELECT \"open", None),
        ] {
            let expected = Command::Select {
                mailbox: name.map(|name| name.as_bytes().to_vec()),
                examine: false,
            };
            assert_eq!(Command::parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn commands_are_told_apart() {
        for (text, expected) in [
            ("uid store 1 +FLAGS (x)", Command::Store { uid: true }),
            ("STORE 1 +FLAGS (x)", Command::Store { uid: false }),
            ("CLOSE", Command::Leave { expunges: true }),
            ("XFROB", Command::Unknown),
            ("UID XFROB 1", Command::Unknown),
            ("", Command::Unknown),
            ("NOOP", Command::Any),
            (
                "SEARCH RETURN (COUNT) ALL",
                Command::Search {
                    uid: false,
                    all: false,
                    returns: true,
                },
            ),
            (
                "UID SEARCH OR 1:3 SEEN",
                Command::Search {
                    uid: true,
                    all: false,
                    returns: false,
                },
            ),
            (
                "APPEND Sent (\\Seen) {20}",
                Command::Append {
                    mailbox: Some(b"Sent".to_vec()),
                    messages: Some(1),
                },
            ),
            (
                "APPEND Sent {20} {30}",
                Command::Append {
                    mailbox: Some(b"Sent".to_vec()),
                    messages: Some(2),
                },
            ),
            (
                "APPEND Sent CATENATE (TEXT {20} TEXT {30}",
                Command::Append {
                    mailbox: Some(b"Sent".to_vec()),
                    messages: None,
                },
            ),
            (
                "UID MOVE 4 \"Old Mail\"",
                Command::Copy {
                    set: Set::parse("4"),
                    mailbox: Some(b"Old Mail".to_vec()),
                    moves: true,
                },
            ),
        ] {
            assert_eq!(Command::parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn fetch_items_have_one_name() {
        let some = |list: &[&str]| Some(names(list));
        assert_eq!(items("FETCH 1 (FLAGS UID)"), some(&["FLAGS", "UID"]));
        assert_eq!(
            items("FETCH 1 (BODY.PEEK[HEADER.FIELDS (Subject Date)] BODY[]<0.10>)"),
            some(&["BODY[]"])
        );
        assert_eq!(items("UID FETCH 1 rfc822.header"), some(&["BODY[HEADER]"]));
        assert_eq!(
            items("FETCH 1 FAST"),
            some(&["FLAGS", "INTERNALDATE", "RFC822.SIZE"])
        );
        assert_eq!(items("FETCH 1 (FLAGS) (CHANGEDSINCE 5)"), None);
        assert_eq!(items("FETCH 1 FLAGS (CHANGEDSINCE 5)"), None);
        assert_eq!(items("FETCH 1 EMAILID"), some(&[]));
    }
}
