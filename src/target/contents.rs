//! What is in an account: looked at before it is used, and put back afterwards.

use std::time::Duration;

use super::Account;
use super::client::{ClientError, ImapClient, Listed, ListedMailbox, Pop3Client};
use super::journal::Baseline;
use crate::transport::{Endpoint, Options, Recorder};
use crate::wire::Protocol;

/// How long one command of looking or clearing may take.
const LIMIT: Duration = Duration::from_secs(30);

/// The name of these connections in transcripts.
const ACTOR: &str = "(clean-up)";

/// Mailboxes that servers make for every account, where they do not say so with an attribute
/// (RFC 6154).
const CUSTOMARY: &[&str] = &["Archive", "Drafts", "Junk", "Sent", "Spam", "Trash"];

const SPECIAL_USE: &[&str] = &[
    "\\All",
    "\\Archive",
    "\\Drafts",
    "\\Flagged",
    "\\Junk",
    "\\Sent",
    "\\Trash",
];

/// How to reach the accounts of a server.
#[derive(Clone, Debug)]
pub(super) struct Access {
    /// IMAP, or POP3 where that is all there is.
    pub endpoint: Endpoint,
    /// How connections are opened.
    pub options: Options,
}

/// Something that speaks against using an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Occupied {
    /// The mailbox.
    pub mailbox: String,
    /// How many messages it holds; 0: that it exists is what is wrong.
    pub messages: usize,
}

impl Access {
    /// What is in an account now, and what speaks against using it.
    pub(super) async fn look(
        &self,
        account: &Account,
    ) -> Result<(Baseline, Option<Occupied>), ClientError> {
        match self.endpoint.protocol {
            Protocol::Pop3 => self.look_over_pop3(account).await,
            _ => self.look_over_imap(account).await,
        }
    }

    /// Removes everything that is not in the baseline.
    pub(super) async fn clear(
        &self,
        account: &Account,
        baseline: &Baseline,
    ) -> Result<(), ClientError> {
        match self.endpoint.protocol {
            Protocol::Pop3 => self.clear_over_pop3(account, baseline).await,
            _ => self.clear_over_imap(account, baseline).await,
        }
    }

    async fn look_over_imap(
        &self,
        account: &Account,
    ) -> Result<(Baseline, Option<Occupied>), ClientError> {
        let mut client = self.imap(account).await?;
        let mut baseline = Baseline::new();
        let mut occupied = None;
        for mailbox in mailboxes(&mut client).await? {
            let found = names(&mut client, &mailbox).await?;
            if !found.is_empty() || !is_expected(&mailbox) {
                occupied.get_or_insert_with(|| Occupied {
                    mailbox: mailbox.path.clone(),
                    messages: found.len(),
                });
            }
            let found = found.into_iter().map(|(name, _)| name).collect();
            baseline.insert(mailbox.path, found);
        }
        client.logout().await;
        Ok((baseline, occupied))
    }

    async fn clear_over_imap(
        &self,
        account: &Account,
        baseline: &Baseline,
    ) -> Result<(), ClientError> {
        let mut client = self.imap(account).await?;
        let mut there = mailboxes(&mut client).await?;
        // Children before their parents.
        there.sort_by(|a, b| b.path.cmp(&a.path));
        for mailbox in there {
            let path = &mailbox.path;
            match baseline.get(path) {
                Some(keep) => {
                    let found = names(&mut client, &mailbox).await?;
                    let new: Vec<u32> = found
                        .into_iter()
                        .filter(|(name, _)| !keep.contains(name))
                        .map(|(_, uid)| uid)
                        .collect();
                    if !new.is_empty() {
                        let is_new = |message: &Listed| new.contains(&message.uid);
                        client.remove(path, is_new).await?;
                    }
                }
                None if path == "INBOX" => client.remove_all(path).await?,
                None => {
                    let deleted = client.delete(path).await;
                    // A name that is only the parent of others can go with its last child.
                    if mailbox.is_selectable() {
                        deleted?;
                    }
                }
            }
        }
        client.logout().await;
        Ok(())
    }

    async fn look_over_pop3(
        &self,
        account: &Account,
    ) -> Result<(Baseline, Option<Occupied>), ClientError> {
        let mut client = self.pop3(account).await?;
        let found = client.unique_ids().await?;
        client.quit().await?;
        let occupied = (!found.is_empty()).then(|| Occupied {
            mailbox: "INBOX".to_owned(),
            messages: found.len(),
        });
        let ids = found.into_iter().map(|(_, id)| id).collect();
        Ok((Baseline::from([(String::new(), ids)]), occupied))
    }

    async fn clear_over_pop3(
        &self,
        account: &Account,
        baseline: &Baseline,
    ) -> Result<(), ClientError> {
        let mut client = self.pop3(account).await?;
        let kept = |id: &String| baseline.values().any(|ids| ids.contains(id));
        for (number, id) in client.unique_ids().await? {
            if !kept(&id) {
                client.delete(number).await?;
            }
        }
        client.quit().await
    }

    /// Logs in over IMAP.
    pub(super) async fn imap(&self, account: &Account) -> Result<ImapClient, ClientError> {
        let recorder = Recorder::new();
        let Self { endpoint, options } = self;
        ImapClient::connect(endpoint, account, ACTOR, options, &recorder, LIMIT).await
    }

    /// Logs in over POP3.
    pub(super) async fn pop3(&self, account: &Account) -> Result<Pop3Client, ClientError> {
        let recorder = Recorder::new();
        let Self { endpoint, options } = self;
        Pop3Client::connect(endpoint, account, ACTOR, options, &recorder, LIMIT).await
    }
}

/// Every mailbox; INBOX comes first, even if LIST leaves it out.
async fn mailboxes(client: &mut ImapClient) -> Result<Vec<ListedMailbox>, ClientError> {
    let mut mailboxes = client.mailboxes().await?;
    mailboxes.retain(|mailbox| mailbox.path != "INBOX");
    let inbox = ListedMailbox {
        path: "INBOX".to_owned(),
        attributes: Vec::new(),
    };
    mailboxes.insert(0, inbox);
    Ok(mailboxes)
}

/// The messages of a mailbox: a name that no other message will ever have, and the UID.
async fn names(
    client: &mut ImapClient,
    mailbox: &ListedMailbox,
) -> Result<Vec<(String, u32)>, ClientError> {
    if !mailbox.is_selectable() {
        return Ok(Vec::new());
    }
    let messages = client.messages(&mailbox.path).await?.unwrap_or_default();
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let validity = client.uidvalidity(&mailbox.path).await?.unwrap_or_default();
    Ok(messages
        .into_iter()
        .map(|message| (format!("{validity}:{}", message.uid), message.uid))
        .collect())
}

/// True for mailboxes that an account made for testing may have from the start.
fn is_expected(mailbox: &ListedMailbox) -> bool {
    let is_one_of =
        |name: &str, names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    mailbox.path == "INBOX"
        || !mailbox.is_selectable()
        || is_one_of(&mailbox.path, CUSTOMARY)
        || mailbox
            .attributes
            .iter()
            .any(|attribute| is_one_of(attribute, SPECIAL_USE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_may_have_inbox_and_special_use_mailboxes() {
        let table: [(&str, &[&str], bool); 6] = [
            ("INBOX", &[], true),
            ("Sent", &[], true),
            ("Entwürfe", &["\\HasNoChildren", "\\drafts"], true),
            ("[Mail]", &["\\Noselect"], true),
            ("Family", &["\\HasNoChildren"], false),
            ("Family/Sent", &[], false),
        ];
        for (path, attributes, expected) in table {
            let mailbox = ListedMailbox {
                path: path.to_owned(),
                attributes: attributes.iter().map(|&it| it.to_owned()).collect(),
            };
            assert_eq!(is_expected(&mailbox), expected, "{path}");
        }
    }
}
