//! Faults of delivery: what a message suffers on its way into a mailbox.

use std::sync::Arc;

use super::{Mailbox, NewMessage};
use crate::server::fault::{Fault, FaultSet};

/// The buffer that a faulty server writes once.
const BUFFER: usize = 8 * 1024;

/// The messages as they are stored: as they came, where nothing is wrong.
pub(super) fn appended(
    mut messages: Vec<NewMessage>,
    mailbox: &mut Mailbox,
    faults: &FaultSet,
) -> Vec<NewMessage> {
    if faults.has(Fault::StoredMessageTruncatedAtBuffer) {
        for new in &mut messages {
            new.content = Arc::from(&new.content[..new.content.len().min(BUFFER)]);
        }
    }
    if faults.has(Fault::FromLineSplitsMessage) {
        messages = messages.iter().flat_map(split_at_from_line).collect();
    }
    if faults.has(Fault::RetentionDeletesSameMessageId) {
        let ids: Vec<_> = messages
            .iter()
            .filter_map(|new| message_id(&new.content))
            .collect();
        let known = |content: &[u8]| message_id(content).is_some_and(|id| ids.contains(&id));
        let same = mailbox.messages().iter().filter(|m| known(&m.content));
        let same: Vec<u32> = same.map(|m| m.uid).collect();
        mailbox.remove(&same);
    }
    messages
}

/// As a mailbox file is read that does not quote `From `.
fn split_at_from_line(new: &NewMessage) -> Vec<NewMessage> {
    const SEPARATOR: &[u8] = b"\r\n\r\nFrom ";
    let content = &new.content;
    let at = content
        .windows(SEPARATOR.len())
        .position(|window| window == SEPARATOR);
    let Some(at) = at else {
        return vec![new.clone()];
    };
    let (first, second) = content.split_at(at + b"\r\n\r\n".len());
    let part = |content: &[u8]| NewMessage {
        content: Arc::from(content),
        ..new.clone()
    };
    vec![part(first), part(second)]
}

/// The line of the header that begins with `Message-ID:`.
fn message_id(content: &[u8]) -> Option<Vec<u8>> {
    let lines = content.split(|octet| *octet == b'\n');
    let mut header = lines.take_while(|line| !line.is_empty() && *line != b"\r");
    let id = header.find(|line| {
        let name = line.get(..b"Message-ID:".len());
        name.is_some_and(|name| name.eq_ignore_ascii_case(b"Message-ID:"))
    });
    id.map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;
    use crate::server::retention::Retention;

    /// How long the messages in INBOX are after these were delivered.
    fn stored(faults: &[Fault], contents: &[&[u8]]) -> Vec<usize> {
        let store = Store::new(Retention::Strict, faults.iter().copied().collect());
        store.add_account("ann", "x");
        let ann = store.account("ann").unwrap();
        for content in contents {
            let new = NewMessage::received(*content);
            ann.write(|m| m.append("INBOX", vec![new])).unwrap();
        }
        ann.read(|m| {
            m.inbox()
                .messages()
                .iter()
                .map(|m| m.content.len())
                .collect()
        })
    }

    #[test]
    fn content_is_kept_but_for_faults() {
        let long = [b'x'; 9000];
        let from = b"A: b\r\n\r\nFrom a@b\r\n";
        let (one, two) = (
            b"message-id: <1>\r\n\r\n",
            b"A: b\r\nmessage-id: <1>\r\n\r\nx",
        );
        let contents: [&[u8]; 4] = [&long, from, one, two];
        let lengths = |contents: &[&[u8]]| contents.iter().map(|c| c.len()).collect::<Vec<_>>();
        assert_eq!(stored(&[], &contents), lengths(&contents));
        assert_eq!(
            stored(&[Fault::StoredMessageTruncatedAtBuffer], &contents)[0],
            BUFFER
        );
        assert_eq!(stored(&[Fault::FromLineSplitsMessage], &[from]), [8, 10]);
        let kept = stored(&[Fault::RetentionDeletesSameMessageId], &contents);
        assert_eq!(kept, lengths(&[&long, from, two]));
    }
}
