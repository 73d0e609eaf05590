//! What exists before the first step: mailboxes, messages, and what is known of them.

use std::collections::BTreeMap;

use super::stage::{Flow, Seen, Stage, undecided};
use super::values::MessageFacts;
use crate::scenario::{GivenMessage, octets_of};
use crate::target::TargetError;
use crate::target::client::{ClientError, ImapClient, Listed, Pop3Client, deliver};
use crate::wire::Protocol;

/// What kept mailspec's own clients from doing their part.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetUpError {
    /// The target lacks the protocol.
    #[error("the target offers no {0}")]
    NotOffered(Protocol),
    /// The target could not deliver.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A client met with trouble.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl SetUpError {
    /// True if another session has the maildrop.
    pub(super) fn is_in_use(&self) -> bool {
        matches!(self, Self::Client(error) if error.is_in_use())
    }
}

/// The name under which mailspec's own connections of the set-up are recorded.
const SET_UP: &str = "(set-up)";

impl Stage {
    /// Makes what `given` says, and learns the UIDs, sizes and unique-ids that the scenario uses.
    pub(super) async fn set_up(&self) -> Flow {
        let given = &self.variant.scenario.given;
        if given.is_empty() {
            return Flow::Continue(());
        }
        if self.target.endpoint(Protocol::Imap).is_none() {
            return self.set_up_by_delivery().await;
        }
        let mut client = match self.imap(1, SET_UP).await {
            Ok(client) => client,
            Err(error) => return undecided(format!("set-up failed: {error}")),
        };
        self.ledger().values.hierarchy = Some(client.hierarchy().clone());
        for mailbox in given {
            if let Err(error) = self.fill(&mut client, mailbox).await {
                return undecided(format!("set-up failed: {error}"));
            }
        }
        client.logout().await;
        if self.fields_used().contains("uidl") {
            return self.learn_unique_ids(1).await;
        }
        Flow::Continue(())
    }

    async fn fill(
        &self,
        client: &mut ImapClient,
        mailbox: &crate::scenario::GivenMailbox,
    ) -> Result<(), SetUpError> {
        if !mailbox.name.eq_ignore_ascii_case("INBOX")
            && let Err(refused) = client.create(&mailbox.name).await
            // Some servers give each account Trash and the like: as good as made, if it is empty.
            && client.messages(&mailbox.name).await?.is_none_or(|held| !held.is_empty())
        {
            return Err(refused.into());
        }
        for message in &mailbox.messages {
            let octets = self.octets(message);
            let date = message.date.as_deref();
            client
                .append(&mailbox.name, &message.flags, date, &octets)
                .await?;
            self.place(message, 0, &mailbox.name, octets);
        }
        let fields = self.fields_used();
        if fields.iter().any(|field| *field != "uidl") && !mailbox.messages.is_empty() {
            let listed = client.messages(&mailbox.name).await?.unwrap_or_default();
            self.learn(&listed, 0, &mailbox.name);
        }
        Ok(())
    }

    /// Without IMAP only INBOX can be filled, by delivery.
    async fn set_up_by_delivery(&self) -> Flow {
        for mailbox in &self.variant.scenario.given {
            if !mailbox.name.eq_ignore_ascii_case("INBOX") {
                return undecided("set-up failed: the target has no IMAP to make mailboxes with");
            }
            for message in &mailbox.messages {
                self.hand_in(message, 1, None, SET_UP).await?;
            }
        }
        // Also if no size is used: a Maildir that a session has opened may be numbered otherwise.
        self.learn_sizes(1).await?;
        if self.fields_used().contains("uidl") {
            return self.learn_unique_ids(1).await;
        }
        Flow::Continue(())
    }

    /// The sizes as POP3 says, of a target without IMAP.
    async fn learn_sizes(&self, account: usize) -> Flow {
        let found = self.sizes(account).await;
        self.note(found, |facts, size| facts.size = Some(size))
    }

    async fn sizes(&self, account: usize) -> Result<BTreeMap<String, u64>, SetUpError> {
        let mut client = self.pop3(account, SET_UP).await?;
        let sizes = client.sizes().await?;
        by_name(client, sizes).await
    }

    /// Keeps what was learnt of each message.
    fn note<T>(
        &self,
        found: Result<BTreeMap<String, T>, SetUpError>,
        keep: impl Fn(&mut MessageFacts, T),
    ) -> Flow {
        let found = match found {
            Ok(found) => found,
            Err(error) => return undecided(format!("set-up failed: {error}")),
        };
        let mut ledger = self.ledger();
        for (name, value) in found {
            if let Some(facts) = ledger.values.messages.get_mut(&name) {
                keep(facts, value);
            }
        }
        Flow::Continue(())
    }

    /// Hands a message in: by the channel asked for, else LMTP, else SMTP, else as a file, else
    /// APPEND.
    pub(super) async fn hand_in(
        &self,
        message: &GivenMessage,
        account: usize,
        via: Option<Protocol>,
        actor: &str,
    ) -> Flow {
        let octets = self.octets(message);
        let offered = |protocol: &Protocol| self.target.endpoint(*protocol).is_some();
        let mut transports = [Protocol::Lmtp, Protocol::Smtp].into_iter();
        let channel = via.or_else(|| transports.find(offered));
        let outcome = match channel {
            Some(Protocol::Imap) => self.append_inbox(message, account, &octets, actor).await,
            Some(protocol) => self.send(protocol, account, &octets, actor).await,
            None if self.target.has_drop() => {
                let dropped = self.target.drop_in(self.account(account), &octets).await;
                dropped.map_err(SetUpError::from)
            }
            None if offered(&Protocol::Imap) => {
                self.append_inbox(message, account, &octets, actor).await
            }
            None => return undecided("the target has no way to hand a message in"),
        };
        if let Err(error) = outcome {
            return undecided(format!("delivery failed: {error}"));
        }
        self.tell_of_delivery(account);
        self.place(message, account - 1, "INBOX", octets);
        if channel == Some(Protocol::Smtp) {
            self.await_arrival(message, account).await?;
        }
        Flow::Continue(())
    }

    /// Delivers over LMTP or SMTP.
    async fn send(
        &self,
        protocol: Protocol,
        account: usize,
        octets: &[u8],
        actor: &str,
    ) -> Result<(), SetUpError> {
        let endpoint = self.target.endpoint(protocol);
        let endpoint = endpoint.ok_or(SetUpError::NotOffered(protocol))?;
        let address = &self.account(account).address;
        let (options, limit) = (self.target.transport(), self.deadlines.step);
        deliver(
            endpoint,
            address,
            octets,
            actor,
            options,
            &self.recorder,
            limit,
        )
        .await?;
        Ok(())
    }

    /// Tells the model that mail came by a connection that it does not see.
    fn tell_of_delivery(&self, account: usize) {
        let user = &self.account(account).user;
        let session = self.ledger().world.open(Protocol::Lmtp, user);
        let at_us = self.recorder.now_us();
        self.saw(at_us, session, "(delivery)", Seen::Raw);
        self.saw(at_us, session, "(delivery)", Seen::Closed);
    }

    async fn append_inbox(
        &self,
        message: &GivenMessage,
        account: usize,
        octets: &[u8],
        actor: &str,
    ) -> Result<(), SetUpError> {
        let mut client = self.imap(account, actor).await?;
        client
            .append("INBOX", &message.flags, message.date.as_deref(), octets)
            .await?;
        client.logout().await;
        Ok(())
    }

    /// Learns UID, size and unique-id of a message that was handed in later, if they are used.
    pub(super) async fn learn_later(&self, message: &GivenMessage, account: usize) -> Flow {
        let text = &self.variant.scenario.source.text;
        let uses = |field: &str| text.contains(&format!("${{{}.{field}", message.name));
        if ["uid}", "uid:", "size", "seq"].into_iter().any(uses) {
            match self.look("INBOX", account).await {
                Ok(listed) => self.learn(&listed.unwrap_or_default(), account - 1, "INBOX"),
                Err(error) => return undecided(error),
            }
        }
        if uses("uidl") {
            self.learn_unique_ids(account).await?;
        }
        Flow::Continue(())
    }

    /// What a fresh IMAP session finds in a mailbox; `None` if there is no such mailbox.
    pub(super) async fn look(
        &self,
        mailbox: &str,
        account: usize,
    ) -> Result<Option<Vec<Listed>>, SetUpError> {
        let mut client = self.imap(account, "(look)").await?;
        let listed = client.messages(mailbox).await?;
        client.logout().await;
        Ok(listed)
    }

    /// A well-behaved IMAP client of mailspec's own.
    pub(super) async fn imap(&self, account: usize, actor: &str) -> Result<ImapClient, SetUpError> {
        let endpoint = self
            .target
            .endpoint(Protocol::Imap)
            .ok_or(SetUpError::NotOffered(Protocol::Imap))?;
        let options = self.target.transport();
        let limit = self.deadlines.step;
        let account = self.account(account);
        Ok(ImapClient::connect(endpoint, account, actor, options, &self.recorder, limit).await?)
    }

    /// A well-behaved POP3 client of mailspec's own. As an actor does, it connects once more if it
    /// is not greeted, and tells so.
    pub(super) async fn pop3(&self, account: usize, actor: &str) -> Result<Pop3Client, SetUpError> {
        let endpoint = self
            .target
            .endpoint(Protocol::Pop3)
            .ok_or(SetUpError::NotOffered(Protocol::Pop3))?;
        let options = self.target.transport();
        let limit = self.deadlines.step;
        let account = self.account(account);
        let connect =
            || Pop3Client::connect(endpoint, account, actor, options, &self.recorder, limit);
        match connect().await {
            Err(error) if error.is_silence() => {
                self.found_silence(Protocol::Pop3, actor);
                Ok(connect().await?)
            }
            client => Ok(client?),
        }
    }

    async fn await_arrival(&self, message: &GivenMessage, account: usize) -> Flow {
        let deadline = tokio::time::Instant::now() + self.deadlines.step;
        loop {
            let arrived = match self.look("INBOX", account).await {
                Ok(listed) => listed
                    .unwrap_or_default()
                    .iter()
                    .any(|l| name_of(l) == message.name),
                Err(error) => return undecided(error),
            };
            if arrived {
                return Flow::Continue(());
            }
            if tokio::time::Instant::now() > deadline {
                return undecided(format!("{} was accepted and never arrived", message.name));
            }
            tokio::time::sleep(super::deadline::RETRY).await;
        }
    }

    fn octets(&self, message: &GivenMessage) -> Vec<u8> {
        octets_of(message, &self.messages).unwrap_or_default()
    }

    fn place(&self, message: &GivenMessage, account: usize, mailbox: &str, body: Vec<u8>) {
        let facts = MessageFacts {
            account,
            mailbox: mailbox.to_owned(),
            body,
            ..MessageFacts::default()
        };
        self.ledger()
            .values
            .messages
            .insert(message.name.clone(), facts);
    }

    fn learn(&self, listed: &[Listed], account: usize, mailbox: &str) {
        let mut ledger = self.ledger();
        for listed in listed {
            if let Some(facts) = ledger.values.messages.get_mut(&name_of(listed))
                && facts.account == account
                && facts.mailbox == mailbox
            {
                facts.uid = Some(listed.uid);
                facts.size = Some(listed.size);
            }
        }
    }

    async fn learn_unique_ids(&self, account: usize) -> Flow {
        let found = self.unique_ids(account).await;
        self.note(found, |facts, id| facts.unique_id = Some(id.into_bytes()))
    }

    async fn unique_ids(&self, account: usize) -> Result<BTreeMap<String, String>, SetUpError> {
        let mut client = self.pop3(account, SET_UP).await?;
        let unique_ids = client.unique_ids().await?;
        by_name(client, unique_ids).await
    }

    /// The messages that a fresh POP3 session finds, by name.
    pub(super) async fn maildrop(&self, account: usize) -> Result<Vec<String>, SetUpError> {
        let mut client = self.pop3(account, "(look)").await?;
        let names = client.message_ids().await?;
        client.quit().await?;
        let named = names.into_iter().map(|(number, id)| {
            id.as_deref()
                .map_or_else(|| format!("(message {number})"), name_in)
        });
        Ok(named.collect())
    }
}

/// What a POP3 session listed by number, by the names of the messages; the session ends.
async fn by_name<T>(
    mut client: Pop3Client,
    listed: Vec<(u32, T)>,
) -> Result<BTreeMap<String, T>, SetUpError> {
    let mut listed: BTreeMap<u32, T> = listed.into_iter().collect();
    let names = client.message_ids().await?;
    client.quit().await?;
    let named = names
        .into_iter()
        .filter_map(|(number, id)| Some((name_in(&id?), listed.remove(&number)?)));
    Ok(named.collect())
}

/// The scenario's name of a message that a listing shows.
pub(super) fn name_of(listed: &Listed) -> String {
    listed
        .message_id
        .as_deref()
        .map_or_else(|| format!("(UID {})", listed.uid), name_in)
}

/// The name in a Message-ID of ours, or the Message-ID itself.
pub(super) fn name_in(message_id: &str) -> String {
    let inner = message_id
        .trim()
        .trim_start_matches('<')
        .trim_end_matches('>');
    inner
        .strip_suffix("@mailspec.test")
        .unwrap_or(inner)
        .to_owned()
}
