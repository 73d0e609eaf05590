//! IMAP devices and webmail: synchronising, and acting on one message.

use std::collections::{BTreeMap, BTreeSet};

use super::super::stage::Flow;
use super::super::values::quoted;
use super::local::{Local, LocalMailbox, is_inbox, uid_set};
use super::session::{Answer, Session};
use crate::engine::{Command, LiteralForm, Piece};
use crate::scenario::{MessageDeed, Resync};
use crate::target::client::Hierarchy;
use crate::wire::imap::{Code, Data, Response, Status};
use crate::wire::{Body, Message};

/// How often a mailbox is read again because others expunge meanwhile.
const TRIES: usize = 5;

/// How a device reads mailboxes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    /// How it learns what has changed.
    pub(super) resync: Resync,
    /// Whole messages; else headers only.
    pub(super) bodies: bool,
    /// The paths of interest; nothing: all.
    pub(super) only: Option<&'a [String]>,
}

/// Brings a copy up to date.
pub(super) async fn synchronise(
    session: &mut Session<'_>,
    copy: &mut Local,
    reading: Reading<'_>,
) -> Flow {
    let resync = enable(session, reading.resync).await?;
    let mailboxes = list(session, copy).await?;
    copy.mailboxes
        .retain(|path, _| mailboxes.contains_key(path));
    for (path, name) in mailboxes {
        let wanted = |only: &[String]| {
            let same = |wanted: &String| *wanted == path || is_inbox(wanted) && is_inbox(&path);
            only.iter().any(same)
        };
        if !reading.only.is_none_or(wanted) {
            continue;
        }
        let mailbox = copy.mailboxes.entry(path).or_default();
        let mut resync = resync;
        for _ in 0..TRIES {
            let calm = read(session, mailbox, &name, resync, reading.bodies).await?;
            if calm {
                break;
            }
            resync = Resync::Full;
        }
    }
    Flow::Continue(())
}

/// The best way that the server offers, up to the one that the device would like.
async fn enable(session: &mut Session<'_>, wanted: Resync) -> Flow<Resync> {
    if wanted >= Resync::Qresync && session.has("QRESYNC") {
        session.say("ENABLE QRESYNC").await?;
        return Flow::Continue(Resync::Qresync);
    }
    let condstore = session.has("CONDSTORE") || session.has("QRESYNC");
    Flow::Continue(match wanted >= Resync::Condstore && condstore {
        true => Resync::Condstore,
        false => Resync::Full,
    })
}

/// The mailboxes that can be selected: their names on the server, by path.
async fn list(session: &mut Session<'_>, copy: &mut Local) -> Flow<BTreeMap<String, Vec<u8>>> {
    if copy.hierarchy.is_none() && session.has("NAMESPACE") {
        let answer = session.say("NAMESPACE").await?;
        let mut responses = answer.untagged.iter();
        copy.hierarchy = responses.find_map(|message| Hierarchy::from_namespace(&message.octets));
    }
    let answer = session.say("LIST \"\" \"*\"").await?;
    let mut mailboxes = BTreeMap::new();
    for data in data(&answer.untagged) {
        let Data::List {
            lsub: false,
            attributes,
            delimiter,
            mailbox,
        } = data
        else {
            continue;
        };
        let hierarchy = copy.hierarchy.get_or_insert_with(|| Hierarchy {
            delimiter: *delimiter,
            prefix: String::new(),
        });
        let is = |name: &str| attributes.iter().any(|a| a.eq_ignore_ascii_case(name));
        if !is("\\Noselect") && !is("\\NonExistent") {
            let path = hierarchy.to_path(&String::from_utf8_lossy(mailbox));
            mailboxes.insert(path, mailbox.clone());
        }
    }
    Flow::Continue(mailboxes)
}

/// Reads one mailbox. False if others expunged meanwhile, so that it is to be read again.
async fn read(
    session: &mut Session<'_>,
    copy: &mut LocalMailbox,
    name: &[u8],
    resync: Resync,
    bodies: bool,
) -> Flow<bool> {
    let select = String::from_utf8_lossy(&quoted(name)).into_owned();
    let known = copy.uidvalidity.zip(copy.modseq);
    let parameter = match (resync, known) {
        (Resync::Qresync, Some((uidvalidity, modseq))) => {
            format!(" (QRESYNC ({uidvalidity} {modseq}))")
        }
        (Resync::Condstore, _) => " (CONDSTORE)".to_owned(),
        _ => String::new(),
    };
    let opened = session.say(&format!("SELECT {select}{parameter}")).await?;
    let facts = Opened::of(&opened);
    if copy.uidvalidity != facts.uidvalidity {
        copy.messages.clear();
        copy.modseq = None;
        copy.uidvalidity = facts.uidvalidity;
    }
    let mut calm = true;
    if resync == Resync::Qresync && copy.modseq.is_some() {
        copy.take(&opened.untagged);
    } else if facts.exists == 0 {
        copy.messages.clear();
    } else {
        calm &= refresh(session, copy, resync).await?;
    }
    let unknown = copy.unknown();
    if !unknown.is_empty() {
        let item = match bodies {
            true => "BODY.PEEK[]",
            false => "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]",
        };
        let command = format!("UID FETCH {} (UID FLAGS {item})", uid_set(unknown));
        let answer = session.say(&command).await?;
        copy.take(&answer.untagged);
        if bodies {
            super::compare_bodies(session.at, &answer.untagged)?;
        }
        calm &= !is_unsettled(&answer);
        // What is still without a text was expunged in between.
        copy.messages.retain(|_, message| message.name.is_some());
    }
    copy.modseq = facts.modseq;
    Flow::Continue(calm)
}

/// Learns the flags of all messages, or what changed, and what is gone.
async fn refresh(session: &mut Session<'_>, copy: &mut LocalMailbox, resync: Resync) -> Flow<bool> {
    match (resync, copy.modseq) {
        (Resync::Condstore, Some(modseq)) => {
            let fetch = format!("UID FETCH 1:* (FLAGS) (CHANGEDSINCE {modseq})");
            let changes = session.say(&fetch).await?;
            copy.take(&changes.untagged);
            let all = session.say("UID SEARCH ALL").await?;
            let hits = hits(&all);
            copy.messages.retain(|uid, _| hits.contains(uid));
            Flow::Continue(!is_unsettled(&changes) && !is_unsettled(&all))
        }
        _ => {
            let all = session.say("UID FETCH 1:* (FLAGS)").await?;
            let told = copy.take(&all.untagged);
            copy.messages.retain(|uid, _| told.contains(uid));
            Flow::Continue(!is_unsettled(&all))
        }
    }
}

/// What SELECT says.
#[derive(Clone, Copy, Debug, Default)]
struct Opened {
    exists: u32,
    uidvalidity: Option<u32>,
    modseq: Option<u64>,
}

impl Opened {
    fn of(answer: &Answer) -> Self {
        let mut opened = Self::default();
        for message in answer.untagged.iter().chain([&answer.completion]) {
            match &message.body {
                Body::Imap(Response::Data(Data::Exists(count))) => opened.exists = *count,
                Body::Imap(
                    Response::Status(Status {
                        code: Some(code), ..
                    })
                    | Response::Tagged {
                        status:
                            Status {
                                code: Some(code), ..
                            },
                        ..
                    },
                ) => match code {
                    Code::UidValidity(value) => opened.uidvalidity = Some(*value),
                    Code::HighestModseq(value) => opened.modseq = Some(*value),
                    _ => {}
                },
                _ => {}
            }
        }
        opened
    }
}

/// What is done with a message found at a path with a UID.
pub(super) async fn perform(
    session: &mut Session<'_>,
    copy: &mut Local,
    (path, uid): (&str, u32),
    deed: &MessageDeed,
    replayed: bool,
) -> Flow {
    let mailboxes = list(session, copy).await?;
    let Some(name) = mailboxes.get(path) else {
        return Flow::Continue(());
    };
    let select = String::from_utf8_lossy(&quoted(name)).into_owned();
    if let MessageDeed::Move(to) | MessageDeed::Copy(to) = deed {
        create(session, copy, to, &mailboxes).await?;
    }
    let opened = session.say(&format!("SELECT {select}")).await?;
    let known = copy.mailboxes.get(path).and_then(|known| known.uidvalidity);
    if known != Opened::of(&opened).uidvalidity {
        return Flow::Continue(());
    }
    for command in commands(session, copy, uid, deed) {
        // What was done offline may concern a message that is gone by now: RFC 2180 lets a server
        // refuse that.
        match replayed {
            true => drop(session.ask(Command::text(&command)).await?),
            false => drop(session.say(&command).await?),
        }
    }
    Flow::Continue(())
}

fn commands(session: &Session<'_>, copy: &Local, uid: u32, deed: &MessageDeed) -> Vec<String> {
    let expunge = match session.has("UIDPLUS") || session.has("IMAP4REV2") {
        true => format!("UID EXPUNGE {uid}"),
        false => "EXPUNGE".to_owned(),
    };
    let mark = format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)");
    match deed {
        MessageDeed::Read => vec![format!("UID FETCH {uid} (BODY[])")],
        MessageDeed::Flag => vec![format!("UID STORE {uid} +FLAGS (\\Flagged)")],
        MessageDeed::Delete => vec![mark, expunge],
        MessageDeed::Move(to) => {
            let to = on_server(copy, to);
            match session.has("MOVE") || session.has("IMAP4REV2") {
                true => vec![format!("UID MOVE {uid} {to}")],
                false => vec![format!("UID COPY {uid} {to}"), mark, expunge],
            }
        }
        MessageDeed::Copy(to) => vec![format!("UID COPY {uid} {}", on_server(copy, to))],
        MessageDeed::FileSent => Vec::new(),
    }
}

/// Appends a copy of what was sent to the mailbox for that: the one with the special use `\Sent`
/// (RFC 6154), else `Sent`.
pub(super) async fn file_sent(session: &mut Session<'_>, copy: &mut Local, mail: &[u8]) -> Flow {
    let mailboxes = list(session, copy).await?;
    create(session, copy, "Sent", &mailboxes).await?;
    let name = on_server(copy, "Sent");
    let text = Piece::Text(format!("APPEND {name} (\\Seen) ").into_bytes());
    let literal = Piece::Literal {
        octets: mail.to_vec(),
        form: LiteralForm::AsOffered,
    };
    session.run(Command(vec![text, literal])).await?;
    Flow::Continue(())
}

async fn create(
    session: &mut Session<'_>,
    copy: &Local,
    path: &str,
    mailboxes: &BTreeMap<String, Vec<u8>>,
) -> Flow {
    if mailboxes.contains_key(path) || is_inbox(path) {
        return Flow::Continue(());
    }
    let create = format!("CREATE {}", on_server(copy, path));
    session.say(&create).await?;
    Flow::Continue(())
}

/// A path as the server spells it, quoted.
fn on_server(copy: &Local, path: &str) -> String {
    let name = match &copy.hierarchy {
        Some(hierarchy) => hierarchy.to_server(path),
        None => path.to_owned(),
    };
    String::from_utf8_lossy(&quoted(name.as_bytes())).into_owned()
}

fn data(messages: &[Message]) -> impl Iterator<Item = &Data> {
    messages.iter().filter_map(|message| match &message.body {
        Body::Imap(Response::Data(data)) => Some(data),
        _ => None,
    })
}

fn hits(answer: &Answer) -> BTreeSet<u32> {
    let found = data(&answer.untagged).filter_map(|data| match data {
        Data::Search { hits, .. } => Some(hits.clone()),
        _ => None,
    });
    found.flatten().collect()
}

/// True if an EXPUNGE came: numbers have moved, and something is gone.
fn is_unsettled(answer: &Answer) -> bool {
    data(&answer.untagged).any(|data| matches!(data, Data::Expunge(_)))
}
