//! What a client sees of messages and mailboxes, gathered from responses.

use std::collections::BTreeMap;

use crate::wire::imap::{Data, FetchItem, Response};
use crate::wire::{Body, Message};

/// A message, as listed over IMAP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Message sequence number.
    pub seq: u32,
    /// Its UID.
    pub uid: u32,
    /// Flags, as they came.
    pub flags: Vec<String>,
    /// RFC822.SIZE in octets.
    pub size: u64,
    /// The value of Message-ID, angle brackets included.
    pub message_id: Option<String>,
    /// INTERNALDATE, without its quotes.
    pub internal_date: Option<String>,
}

/// A mailbox, as listed over IMAP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMailbox {
    /// Its path, levels written with `/`.
    pub path: String,
    /// The name attributes, as they came.
    pub attributes: Vec<String>,
}

impl ListedMailbox {
    /// True if it can be selected.
    pub fn is_selectable(&self) -> bool {
        is_selectable(&self.attributes)
    }
}

/// True if name attributes do not say that the name is only a name.
pub(super) fn is_selectable(attributes: &[String]) -> bool {
    !attributes.iter().any(|attribute| {
        attribute.eq_ignore_ascii_case("\\Noselect")
            || attribute.eq_ignore_ascii_case("\\NonExistent")
    })
}

/// The untagged data among messages.
pub(super) fn data(messages: &[Message]) -> impl Iterator<Item = &Data> {
    messages.iter().filter_map(|message| match &message.body {
        Body::Imap(Response::Data(data)) => Some(data),
        _ => None,
    })
}

/// Gathers FETCH responses by sequence number; a message may be told in several. The error is a
/// sequence number whose UID did not come.
pub(super) fn gather(messages: &[Message]) -> Result<Vec<Listed>, u32> {
    let mut found: BTreeMap<u32, Listed> = BTreeMap::new();
    for data in data(messages) {
        let Data::Fetch { seq, items } = data else {
            continue;
        };
        let listed = found.entry(*seq).or_insert_with(|| Listed {
            seq: *seq,
            uid: 0,
            flags: Vec::new(),
            size: 0,
            message_id: None,
            internal_date: None,
        });
        for item in items {
            match item {
                FetchItem::Uid(uid) => listed.uid = *uid,
                FetchItem::Flags(flags) => listed.flags.clone_from(flags),
                FetchItem::Size(size) => listed.size = *size,
                FetchItem::InternalDate(date) => {
                    listed.internal_date = Some(String::from_utf8_lossy(date).into_owned());
                }
                FetchItem::Section {
                    octets: Some(octets),
                    ..
                } => listed.message_id = message_id(octets),
                _ => {}
            }
        }
    }
    match found.values().find(|listed| listed.uid == 0) {
        Some(listed) => Err(listed.seq),
        None => Ok(found.into_values().collect()),
    }
}

/// The messages among FETCH responses, each with its UID.
pub(super) fn bodies(messages: &[Message]) -> Vec<(u32, Vec<u8>)> {
    data(messages)
        .filter_map(|data| {
            let Data::Fetch { items, .. } = data else {
                return None;
            };
            let uid = items.iter().find_map(|item| match item {
                FetchItem::Uid(uid) => Some(*uid),
                _ => None,
            })?;
            let body = items.iter().find_map(|item| match item {
                FetchItem::Section { octets, .. } => octets.clone(),
                _ => None,
            })?;
            Some((uid, body))
        })
        .collect()
}

/// The value of Message-ID in a header, unfolded and trimmed.
pub fn message_id(header: &[u8]) -> Option<String> {
    const NAME: &str = "message-id:";
    let header = String::from_utf8_lossy(header);
    let mut lines = header.lines();
    let start = |line: &str| {
        line.get(..NAME.len())
            .is_some_and(|name| name.eq_ignore_ascii_case(NAME))
    };
    let mut value = lines.by_ref().find(|line| start(line))?[NAME.len()..].to_owned();
    for folded in lines.take_while(|line| line.starts_with([' ', '\t'])) {
        value.push_str(folded);
    }
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn fetch(seq: u32, items: Vec<FetchItem>) -> Message {
        Message {
            octets: Vec::new(),
            offset: 0,
            body: Body::Imap(Response::Data(Data::Fetch { seq, items })),
            violations: Vec::new(),
        }
    }

    #[test]
    fn a_message_told_in_pieces_is_one() {
        let header = b"Message-ID:\r\n <a@b>\r\n\r\n".to_vec();
        let section = FetchItem::Section {
            name: "BODY[HEADER.FIELDS (MESSAGE-ID)]".to_owned(),
            octets: Some(header),
        };
        let flags = vec!["\\Seen".to_owned()];
        let messages = [
            fetch(2, vec![FetchItem::Uid(9), FetchItem::Size(70)]),
            fetch(1, vec![FetchItem::Uid(4), FetchItem::Size(50), section]),
            fetch(2, vec![FetchItem::Flags(flags.clone())]),
        ];
        let listed = |seq, uid, flags, size, message_id| Listed {
            seq,
            uid,
            flags,
            size,
            message_id,
            internal_date: None,
        };
        assert_eq!(
            gather(&messages),
            Ok(vec![
                listed(1, 4, vec![], 50, Some("<a@b>".to_owned())),
                listed(2, 9, flags, 70, None),
            ])
        );
        assert_eq!(gather(&[fetch(3, vec![FetchItem::Size(1)])]), Err(3));
    }

    #[test]
    fn message_ids_are_found_in_headers() {
        let table: [(&[u8], Option<&str>); 6] = [
            (b"Message-ID: <a@b>\r\n\r\n", Some("<a@b>")),
            (b"MESSAGE-id:<a@b>\n", Some("<a@b>")),
            (
                b"To: x\r\nMessage-Id:\r\n\t<a@b>\r\nFrom: y\r\n",
                Some("<a@b>"),
            ),
            (b"Message-ID:\r\nTo: x\r\n", None),
            (b"\r\n", None),
            (b"X-Message-ID: <a@b>\r\n", None),
        ];
        for (header, id) in table {
            assert_eq!(message_id(header).as_deref(), id);
        }
    }
}
