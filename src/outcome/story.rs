//! What the devices of a scenario showed, moment by moment.

use serde::{Deserialize, Serialize};

/// The story of a scenario with devices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Story {
    /// Its mail programs, in the order of the file.
    pub devices: Vec<StoryDevice>,
    /// What happened, in this order.
    pub moments: Vec<Moment>,
}

/// A mail program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StoryDevice {
    /// Its name.
    pub name: String,
    /// What it is, in words: `POP3, leaves mail on the server for 14 days`.
    pub program: String,
}

/// One step: of a device, or of the world around.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Moment {
    /// Seconds by the scenario's own clock.
    pub at_s: u64,
    /// Line of the step.
    pub line: usize,
    /// The device's name; `None`: the world.
    pub device: Option<String>,
    /// The step's own words, without the device's name.
    pub words: String,
    /// True if the step showed that the server is wrong.
    pub is_wrong: bool,
    /// What the device shows after it.
    pub view: Option<View>,
}

/// What a device shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct View {
    /// The server's mailboxes as it last saw them; those without messages are left out.
    pub mailboxes: Vec<MailboxView>,
    /// A POP3 device's own copies.
    pub holds: Vec<String>,
    /// True while it is offline.
    pub is_offline: bool,
}

/// What a device shows in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MailboxView {
    /// Its path, levels parted by `/`.
    pub path: String,
    /// Its messages.
    pub messages: Vec<MessageView>,
}

/// A message as a device shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MessageView {
    /// The message's name in the scenario.
    pub name: String,
    /// Its flags, in lower case.
    pub flags: Vec<String>,
}
