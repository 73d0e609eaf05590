//! Devices: the header's mail programs and their policies.

use std::time::Duration;

use super::super::node::{Node, Value};
use super::super::{Device, Leave, Place, Program, Resync, schema};
use super::reader::calendar_time;
use super::{Lowering, MOST_ACCOUNTS, MOST_ACTORS};

const PROGRAMS: [&str; 3] = ["imap", "pop3", "webmail"];

/// A device while its steps are read.
#[derive(Clone, Debug, Default)]
pub(super) struct DeviceState {
    place: Place,
    /// True once a step names it, or all.
    pub(super) used: bool,
    /// True between `goes offline` and `returns`.
    pub(super) offline: bool,
    /// The branch of the `together` that is being read, if it has steps in one.
    pub(super) branch: Option<usize>,
}

impl Lowering<'_> {
    pub(super) fn devices(&mut self, node: &Node) {
        let entries = self.reader.entries(node, "devices");
        if entries.is_empty() || entries.len() > MOST_ACTORS {
            let message = format!("a scenario has 1 to {MOST_ACTORS} devices");
            let place = self.reader.visible(node);
            self.reader.error(place, message, None);
        }
        for (key, value) in entries {
            self.name(key, "a device");
            if self.actors.iter().any(|actor| actor.name == key.text) {
                let message = format!("there is an actor `{}` already", key.text);
                self.reader.error(key.place, message, None);
            }
            let (program, account) = self.program(value);
            self.account(account);
            self.devices.push(Device {
                name: key.text.clone(),
                account,
                program,
            });
            self.device_states.push(DeviceState {
                place: key.place,
                ..DeviceState::default()
            });
        }
    }

    /// The devices that no step uses.
    pub(super) fn idle_devices(&mut self) {
        for (device, state) in self.devices.iter().zip(&self.device_states) {
            if !state.used {
                let message = format!("no step uses the device `{}`", device.name);
                self.reader.error(state.place, message, None);
            }
        }
    }

    fn program(&mut self, node: &Node) -> (Program, usize) {
        let plain = [
            ("imap", Program::Imap(Resync::Full)),
            ("pop3", Program::Pop3(Leave::default())),
            ("webmail", Program::Webmail),
        ];
        if let Value::Text(_) = node.value {
            let program = self.reader.choice(node, "a device", &plain);
            return (program.unwrap_or(Program::Webmail), 1);
        }
        let keys = PROGRAMS.map(str::to_owned);
        let entries = self.reader.map(node, "a device", &keys);
        let [(key, options)] = entries[..] else {
            let place = self.reader.visible(node);
            let help = "`name: imap` or `name: {pop3: {leave_on_server: 14d}}`".to_owned();
            self.reader
                .error(place, "a device is one program", Some(help));
            return (Program::Webmail, 1);
        };
        match key.text.as_str() {
            "imap" => self.imap(options),
            "pop3" => self.pop3(options),
            _ => self.webmail(options),
        }
    }

    fn imap(&mut self, node: &Node) -> (Program, usize) {
        let (mut resync, mut account) = (Resync::Full, 1);
        let keys = schema::keys::<schema::ImapDevice>();
        for (key, value) in self.reader.map(node, "an imap device", &keys) {
            if key.text == "account" {
                account = self.owner(value);
            } else if key.text == "resync" {
                let ways = [
                    ("full", Resync::Full),
                    ("condstore", Resync::Condstore),
                    ("qresync", Resync::Qresync),
                ];
                resync = self.reader.choice(value, "resync", &ways).unwrap_or(resync);
            }
        }
        (Program::Imap(resync), account)
    }

    fn webmail(&mut self, node: &Node) -> (Program, usize) {
        let keys = schema::keys::<schema::WebmailDevice>();
        let entries = self.reader.map(node, "webmail", &keys);
        let account = entries.first().map_or(1, |(_, value)| self.owner(value));
        (Program::Webmail, account)
    }

    fn pop3(&mut self, node: &Node) -> (Program, usize) {
        let (mut leave, mut account) = (Leave::default(), 1);
        let keys = schema::keys::<schema::Pop3Device>();
        let entries = self.reader.map(node, "a pop3 device", &keys);
        for (key, value) in &entries {
            match key.text.as_str() {
                "account" => account = self.owner(value),
                "delete" => {
                    self.reader
                        .choice(value, "delete", &[("after download", ())]);
                }
                "leave_on_server" => leave = self.leave(value),
                _ => {}
            }
        }
        let has = |name: &str| entries.iter().find(|(key, _)| key.text == name);
        if let (Some((key, _)), Some(_)) = (has("delete"), has("leave_on_server")) {
            let message = "a pop3 device deletes after download or leaves mail, not both";
            self.reader.error(key.place, message, None);
        }
        (Program::Pop3(leave), account)
    }

    /// `forever`, `until deleted`, `14d`, or `[14d, until deleted]`.
    fn leave(&mut self, node: &Node) -> Leave {
        let mut leave = Leave {
            at_all: true,
            ..Leave::default()
        };
        for item in self.reader.one_or_more(node, "leave_on_server") {
            match self.reader.text(item, "leave_on_server") {
                Some("forever") | None => {}
                Some("until deleted") => leave.until_deleted = true,
                Some(text) => {
                    leave.longest = calendar_time(text).filter(|time| whole_days(*time));
                    if leave.longest.is_none() {
                        let message = format!("`{text}` is no value of leave_on_server");
                        let help = "forever, until deleted, 14d, or [14d, until deleted]";
                        self.reader
                            .error(item.place, message, Some(help.to_owned()));
                    }
                }
            }
        }
        leave
    }

    fn owner(&mut self, node: &Node) -> usize {
        let number = self.reader.number(node, "account", MOST_ACCOUNTS);
        number.unwrap_or(1)
    }
}

fn whole_days(time: Duration) -> bool {
    time.as_secs().is_multiple_of(86_400)
}
