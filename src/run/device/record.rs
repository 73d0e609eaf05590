//! Notes what devices show, for the story in the result.

use super::super::findings::source_mark;
use super::super::stage::Stage;
use super::Memory;
use super::local::is_inbox;
use super::session::At;
use super::sight::{Seen, shown};
use crate::outcome::story::{MailboxView, MessageView, Moment, Story, StoryDevice, View};
use crate::scenario::{Place, Program, Step};

impl At<'_> {
    /// Notes what the device shows after its step.
    pub(super) fn record(&self, memory: &Memory) {
        let words = self.words();
        let words = words.strip_prefix(self.name()).unwrap_or(&words);
        let words = words.strip_prefix("all").unwrap_or(words);
        let moment = Moment {
            device: Some(self.name().to_owned()),
            words: words.trim_start_matches(':').trim().to_owned(),
            view: Some(view(self.device.program, memory)),
            ..self.stage.moment(self.step)
        };
        self.stage.ledger().moments.push(moment);
    }
}

fn view(program: Program, memory: &Memory) -> View {
    let mailbox = |path: &str, seen: Vec<Seen>| MailboxView {
        path: path.to_owned(),
        messages: seen
            .into_iter()
            .map(|(name, flags)| MessageView {
                name,
                flags: flags.into_iter().collect(),
            })
            .collect(),
    };
    let mut view = View {
        is_offline: memory.is_offline,
        ..View::default()
    };
    match program {
        Program::Pop3(_) => {
            view.holds.clone_from(&memory.downloads.copies);
            view.mailboxes = vec![mailbox("INBOX", memory.shows(true, "INBOX"))];
        }
        Program::Imap(_) | Program::Webmail => {
            let paths = memory.mail.mailboxes.keys();
            view.mailboxes = paths
                .map(|path| mailbox(path, shown(&memory.mail, path)))
                .collect();
            view.mailboxes
                .sort_by_key(|mailbox| !is_inbox(&mailbox.path));
        }
    }
    view.mailboxes
        .retain(|mailbox| !mailbox.messages.is_empty());
    view
}

impl Stage {
    /// A moment at a step, without a device.
    fn moment(&self, step: &Step) -> Moment {
        let scenario = &self.variant.scenario;
        let mark = source_mark(&scenario.source, step.place);
        let ledger = self.ledger();
        let is_here = |finding: &crate::outcome::Finding| {
            finding
                .source
                .as_ref()
                .is_some_and(|source| source.line == mark.line)
        };
        Moment {
            at_s: ledger.now.as_secs(),
            line: mark.line,
            device: None,
            words: words(&scenario.source.text, step.place),
            is_wrong: ledger.findings.iter().any(is_here),
            view: None,
        }
    }

    /// Notes a step of the world around the devices, if there are any.
    pub(in crate::run) fn record(&self, step: &Step) {
        if !self.variant.scenario.devices.is_empty() {
            let moment = self.moment(step);
            self.ledger().moments.push(moment);
        }
    }

    /// The story so far; `None` for a scenario without devices.
    pub(in crate::run) fn story(&self) -> Option<Story> {
        let devices = &self.variant.scenario.devices;
        (!devices.is_empty()).then(|| Story {
            devices: devices
                .iter()
                .map(|device| StoryDevice {
                    name: device.name.clone(),
                    program: device.program.to_string(),
                })
                .collect(),
            moments: std::mem::take(&mut self.ledger().moments),
        })
    }
}

/// The words of a step in one line, with the brackets that close what they open.
pub(super) fn words(text: &str, place: Place) -> String {
    let is_open = |words: &str| {
        let count = |brackets: [char; 2]| words.matches(brackets).count();
        count(['{', '[']) > count(['}', ']'])
    };
    let Place { start, mut end } = place;
    while is_open(text.get(start..end).unwrap_or_default())
        && text
            .get(end..)
            .is_some_and(|rest| rest.starts_with(['}', ']']))
    {
        end += 1;
    }
    let lines = text.get(start..end).unwrap_or_default().lines();
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_close_what_they_open() {
        let text = "- deliver: {message: plain, as: [x]}   # a word\n- next";
        let place = Place {
            start: 2,
            end: text.find("]}").unwrap(),
        };
        assert_eq!(words(text, place), "deliver: {message: plain, as: [x]}");
    }
}
