//! One IMAP session's picture of its mailbox.
//!
//! It follows the session's state, the messages' numbers and the commands in progress; the checks
//! judge each response against it before it is taken over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::SessionId;
use super::check::{
    exists, expunge, fetch_answer, identity, logout, lost, modseq, search, select, session_state,
    status, uid_order, uidplus, uidvalidity, vanished,
};
use super::command::Command;
use super::findings::Findings;
use super::numbers::Numbers;
use super::store::Account;
use crate::wire::imap::{Code, Data, FetchItem, Response, Status, StatusKind};

/// Commands in progress that are followed; with more the session is given up.
const PENDING: usize = 1_000;
/// Messages whose answers to one FETCH are counted; with more it is not judged.
pub(crate) const ANSWERS: usize = 4_096;
/// Capabilities that are remembered, and octets of one.
const CAPABILITIES: usize = 256;
const CAPABILITY: usize = 64;

/// Where and when something was observed, and what the account's sessions know.
pub(crate) struct Here<'a> {
    /// The session.
    pub(crate) session: SessionId,
    /// The moment.
    pub(crate) now: u64,
    /// The account.
    pub(crate) account: &'a mut Account,
}

/// One IMAP session.
#[derive(Debug, Default)]
pub(crate) struct ImapView {
    pub(crate) login: Login,
    pub(crate) selection: Selection,
    /// The mailbox that the SELECT in progress opens.
    opening: Option<Box<Picture>>,
    pub(crate) pending: VecDeque<Pending>,
    /// When the command went out that completed last.
    completed: u64,
    capabilities: Option<BTreeSet<String>>,
    enabled: BTreeSet<String>,
    pub(crate) bye: bool,
    /// Octets or a command went out whose effect is not known.
    pub(crate) lost_track: bool,
    /// The beginning of the connection is not known.
    joined: bool,
    /// And no command that is known has completed.
    joining: bool,
}

/// Whether somebody is logged in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Login {
    #[default]
    No,
    Yes,
    Unsure,
}

/// Which mailbox is selected.
#[derive(Debug, Default)]
pub(crate) enum Selection {
    #[default]
    None,
    Unsure,
    Mailbox(Box<Picture>),
}

/// A selected mailbox, as the session was told.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    /// Its name, unless the command had it as a literal.
    pub(crate) mailbox: Option<Vec<u8>>,
    pub(crate) examine: bool,
    /// When the SELECT or EXAMINE went out.
    pub(crate) since: u64,
    pub(crate) validity: Option<u32>,
    pub(crate) uidnext: Option<u32>,
    /// Messages that were there when UIDNEXT was said, less those expunged since.
    pub(crate) below_uidnext: u32,
    pub(crate) exists: Option<u32>,
    pub(crate) recent: Option<u32>,
    pub(crate) unseen: Option<u32>,
    pub(crate) highest_modseq: Option<u64>,
    pub(crate) no_modseq: bool,
    /// The flags of FLAGS, in capitals.
    pub(crate) flags: Option<BTreeSet<String>>,
    /// The flags of PERMANENTFLAGS, as they came.
    pub(crate) permanent_flags: Option<Vec<String>>,
    pub(crate) list: bool,
    pub(crate) closed: bool,
    pub(crate) numbers: Numbers,
    /// Mod-sequences said in this session, by UID.
    pub(crate) modseqs: BTreeMap<u32, u64>,
}

/// A command in progress.
#[derive(Debug)]
pub(crate) struct Pending {
    text: Vec<u8>,
    pub(crate) command: Command,
    /// When it went out.
    pub(crate) sent: u64,
    /// True while no other command was in progress with it.
    pub(crate) alone: bool,
    /// The number of messages when it went out.
    pub(crate) exists: Option<u32>,
    /// True if a message was expunged meanwhile.
    pub(crate) expunged: bool,
    /// What each message was answered with; `None` if that is too much to count.
    pub(crate) answers: Option<BTreeMap<u32, BTreeSet<String>>>,
    /// The greatest sequence number that it found.
    pub(crate) greatest_hit: Option<u32>,
    /// SEARCH, SORT or ESEARCH came meanwhile.
    pub(crate) search_answered: bool,
}

impl Picture {
    fn new(mailbox: Option<Vec<u8>>, examine: bool, since: u64) -> Self {
        Self {
            mailbox,
            examine,
            since,
            ..Self::default()
        }
    }

    /// The mailbox's name and UIDVALIDITY, if both are known.
    pub(crate) fn identity(&self) -> Option<(Vec<u8>, u32)> {
        Some((self.mailbox.clone()?, self.validity?))
    }

    fn forget(&mut self, seq: u32) {
        self.exists = self.exists.map(|exists| exists.saturating_sub(1));
        if seq <= self.below_uidnext {
            self.below_uidnext = self.below_uidnext.saturating_sub(1);
        }
    }
}

impl ImapView {
    /// Takes the greeting.
    pub(crate) fn greet(&mut self, response: &Response) {
        if let Response::Status(status) = response {
            if status.kind == StatusKind::Preauth {
                self.login = Login::Yes;
            }
            self.bye |= status.kind == StatusKind::Bye;
            self.take_capabilities(status.code.as_ref());
        }
    }

    /// Takes a command that went out.
    pub(crate) fn sent(&mut self, text: &[u8], here: &mut Here<'_>) {
        let command = Command::parse(text);
        if command.removes() {
            here.account.note_removal(here.session);
        }
        if command.adds() {
            here.account.note_addition(here.now);
        }
        if matches!(command, Command::Remake { .. } | Command::Unknown) {
            here.account.note_remake();
        }
        if matches!(command, Command::Store { .. }) {
            here.account.unique_ids.hidden = true;
        }
        if self.pending.len() >= PENDING {
            self.lose_track(here);
        }
        for pending in &mut self.pending {
            pending.alone = false;
        }
        self.pending.push_back(Pending {
            text: text.to_vec(),
            command,
            sent: here.now,
            alone: self.pending.is_empty(),
            exists: self.picture().and_then(|picture| picture.exists),
            expunged: false,
            answers: Some(BTreeMap::new()),
            greatest_hit: None,
            search_answered: false,
        });
        self.begin();
    }

    /// Takes note that octets went out whose effect is not known.
    pub(crate) fn lose_track(&mut self, here: &mut Here<'_>) {
        here.account.obscure();
        self.pending.clear();
        self.opening = None;
        self.selection = Selection::Unsure;
        self.login = Login::Unsure;
        self.lost_track = true;
        self.joining = false;
    }

    /// Takes note that the beginning of the connection is not known. Until the first command that
    /// is known completes, others may be in progress.
    pub(crate) fn join(&mut self, here: &mut Here<'_>) {
        self.lose_track(here);
        self.joined = true;
        self.joining = true;
    }

    /// Takes an untagged response.
    pub(crate) fn untagged(
        &mut self,
        response: &Response,
        here: &mut Here<'_>,
        found: &mut Findings<'_>,
    ) {
        match response {
            Response::Status(status) => self.status(status, here, found),
            Response::Data(data) => self.data(data, here, found),
            _ => {}
        }
    }

    /// Takes the response that completes a command.
    pub(crate) fn complete(
        &mut self,
        text: &[u8],
        response: &Response,
        here: &mut Here<'_>,
        found: &mut Findings<'_>,
    ) {
        let Some(at) = self.pending.iter().position(|pending| pending.text == text) else {
            return;
        };
        let Some(pending) = self.pending.remove(at) else {
            return;
        };
        self.completed = self.completed.max(pending.sent);
        if std::mem::take(&mut self.joining) {
            self.lost_track = false;
        }
        if let Response::Tagged { status, .. } = response {
            self.conclude(&pending, status, here, found);
        } else {
            self.selection = Selection::Unsure;
            self.opening = None;
        }
        self.begin();
    }

    /// Takes the end of the connection.
    pub(crate) fn close(&mut self) {
        self.pending.clear();
        self.opening = None;
        self.selection = Selection::None;
        self.lost_track = true;
    }

    /// The sequence number of a UID now.
    pub(crate) fn seq_of(&self, uid: u32) -> Option<u32> {
        let picture = self.picture()?;
        let seq = picture.numbers.seq(uid)?;
        picture
            .exists
            .is_none_or(|exists| seq <= exists)
            .then_some(seq)
    }

    /// Takes the UIDs of the selected mailbox, in ascending order. A list that is shorter than the
    /// mailbox tells of an EXPUNGE that this session has not seen, and is not taken.
    pub(crate) fn learn(&mut self, uids: &[u32]) {
        if let Selection::Mailbox(picture) = &mut self.selection
            && picture
                .exists
                .is_none_or(|exists| uids.len() as u64 >= u64::from(exists))
        {
            picture.numbers.tell(uids);
        }
    }

    /// The selected mailbox.
    pub(crate) fn picture(&self) -> Option<&Picture> {
        match &self.selection {
            Selection::Mailbox(picture) => Some(picture),
            _ => None,
        }
    }

    /// True if an extension has been enabled in this session.
    pub(crate) fn has_enabled(&self, name: &str) -> bool {
        self.enabled.contains(name)
    }

    /// True if IMAP4rev2 is in force for certain.
    pub(crate) fn is_rev2(&self) -> bool {
        self.has_enabled("IMAP4REV2")
            || self.capabilities.as_ref().is_some_and(|capabilities| {
                capabilities.contains("IMAP4REV2") && !capabilities.contains("IMAP4REV1")
            })
    }

    /// True if IMAP4rev1 is in force for certain.
    pub(crate) fn is_rev1(&self) -> bool {
        !self.joined
            && !self.has_enabled("IMAP4REV2")
            && self
                .capabilities
                .as_ref()
                .is_some_and(|capabilities| capabilities.contains("IMAP4REV1"))
    }

    /// The form in which this session gets texts: 1 with UTF-8, 0 without.
    fn form(&self) -> usize {
        let utf8 = ["UTF8=ACCEPT", "UTF8=ONLY", "IMAP4REV2"];
        usize::from(utf8.iter().any(|name| self.has_enabled(name)))
    }

    /// The latest moment at which what the server says now must have been known to it.
    fn after(&self) -> u64 {
        self.pending
            .front()
            .map_or(self.completed, |pending| pending.sent)
    }

    /// Starts a SELECT that has become the oldest command in progress.
    fn begin(&mut self) {
        if self.opening.is_some() {
            return;
        }
        if let Some(Pending {
            command: Command::Select { mailbox, examine },
            sent,
            ..
        }) = self.pending.front()
        {
            let picture = Picture::new(mailbox.clone(), *examine, *sent);
            self.opening = Some(Box::new(picture));
        }
    }

    fn take_capabilities(&mut self, code: Option<&Code>) {
        if let Some(Code::Capability(names)) = code {
            self.set_capabilities(names);
        }
    }

    fn set_capabilities(&mut self, names: &[String]) {
        self.capabilities = Some(upper(names));
    }

    fn status(&mut self, status: &Status, here: &mut Here<'_>, found: &mut Findings<'_>) {
        self.bye |= status.kind == StatusKind::Bye;
        self.take_capabilities(status.code.as_ref());
        let Some(code) = &status.code else { return };
        if let Code::CopyUid { .. } = code
            && self.pending.len() == 1
            && let Some(pending) = self.pending.front()
        {
            uidplus::check(pending, code, here, found);
        }
        if *code == Code::Closed
            && let Some(opening) = &mut self.opening
        {
            let (mailbox, examine, since) =
                (opening.mailbox.clone(), opening.examine, opening.since);
            **opening = Picture::new(mailbox, examine, since);
            opening.closed = true;
            return;
        }
        if let Some(opening) = &mut self.opening {
            select::take_code(opening, code);
        } else if let Selection::Mailbox(picture) = &mut self.selection {
            uidvalidity::check_selected(picture, code, found);
        }
    }

    fn data(&mut self, data: &Data, here: &mut Here<'_>, found: &mut Findings<'_>) {
        match data {
            Data::Capability(names) => self.set_capabilities(names),
            Data::Enabled(names) => {
                if self.enabled.len() < CAPABILITIES {
                    self.enabled.extend(upper(names));
                }
            }
            Data::Status { mailbox, items } => {
                let after = self.after();
                let selected = self
                    .picture()
                    .and_then(|picture| picture.mailbox.as_deref());
                status::check(mailbox, items, selected, after, here, found);
            }
            Data::Search { hits, .. } => {
                search::check(self, hits, here, found);
                search::remember(&mut self.pending, hits.iter().copied().max());
            }
            Data::Sort { hits } => {
                search::remember(&mut self.pending, hits.iter().copied().max());
            }
            Data::Esearch { uid, all, .. } => {
                search::check_esearch(data, found);
                let all = all.iter().flatten().filter(|_| !uid);
                let greatest = all.map(|range| range.high).max();
                search::remember(&mut self.pending, greatest);
            }
            _ if self.opening.is_some() => {
                if let Some(opening) = &mut self.opening {
                    select::take_data(opening, data);
                }
            }
            _ => self.message_data(data, here, found),
        }
    }

    fn message_data(&mut self, data: &Data, here: &mut Here<'_>, found: &mut Findings<'_>) {
        session_state::check_data(self, data, found);
        match data {
            Data::Exists(count) => {
                if let Selection::Mailbox(picture) = &mut self.selection {
                    exists::check(picture, *count, found);
                    picture.exists = Some(*count);
                }
            }
            Data::Expunge(seq) => self.expunge(*seq, here, found),
            Data::Vanished { earlier, uids } => {
                vanished::check(self, *earlier, uids, found);
                if !earlier {
                    self.vanish(uids, here);
                }
            }
            Data::Fetch { seq, items } => self.fetch(*seq, items, here, found),
            _ => {}
        }
    }

    fn expunge(&mut self, seq: u32, here: &mut Here<'_>, found: &mut Findings<'_>) {
        let known = expunge::check(self, seq, here, found);
        for pending in &mut self.pending {
            pending.expunged = true;
        }
        let Selection::Mailbox(picture) = &mut self.selection else {
            return;
        };
        if !known {
            return;
        }
        picture.forget(seq);
        if let Some(uid) = picture.numbers.expunge(seq) {
            lost::expunged(picture, uid, here);
        }
    }

    fn vanish(&mut self, uids: &[crate::wire::imap::UidRange], here: &mut Here<'_>) {
        for pending in &mut self.pending {
            pending.expunged = true;
        }
        let Selection::Mailbox(picture) = &mut self.selection else {
            return;
        };
        for uid in super::set::numbers(uids, ANSWERS) {
            let exists = picture.exists.unwrap_or(u32::MAX);
            match picture.numbers.vanish(uid, exists) {
                super::numbers::Place::At(seq) | super::numbers::Place::Between(seq) => {
                    picture.forget(seq);
                    lost::expunged(picture, uid, here);
                }
                super::numbers::Place::Nowhere => {}
            }
        }
    }

    fn fetch(
        &mut self,
        seq: u32,
        items: &[FetchItem],
        here: &mut Here<'_>,
        found: &mut Findings<'_>,
    ) {
        fetch_answer::check(self, seq, items, found);
        let form = self.form();
        let after = self.after();
        let Selection::Mailbox(picture) = &mut self.selection else {
            return;
        };
        if !uid_order::in_range(picture, seq, found) {
            return;
        }
        fetch_answer::remember(&mut self.pending, seq, items);
        let said = items.iter().find_map(|item| match item {
            FetchItem::Uid(uid) => Some(*uid),
            _ => None,
        });
        if let Some(uid) = said {
            if !uid_order::check(picture, seq, uid, found) {
                picture.numbers.clear();
                return;
            }
            picture.numbers.set(seq, uid);
            lost::check(picture, seq, uid, here, found);
        }
        if let Some(uid) = said.or_else(|| picture.numbers.uid(seq)) {
            identity::check(picture, uid, items, form, here, found);
            modseq::check(picture, uid, items, after, here, found);
        }
    }

    fn conclude(
        &mut self,
        pending: &Pending,
        status: &Status,
        here: &mut Here<'_>,
        found: &mut Findings<'_>,
    ) {
        self.take_capabilities(status.code.as_ref());
        let ok = status.kind == StatusKind::Ok;
        if ok {
            session_state::check_command(self, &pending.command, found);
            logout::check(self, &pending.command, found);
            if let Some(code) = &status.code {
                uidplus::check(pending, code, here, found);
            }
        }
        match &pending.command {
            Command::Login if ok => self.login = Login::Yes,
            Command::Select { .. } => self.opened(status, here, found),
            Command::Leave { .. } if ok => self.selection = Selection::None,
            Command::Fetch(fetch) if ok => {
                fetch_answer::conclude(self, pending, fetch, status, here, found);
            }
            Command::Search { .. } | Command::Sort { .. } => {
                search::conclude(self, pending, ok, found)
            }
            Command::Unauthenticate if ok => {
                self.login = Login::No;
                self.selection = Selection::None;
                self.enabled.clear();
                self.capabilities = None;
            }
            Command::Unknown if ok => {
                self.login = Login::Unsure;
                self.selection = Selection::Unsure;
                self.lost_track = true;
            }
            _ => {}
        }
    }

    fn opened(&mut self, status: &Status, here: &mut Here<'_>, found: &mut Findings<'_>) {
        let Some(mut opening) = self.opening.take() else {
            self.selection = Selection::Unsure;
            return;
        };
        match status.kind {
            StatusKind::Ok => {
                if let Some(code) = &status.code {
                    select::take_code(&mut opening, code);
                }
                select::check(self, &opening, status, found);
                uidvalidity::check_opened(&opening, here, found);
                select::compare(self, &opening, here, found);
                self.selection = Selection::Mailbox(opening);
            }
            StatusKind::No => self.selection = Selection::None,
            _ => self.selection = Selection::Unsure,
        }
    }
}

fn upper(names: &[String]) -> BTreeSet<String> {
    names
        .iter()
        .filter(|name| name.len() <= CAPABILITY)
        .take(CAPABILITIES)
        .map(|name| name.to_ascii_uppercase())
        .collect()
}
