//! The story as text.
//!
//! ```text
//! mixed/retention/leave-on-server-14-days
//! A POP3 device that leaves mail for 14 days removes it from every IMAP device on day 15
//!
//!   office-pc  POP3, leaves mail on the server for 14 days
//!   phone      IMAP
//!
//! day 0
//!   deliver: invoice
//!   office-pc: check mail
//!            | office-pc  INBOX [invoice]  own copies [invoice]
//!            | phone      INBOX [*invoice]
//!
//! day 15
//!   office-pc: check mail
//!            | office-pc  nothing  own copies [invoice]
//!            | phone      nothing
//! ```

use std::fmt::Write as _;

use super::{Day, Last, days, has_marks, is_flagged, is_look, is_unread, told};
use crate::outcome::RunResult;
use crate::outcome::story::{MessageView, Story, StoryDevice};
use crate::report::text::visible;

/// Every story of the run.
pub fn render(run: &RunResult) -> String {
    let mut out = String::new();
    for (result, story) in told(&run.scenarios) {
        let _ = writeln!(out, "{}\n{}\n", visible(&result.id), visible(&result.title));
        one(&mut out, story);
        let outcome = result.outcome.name();
        let _ = writeln!(out, "the end: {outcome}\n");
    }
    if out.is_empty() {
        return "No scenario of this run has devices.\n".to_owned();
    }
    format!("*name: unread   name!: flagged   (day 3): shown since its last look on day 3\n\n{out}")
}

fn one(out: &mut String, story: &Story) {
    let names = story
        .devices
        .iter()
        .map(|device| device.name.chars().count());
    let width = names.max().unwrap_or(0);
    for device in &story.devices {
        let name = visible(&device.name);
        let _ = writeln!(out, "  {name:width$}  {}", visible(&device.program));
    }
    out.push('\n');
    for day in days(story) {
        let _ = writeln!(out, "day {}", day.number);
        happened(out, &day);
        for (device, last) in story.devices.iter().zip(&day.views) {
            let name = visible(&device.name);
            let shown = match last {
                Some(last) => shows(device, last, day.number),
                None => "not used yet".to_owned(),
            };
            let _ = writeln!(out, "           | {name:width$}  {shown}");
        }
        out.push('\n');
    }
}

fn happened(out: &mut String, day: &Day<'_>) {
    for moment in &day.moments {
        if is_look(moment) && !moment.is_wrong {
            continue;
        }
        let who = match &moment.device {
            Some(device) => format!("{}: ", visible(device)),
            None => String::new(),
        };
        let wrong = if moment.is_wrong { "   <- WRONG" } else { "" };
        let _ = writeln!(out, "  {who}{}{wrong}", visible(&moment.words));
    }
}

fn shows(device: &StoryDevice, last: &Last<'_>, today: u64) -> String {
    let mut parts: Vec<String> = last
        .view
        .mailboxes
        .iter()
        .map(|mailbox| {
            let names = mailbox.messages.iter();
            let names: Vec<String> = names.map(|m| name(m, has_marks(&device.program))).collect();
            format!("{} [{}]", visible(&mailbox.path), names.join(", "))
        })
        .collect();
    if parts.is_empty() {
        parts.push("nothing".to_owned());
    }
    if !has_marks(&device.program) {
        let copies: Vec<String> = last.view.holds.iter().map(|name| visible(name)).collect();
        parts.push(format!("own copies [{}]", copies.join(", ")));
    }
    if last.view.is_offline {
        parts.push("offline".to_owned());
    }
    if last.day != today {
        parts.push(format!("(day {})", last.day));
    }
    parts.join("  ")
}

fn name(message: &MessageView, has_marks: bool) -> String {
    let unread = if is_unread(message, has_marks) {
        "*"
    } else {
        ""
    };
    let flagged = if is_flagged(message) { "!" } else { "" };
    format!("{unread}{}{flagged}", visible(&message.name))
}
