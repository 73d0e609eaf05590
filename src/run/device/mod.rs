//! Devices: what mail programs do on the wire, and what their users see.

mod imap;
mod local;
mod pop3;
mod record;
mod session;
mod sight;

use tokio::time::{Instant, sleep};

use super::act::seconds;
use super::deadline::RETRY;
use super::setup::name_in;
use super::stage::{Flow, Stage, undecided};
use crate::outcome::Propagation;
use crate::scenario::{DeviceStep, MessageAct, MessageDeed, Program, Resync, Sight, Step, Verb};
use crate::target::client::message_id;
use crate::wire::imap::{Data, FetchItem, Response};
use crate::wire::{Body, Message};
use imap::{Reading, synchronise};
use local::Local;
use pop3::Downloads;
use session::{At, Session};

/// What a device has in itself from one step to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// An IMAP device's own copy; of webmail only what its window showed last.
    mail: Local,
    downloads: Downloads,
    is_offline: bool,
    /// What was done offline: path, UID and deed.
    queue: Vec<(String, u32, MessageDeed)>,
}

/// Performs a step of one device, or of several one after the other.
pub(super) async fn step(stage: &Stage, step: &Step, of: &DeviceStep) -> Flow {
    for &index in &of.devices {
        let at = At {
            stage,
            step,
            device: &stage.variant.scenario.devices[index],
        };
        let mut memory = stage.memories[index].lock().await;
        let flow = at.perform(&mut memory, &of.verb).await;
        at.record(&memory);
        flow?;
    }
    Flow::Continue(())
}

impl At<'_> {
    async fn perform(self, memory: &mut Memory, verb: &Verb) -> Flow {
        match verb {
            Verb::CheckMail => match self.device.program {
                Program::Pop3(leave) => pop3::check_mail(self, leave, &mut memory.downloads).await,
                Program::Imap(_) | Program::Webmail => self.refresh(memory, None).await,
            },
            Verb::Sees(sights) => self.sees(memory, sights).await,
            Verb::Holds(names) => self.holds(memory, names),
            Verb::On(act) => self.on(memory, act).await,
            Verb::Send { message, to } => self.stage.hand_in(message, *to, None, self.name()).await,
            Verb::GoOffline => {
                memory.is_offline = true;
                Flow::Continue(())
            }
            Verb::Return => self.come_back(memory).await,
        }
    }

    /// Looks at the server: the mailboxes of these paths, or all.
    async fn refresh(self, memory: &mut Memory, only: Option<&[String]>) -> Flow {
        let reading = match self.device.program {
            Program::Pop3(leave) => return pop3::look(self, leave, &mut memory.downloads).await,
            Program::Imap(resync) => Reading {
                resync,
                bodies: true,
                only: None,
            },
            Program::Webmail => {
                memory.mail.mailboxes.clear();
                Reading {
                    resync: Resync::Full,
                    bodies: false,
                    only,
                }
            }
        };
        let mut session = Session::open(self).await?;
        synchronise(&mut session, &mut memory.mail, reading).await?;
        session.end().await
    }

    /// Looks until it shows what it should, or a change would have come.
    async fn sees(self, memory: &mut Memory, sights: &[Sight]) -> Flow {
        let pop3 = matches!(self.device.program, Program::Pop3(_));
        let visible = |sight: &&Sight| !pop3 || local::is_inbox(&sight.mailbox);
        let sights: Vec<Sight> = sights.iter().filter(visible).cloned().collect();
        let paths: Vec<String> = sights.iter().map(|sight| sight.mailbox.clone()).collect();
        let limit = self.stage.deadlines.propagation;
        let began = Instant::now();
        let mut tries = 0;
        loop {
            tries += 1;
            let late = began.elapsed() > limit;
            if !memory.is_offline {
                self.refresh(memory, Some(&paths)).await?;
            }
            let Err(wrong) = sight::compare(&sights, |path| memory.shows(pop3, path)) else {
                if tries > 1 {
                    self.record_wait(began, tries);
                }
                return Flow::Continue(());
            };
            if late || memory.is_offline {
                let still = match memory.is_offline {
                    true => "offline".to_owned(),
                    false => format!("still after {}", seconds(limit)),
                };
                let message = format!("{}, {} {} ({still})", self.day(), self.name(), wrong.said);
                return self.fail(message, wrong.expected, wrong.actual, None);
            }
            sleep(RETRY).await;
        }
    }

    fn record_wait(self, began: Instant, tries: u32) {
        let source = &self.stage.variant.scenario.source;
        let propagation = Propagation {
            line: super::findings::source_mark(source, self.step.place).line,
            step: self.words(),
            took_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            tries,
            fact: None,
        };
        self.stage.ledger().propagation.push(propagation);
    }

    /// Its own copies, exactly.
    fn holds(self, memory: &Memory, names: &[String]) -> Flow {
        let mut wanted = names.to_vec();
        let mut held = match self.device.program {
            Program::Pop3(_) => memory.downloads.copies.clone(),
            Program::Imap(_) | Program::Webmail => memory.mail.names(),
        };
        wanted.sort();
        held.sort();
        if wanted == held {
            return Flow::Continue(());
        }
        let message = format!(
            "{}, {} does not hold the copies that it should",
            self.day(),
            self.name()
        );
        let list = |names: &[String]| vec![format!("holds [{}]", names.join(", "))];
        self.fail(message, list(&wanted), list(&held), None)
    }

    /// An act on one message.
    async fn on(self, memory: &mut Memory, act: &MessageAct) -> Flow {
        if let Program::Pop3(_) = self.device.program {
            return self.on_own_copy(memory, act);
        }
        if act.deed == MessageDeed::FileSent {
            let facts = self
                .stage
                .ledger()
                .values
                .messages
                .get(&act.message)
                .cloned();
            let Some(facts) = facts else {
                return undecided(format!("{} was not sent", act.message));
            };
            let mut session = Session::open(self).await?;
            imap::file_sent(&mut session, &mut memory.mail, &facts.body).await?;
            return session.end().await;
        }
        let (path, uid) = self.locate(memory, act).await?;
        if memory.is_offline {
            memory.mail.apply(&path, uid, &act.deed);
            memory.queue.push((path, uid, act.deed.clone()));
            return Flow::Continue(());
        }
        let mut session = Session::open(self).await?;
        let message = (path.as_str(), uid);
        imap::perform(&mut session, &mut memory.mail, message, &act.deed, false).await?;
        session.end().await?;
        memory.mail.apply(&path, uid, &act.deed);
        Flow::Continue(())
    }

    fn on_own_copy(self, memory: &mut Memory, act: &MessageAct) -> Flow {
        let name = &act.message;
        let is_there = match act.deed {
            MessageDeed::Delete => memory.downloads.delete(name),
            MessageDeed::Read => memory.downloads.copies.contains(name),
            // Its Sent folder is its own, like all its folders but INBOX.
            MessageDeed::FileSent
            | MessageDeed::Flag
            | MessageDeed::Move(_)
            | MessageDeed::Copy(_) => true,
        };
        if is_there {
            return Flow::Continue(());
        }
        let message = format!("{}, {} has no copy of `{name}`", self.day(), self.name());
        let held = format!("holds [{}]", memory.downloads.copies.join(", "));
        self.fail(message, vec![format!("a copy of {name}")], vec![held], None)
    }

    /// Where the device shows a message; it looks at the server if it does not.
    async fn locate(self, memory: &mut Memory, act: &MessageAct) -> Flow<(String, u32)> {
        let limit = self.stage.deadlines.propagation;
        let began = Instant::now();
        let knows = matches!(self.device.program, Program::Imap(_));
        if knows && let Some(found) = memory.mail.find(&act.message) {
            return Flow::Continue(found);
        }
        while !memory.is_offline {
            let late = began.elapsed() > limit;
            self.refresh(memory, None).await?;
            if let Some(found) = memory.mail.find(&act.message) {
                return Flow::Continue(found);
            }
            if late {
                break;
            }
            sleep(RETRY).await;
        }
        let name = &act.message;
        let message = format!("{}, {} does not show `{name}`", self.day(), self.name());
        let shown = format!("shows [{}]", memory.mail.names().join(", "));
        self.fail(
            message,
            vec![format!("{name} in a mailbox")],
            vec![shown],
            None,
        )
    }

    /// Does on the server what was done offline, then synchronises.
    async fn come_back(self, memory: &mut Memory) -> Flow {
        memory.is_offline = false;
        let queue = std::mem::take(&mut memory.queue);
        if !queue.is_empty() {
            let mut session = Session::open(self).await?;
            for (path, uid, deed) in queue {
                let message = (path.as_str(), uid);
                imap::perform(&mut session, &mut memory.mail, message, &deed, true).await?;
            }
            session.end().await?;
        }
        self.refresh(memory, None).await
    }

    /// The step's words in the file.
    fn words(self) -> String {
        record::words(&self.stage.variant.scenario.source.text, self.step.place)
    }
}

/// The scenario's name of a mail, from the Message-ID of its header.
fn name_of_mail(octets: &[u8]) -> Option<String> {
    let end = find(octets, b"\r\n\r\n").unwrap_or(octets.len());
    let name = message_id(&octets[..end]).map(|id| name_in(&id));
    Some(name.unwrap_or_else(|| "(no Message-ID)".to_owned()))
}

/// Holds the texts among FETCH responses against what was handed in.
fn compare_bodies(at: At<'_>, responses: &[Message]) -> Flow {
    for response in responses {
        let Body::Imap(Response::Data(Data::Fetch { items, .. })) = &response.body else {
            continue;
        };
        for item in items {
            if let FetchItem::Section {
                octets: Some(octets),
                ..
            } = item
            {
                compare(at, &name_of_mail(octets).unwrap_or_default(), octets)?;
            }
        }
    }
    Flow::Continue(())
}

/// Holds a mail that came against what was handed in: delivery may put lines in front of it, and
/// its end may get a line end.
fn compare(at: At<'_>, name: &str, mail: &[u8]) -> Flow {
    let facts = at.stage.ledger().values.messages.get(name).cloned();
    let Some(facts) = facts else {
        return Flow::Continue(());
    };
    let text = |mail: &[u8]| {
        let start = find(mail, b"\r\n\r\n").map_or(0, |at| at + 4);
        mail[start..].trim_ascii_end().to_vec()
    };
    if text(mail) == text(&facts.body) {
        return Flow::Continue(());
    }
    let message = format!(
        "{}, {} got a `{name}` with another text",
        at.day(),
        at.name()
    );
    let octets = |mail: &[u8]| vec![format!("{} octets of text", text(mail).len())];
    at.fail(message, octets(&facts.body), octets(mail), None)
}

fn find(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets
        .windows(wanted.len())
        .position(|window| window == wanted)
}
