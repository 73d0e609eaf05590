//! The IMAP client.

use std::time::Duration;

use super::ClientError;
use super::hierarchy::Hierarchy;
use super::listing::{Listed, ListedMailbox, bodies, data, gather, is_selectable};
use super::session::{Answer, Session};
use crate::engine::{Command, LiteralForm, Piece};
use crate::target::Account;
use crate::transport::{Endpoint, Options, Recorder};
use crate::wire::imap::{Code, Data, Response, Status, StatusKind};
use crate::wire::{Body, Message};

const LIST_ITEMS: &str =
    "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])";

/// A client that is logged in. Mailboxes are named by paths with `/` between levels.
#[derive(Debug)]
pub struct ImapClient {
    session: Session,
    hierarchy: Hierarchy,
}

/// What EXAMINE or SELECT says.
#[derive(Clone, Debug, Default)]
struct Selected {
    exists: u32,
    uidvalidity: Option<u32>,
    /// The completion, if it says READ-ONLY.
    read_only: Option<String>,
}

impl ImapClient {
    /// Connects, logs in, and learns how the server writes mailbox names.
    pub async fn connect(
        endpoint: &Endpoint,
        account: &Account,
        actor: &str,
        options: &Options,
        recorder: &Recorder,
        limit: Duration,
    ) -> Result<Self, ClientError> {
        recorder.hide(&account.user, &account.password);
        let (mut session, greeting) =
            Session::open(endpoint, actor, options, recorder, limit).await?;
        match status(&greeting).map(|status| status.kind) {
            Some(StatusKind::Preauth) => {}
            Some(StatusKind::Ok) => {
                let command = line("LOGIN", [&account.user, &account.password]);
                let what = format!("LOGIN as {}", account.user);
                let answer = session.command(&what, command).await?;
                succeeded(&session, &what, &answer)?;
            }
            _ => return Err(session.refused("the greeting", &greeting)),
        }
        let mut client = Self {
            session,
            hierarchy: Hierarchy {
                delimiter: None,
                prefix: String::new(),
            },
        };
        client
            .run("CAPABILITY", Command::text("CAPABILITY"))
            .await?;
        client.hierarchy = client.learn_hierarchy().await?;
        Ok(client)
    }

    /// Capabilities after login, in upper case.
    pub fn capabilities(&self) -> Vec<String> {
        self.session.capabilities()
    }

    /// How the server writes mailbox names.
    pub fn hierarchy(&self) -> &Hierarchy {
        &self.hierarchy
    }

    /// Creates a mailbox.
    pub async fn create(&mut self, mailbox: &str) -> Result<(), ClientError> {
        self.on_mailbox("CREATE", mailbox).await.map(drop)
    }

    /// Deletes a mailbox and what is in it.
    pub async fn delete(&mut self, mailbox: &str) -> Result<(), ClientError> {
        self.on_mailbox("DELETE", mailbox).await.map(drop)
    }

    /// Appends a message; gives its UID where the server says it (RFC 4315). The date is written as
    /// `01-Jan-2026 00:00:00 +0000`.
    pub async fn append(
        &mut self,
        mailbox: &str,
        flags: &[String],
        date: Option<&str>,
        octets: &[u8],
    ) -> Result<Option<u32>, ClientError> {
        let what = format!("APPEND to {mailbox}");
        let mut command = line("APPEND", [&self.hierarchy.to_server(mailbox)]);
        let mut options = String::from(" ");
        if !flags.is_empty() {
            options.push_str(&format!("({}) ", flags.join(" ")));
        }
        if let Some(date) = date {
            options.push_str(&format!("\"{date}\" "));
        }
        command.0.push(Piece::Text(options.into_bytes()));
        command.0.push(literal(octets));
        let answer = self.run(&what, command).await?;
        Ok(match code(&answer.last) {
            Some(Code::AppendUid { uids, .. }) => uids.first().map(|range| range.low),
            _ => None,
        })
    }

    /// Every message of a mailbox, by sequence number; `None`: there is no such mailbox.
    pub async fn messages(&mut self, mailbox: &str) -> Result<Option<Vec<Listed>>, ClientError> {
        let Some(Selected { exists, .. }) = self.open("EXAMINE", mailbox).await? else {
            return Ok(None);
        };
        let listed = match exists {
            0 => Vec::new(),
            _ => self.fetch_listing(mailbox).await?,
        };
        self.close().await?;
        Ok(Some(listed))
    }

    /// The octets of every message of a mailbox with its UID, without setting `\Seen`; `None`:
    /// there is no such mailbox.
    pub async fn bodies(
        &mut self,
        mailbox: &str,
    ) -> Result<Option<Vec<(u32, Vec<u8>)>>, ClientError> {
        let Some(Selected { exists, .. }) = self.open("EXAMINE", mailbox).await? else {
            return Ok(None);
        };
        let mut found = Vec::new();
        if exists > 0 {
            let what = format!("FETCH BODY.PEEK[] in {mailbox}");
            let command = Command::text("FETCH 1:* (UID BODY.PEEK[])");
            let answer = self.run(&what, command).await?;
            found = bodies(&answer.untagged);
        }
        self.close().await?;
        Ok(Some(found))
    }

    /// UIDVALIDITY of a mailbox; `None`: there is no such mailbox, or it has none.
    pub async fn uidvalidity(&mut self, mailbox: &str) -> Result<Option<u32>, ClientError> {
        let Some(selected) = self.open("EXAMINE", mailbox).await? else {
            return Ok(None);
        };
        self.close().await?;
        Ok(selected.uidvalidity)
    }

    /// Every mailbox of the account's personal namespace that LIST shows.
    pub async fn mailboxes(&mut self) -> Result<Vec<ListedMailbox>, ClientError> {
        let answer = self.run("LIST", Command::text("LIST \"\" \"*\"")).await?;
        let mut mailboxes: Vec<ListedMailbox> = Vec::new();
        for data in data(&answer.untagged) {
            let Data::List {
                lsub: false,
                attributes,
                mailbox,
                ..
            } = data
            else {
                continue;
            };
            let path = self.hierarchy.to_path(&String::from_utf8_lossy(mailbox));
            if mailboxes.iter().all(|known| known.path != path) {
                mailboxes.push(ListedMailbox {
                    path,
                    attributes: attributes.clone(),
                });
            }
        }
        Ok(mailboxes)
    }

    /// Removes every message of a mailbox.
    pub async fn remove_all(&mut self, mailbox: &str) -> Result<(), ClientError> {
        self.remove(mailbox, |_| true).await
    }

    /// Removes the messages that `chosen` names, and no other, even if others are marked
    /// `\Deleted`.
    pub async fn remove(
        &mut self,
        mailbox: &str,
        chosen: impl Fn(&Listed) -> bool,
    ) -> Result<(), ClientError> {
        match self.open("SELECT", mailbox).await? {
            None => return Ok(()),
            Some(Selected { exists: 0, .. }) => return self.leave(mailbox).await,
            Some(Selected {
                read_only: Some(came),
                ..
            }) => return Err(self.session.unusable(&format!("SELECT {mailbox}"), came)),
            Some(_) => {}
        }
        let (remove, keep): (Vec<Listed>, Vec<Listed>) = self
            .fetch_listing(mailbox)
            .await?
            .into_iter()
            .partition(chosen);
        if !remove.is_empty() {
            let marked: Vec<Listed> = keep.into_iter().filter(is_marked).collect();
            self.mark(&remove, '+').await?;
            if self.has("UIDPLUS") || self.has("IMAP4REV2") {
                for set in uid_sets(&remove) {
                    let command = Command::text(&format!("UID EXPUNGE {set}"));
                    self.run("UID EXPUNGE", command).await?;
                }
            } else {
                self.mark(&marked, '-').await?;
                self.run("EXPUNGE", Command::text("EXPUNGE")).await?;
                self.mark(&marked, '+').await?;
            }
        }
        self.leave(mailbox).await
    }

    /// Logs out and closes the connection. What the server answers does not matter any more.
    pub async fn logout(mut self) {
        let _ = self.run("LOGOUT", Command::text("LOGOUT")).await;
        self.session.close().await;
    }

    fn has(&self, capability: &str) -> bool {
        self.capabilities().iter().any(|known| known == capability)
    }

    /// Leaves a mailbox without the EXPUNGE that CLOSE does: opened read-only, it does none.
    async fn leave(&mut self, mailbox: &str) -> Result<(), ClientError> {
        match self.open("EXAMINE", mailbox).await? {
            Some(_) => self.close().await,
            None => Ok(()),
        }
    }

    /// Leaves a mailbox that was opened read-only. A server that refuses keeps it selected, which
    /// hinders nothing that comes.
    async fn close(&mut self) -> Result<(), ClientError> {
        match self.run("CLOSE", Command::text("CLOSE")).await {
            Err(ClientError::Refused { .. }) => Ok(()),
            closed => closed.map(drop),
        }
    }

    /// Adds `\Deleted` (`+`) or takes it away (`-`).
    async fn mark(&mut self, messages: &[Listed], sign: char) -> Result<(), ClientError> {
        for set in uid_sets(messages) {
            let command = format!("UID STORE {set} {sign}FLAGS.SILENT (\\Deleted)");
            self.run("UID STORE", Command::text(&command)).await?;
        }
        Ok(())
    }

    async fn fetch_listing(&mut self, mailbox: &str) -> Result<Vec<Listed>, ClientError> {
        let what = format!("FETCH in {mailbox}");
        let command = Command::text(&format!("FETCH 1:* {LIST_ITEMS}"));
        let answer = self.run(&what, command).await?;
        gather(&answer.untagged).map_err(|seq| {
            let came = format!("no UID for message {seq}");
            self.session.unusable(&what, came)
        })
    }

    /// SELECT or EXAMINE; `None`: refused, and LIST knows no such mailbox, or the name only.
    async fn open(
        &mut self,
        command: &str,
        mailbox: &str,
    ) -> Result<Option<Selected>, ClientError> {
        let name = self.hierarchy.to_server(mailbox);
        let what = format!("{command} {mailbox}");
        let answer = self.session.command(&what, line(command, [&name])).await?;
        if let Err(error) = succeeded(&self.session, &what, &answer) {
            let listed = self.run("LIST", line("LIST", ["", &name])).await?;
            let exists = data(&listed.untagged).any(|data| match data {
                Data::List { attributes, .. } => is_selectable(attributes),
                _ => false,
            });
            return if exists { Err(error) } else { Ok(None) };
        }
        let mut selected = Selected::default();
        if code(&answer.last) == Some(&Code::ReadOnly) {
            selected.read_only = Some(self.session.shown(&answer.last));
        }
        for message in &answer.untagged {
            match &message.body {
                Body::Imap(Response::Data(Data::Exists(count))) => selected.exists = *count,
                _ => {
                    if let Some(Code::UidValidity(value)) = code(message) {
                        selected.uidvalidity = Some(*value);
                    }
                }
            }
        }
        Ok(Some(selected))
    }

    async fn learn_hierarchy(&mut self) -> Result<Hierarchy, ClientError> {
        if self.has("NAMESPACE") || self.has("IMAP4REV2") {
            let command = Command::text("NAMESPACE");
            let answer = self.run("NAMESPACE", command).await?;
            let mut responses = answer.untagged.iter();
            let told = responses.find_map(|message| Hierarchy::from_namespace(&message.octets));
            if let Some(hierarchy) = told {
                return Ok(hierarchy);
            }
        }
        let answer = self.run("LIST", Command::text("LIST \"\" \"\"")).await?;
        let delimiter = data(&answer.untagged).find_map(|data| match data {
            Data::List { delimiter, .. } => Some(*delimiter),
            _ => None,
        });
        Ok(Hierarchy {
            delimiter: delimiter.flatten(),
            prefix: String::new(),
        })
    }

    async fn on_mailbox(&mut self, command: &str, mailbox: &str) -> Result<Answer, ClientError> {
        let name = self.hierarchy.to_server(mailbox);
        self.run(&format!("{command} {mailbox}"), line(command, [&name]))
            .await
    }

    /// Runs a command that must succeed.
    async fn run(&mut self, what: &str, command: Command) -> Result<Answer, ClientError> {
        let answer = self.session.command(what, command).await?;
        succeeded(&self.session, what, &answer)?;
        Ok(answer)
    }
}

fn succeeded(session: &Session, what: &str, answer: &Answer) -> Result<(), ClientError> {
    match status(&answer.last) {
        Some(status) if status.kind == StatusKind::Ok && !answer.continues => Ok(()),
        _ => Err(session.refused(what, &answer.last)),
    }
}

pub(in crate::target) fn status(message: &Message) -> Option<&Status> {
    match &message.body {
        Body::Imap(Response::Tagged { status, .. } | Response::Status(status)) => Some(status),
        _ => None,
    }
}

fn code(message: &Message) -> Option<&Code> {
    status(message)?.code.as_ref()
}

fn is_marked(message: &Listed) -> bool {
    message
        .flags
        .iter()
        .any(|flag| flag.eq_ignore_ascii_case("\\Deleted"))
}

/// UID sets that name these messages, each short enough for a command line.
fn uid_sets(messages: &[Listed]) -> Vec<String> {
    const MOST: usize = 200;
    messages
        .chunks(MOST)
        .map(|chunk| {
            let uids: Vec<String> = chunk.iter().map(|it| it.uid.to_string()).collect();
            uids.join(",")
        })
        .collect()
}

/// A command with `astring` arguments, each quoted or a literal.
pub(in crate::target) fn line<const N: usize>(name: &str, arguments: [&str; N]) -> Command {
    let mut pieces = vec![Piece::Text(name.as_bytes().to_vec())];
    for argument in arguments {
        match quote(argument) {
            Some(quoted) => pieces.push(Piece::Text(format!(" {quoted}").into_bytes())),
            None => {
                pieces.push(Piece::Text(b" ".to_vec()));
                pieces.push(literal(argument.as_bytes()));
            }
        }
    }
    Command(pieces)
}

/// The quoted form; `None` if only a literal can hold the text.
fn quote(text: &str) -> Option<String> {
    let quotable = |c: char| matches!(c, ' '..='~');
    (text.len() <= 1000 && text.chars().all(quotable))
        .then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn literal(octets: &[u8]) -> Piece {
    Piece::Literal {
        octets: octets.to_vec(),
        form: LiteralForm::AsOffered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_and_odd_ones_become_literals() {
        let text = |octets: &str| Piece::Text(octets.as_bytes().to_vec());
        assert_eq!(
            line("LOGIN", ["a b", "p\"w\\"]),
            Command(vec![
                text("LOGIN"),
                text(" \"a b\""),
                text(" \"p\\\"w\\\\\"")
            ])
        );
        assert_eq!(
            line("LOGIN", ["é", "x\r\ny"]),
            Command(vec![
                text("LOGIN"),
                text(" "),
                literal("é".as_bytes()),
                text(" "),
                literal(b"x\r\ny"),
            ])
        );
        assert_eq!(line("LIST", ["", "x"]).0[1], text(" \"\""));
    }

    #[test]
    fn many_uids_are_cut_into_sets() {
        let messages: Vec<Listed> = (1..=201)
            .map(|seq| Listed {
                seq,
                uid: seq + 10,
                flags: Vec::new(),
                size: 0,
                message_id: None,
                internal_date: None,
            })
            .collect();
        let sets = uid_sets(&messages);
        assert_eq!(sets.len(), 2);
        assert!(sets[0].starts_with("11,12,"));
        assert_eq!(sets[1], "211");
        assert!(uid_sets(&[]).is_empty());
    }
}
