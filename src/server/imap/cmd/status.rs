//! STATUS (RFC 9051 §6.3.11, RFC 8438, RFC 7162 §3.1.7).

use super::Reply;
use crate::server::fault::Fault;
use crate::server::imap::parse::{ParseResult, Parser, StatusItem};
use crate::server::imap::respond;
use crate::server::imap::session::Session;
use crate::server::store::{Flag, Mailbox};

#[derive(Clone, Debug)]
pub(in crate::server::imap) struct Status {
    name: String,
    items: Vec<StatusItem>,
}

impl Status {
    pub(super) fn parse(p: &mut Parser<'_>) -> ParseResult<Self> {
        p.sp()?;
        let name = p.mailbox()?;
        p.sp()?;
        let items = p.list(Parser::status_item)?;
        Ok(Self { name, items })
    }

    pub(super) fn run(self, session: &mut Session) -> Reply {
        if session.rev2 && self.items.contains(&StatusItem::Recent) {
            return Reply::bad("IMAP4rev2 has no RECENT");
        }
        let name = crate::server::store::normalize(&self.name);
        if session.selected_name().as_deref() == Some(&name)
            && session.has(Fault::StatusOfSelectedRefused)
        {
            return Reply::no("CANNOT", "The mailbox is selected");
        }
        if !session.tell_status(&self.name, &self.items) {
            return Reply::no("NONEXISTENT", "No such mailbox");
        }
        Reply::ok("STATUS completed")
    }
}

impl Session {
    /// The name of the selected mailbox.
    fn selected_name(&self) -> Option<String> {
        let id = self.view.as_ref()?.mailbox;
        let name = |mailbox: &Mailbox| mailbox.name().to_owned();
        self.account().read(|m| m.mailbox(id).map(name))
    }

    /// Writes a STATUS response; gives whether there is such a mailbox.
    pub(super) fn tell_status(&mut self, name: &str, items: &[StatusItem]) -> bool {
        let account = self.account();
        let Some(mut values) = account.read(|m| m.find(name).map(|m| values(m, items))) else {
            return false;
        };
        if self.has(Fault::StatusCountsAllUnseen) {
            let count = |m: &Mailbox| format!("UNSEEN {}", m.messages().len());
            let all = account.read(|m| m.find(name).map(count).unwrap_or_default());
            let items = items.iter().map(|item| match item {
                StatusItem::Unseen => all.clone(),
                item => {
                    account.read(|m| m.find(name).map_or_else(String::new, |m| value(m, *item)))
                }
            });
            values = items.collect::<Vec<_>>().join(" ");
        }
        if self.has(Fault::StatusCachedInSession) {
            let asked = format!("{name} {items:?}");
            values = self.statuses.entry(asked).or_insert(values).clone();
        }
        if items.contains(&StatusItem::HighestModseq) {
            self.enable_condstore();
        }
        let mut status = b"STATUS ".to_vec();
        respond::mailbox(
            &mut status,
            &crate::server::store::normalize(name),
            self.rev2,
        );
        status.extend_from_slice(format!(" ({values})").as_bytes());
        self.untagged(&String::from_utf8_lossy(&status));
        true
    }
}

fn values(mailbox: &Mailbox, items: &[StatusItem]) -> String {
    let mut values: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        if !items[..index].contains(item) {
            values.push(value(mailbox, *item));
        }
    }
    values.join(" ")
}

fn value(mailbox: &Mailbox, item: StatusItem) -> String {
    let messages = mailbox.messages();
    let with = |flag: &Flag| messages.iter().filter(|m| m.flags.contains(flag)).count();
    match item {
        StatusItem::Deleted => format!("DELETED {}", with(&Flag::deleted())),
        StatusItem::HighestModseq => format!("HIGHESTMODSEQ {}", mailbox.highest_modseq()),
        StatusItem::Messages => format!("MESSAGES {}", messages.len()),
        StatusItem::Recent => {
            let first = mailbox.first_recent();
            let recent = messages.iter().filter(|m| m.uid >= first).count();
            format!("RECENT {recent}")
        }
        StatusItem::Size => {
            let size: usize = messages.iter().map(|m| m.content.len()).sum();
            format!("SIZE {size}")
        }
        StatusItem::UidNext => format!("UIDNEXT {}", mailbox.uidnext()),
        StatusItem::UidValidity => format!("UIDVALIDITY {}", mailbox.uidvalidity()),
        StatusItem::Unseen => {
            let unseen = messages.len() - with(&Flag::seen());
            format!("UNSEEN {unseen}")
        }
    }
}
