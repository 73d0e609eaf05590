//! The story as one HTML page: a row for each day, a column for each device.
//!
//! ```html
//! <tr><th>day 15</th><td class="events">…</td><td class="changed">…</td></tr>
//! ```

use std::fmt::Write as _;

use super::{Day, Last, days, has_marks, is_flagged, is_look, is_unread, told};
use crate::outcome::story::{MessageView, Story, StoryDevice};
use crate::outcome::{Outcome, RunResult, ScenarioResult};
use crate::report::text::visible;

const STYLE: &str = "\
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:100rem;padding:0 1.5rem;\
color:#1d2733;background:#fff}\
h1{font-size:1.35rem;margin:0 0 .2rem}h2{font-size:1.15rem;margin:2.5rem 0 .1rem}\
p{margin:.2rem 0}.id{color:#5b6875;font-family:ui-monospace,monospace;font-size:.85rem}\
.scroll{overflow-x:auto;margin-top:.8rem}\
table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #d5dce3;padding:.4rem .5rem;text-align:left;vertical-align:top}\
thead th{background:#f1f4f7;position:sticky;top:0}\
thead small{display:block;font-weight:400;color:#5b6875}\
tbody th{white-space:nowrap}\
.events{min-width:14rem;font-size:.85rem}.events div{padding-left:.9em;text-indent:-.9em}\
.changed,.legend .changed{background:#fff8e1}.old{color:#8b96a1}\
.box{margin:0 0 .25rem}.box b{font-size:.78rem;font-weight:600;color:#5b6875;display:block}\
.mail{display:inline-block;border-radius:.6rem;padding:0 .5rem;margin:.08rem .12rem .08rem 0;\
background:#e3eefb;font-size:.85rem;white-space:nowrap}\
.unread{font-weight:700}.own{background:#e5f4e8}.old .mail{background:#eef1f4}\
.note{font-size:.78rem;color:#5b6875}.wrong{background:#fde2e1;color:#98150f;font-weight:600}\
.pass{color:#19692c}.fail{color:#98150f}.none{color:#8b96a1}\
.legend{margin:.6rem 0;color:#5b6875}\
@media print{body{margin:0}thead th{position:static}}";

/// Every story of the run, on one page that needs nothing else.
pub fn render(run: &RunResult) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>mailspec: what each device showed</title>\n<style>{STYLE}</style>\n\
         <h1>What each device showed, day by day</h1>\n<p>{} {}</p>\n{LEGEND}",
        escaped(&run.target.name),
        escaped(run.target.version.as_deref().unwrap_or_default()),
    );
    let mut count = 0;
    for (result, story) in told(&run.scenarios) {
        count += 1;
        one(&mut out, result, story);
    }
    if count == 0 {
        out.push_str("<p>No scenario of this run has devices.</p>\n");
    }
    out.push_str("</html>\n");
    out
}

const LEGEND: &str = "<p class=\"legend\"><span class=\"mail unread\">bold</span> unread \
    <span class=\"mail\">name \u{2691}</span> flagged \
    <span class=\"mail own\">green</span> the device's own copy \
    <span class=\"mail changed\">yellow</span> changed on this day, \
    <span class=\"old\">grey</span> not looked at on this day</p>\n";

fn one(out: &mut String, result: &ScenarioResult, story: &Story) {
    let class = match result.outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        _ => "none",
    };
    let _ = writeln!(
        out,
        "<h2>{}</h2>\n<p class=\"id\">{} <span class=\"{class}\">{}</span></p>",
        escaped(&result.title),
        escaped(&result.id),
        result.outcome.name(),
    );
    out.push_str("<div class=\"scroll\"><table>\n<thead><tr><th>day</th><th>what happens</th>");
    for device in &story.devices {
        let (name, program) = (escaped(&device.name), escaped(&device.program));
        let _ = write!(out, "<th>{name}<small>{program}</small></th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for day in days(story) {
        let _ = write!(out, "<tr><th>day {}</th><td class=\"events\">", day.number);
        happened(out, &day);
        out.push_str("</td>");
        for (device, last) in story.devices.iter().zip(&day.views) {
            cell(out, device, last.as_ref(), day.number);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
}

fn happened(out: &mut String, day: &Day<'_>) {
    for moment in &day.moments {
        if is_look(moment) && !moment.is_wrong {
            continue;
        }
        let class = if moment.is_wrong {
            " class=\"wrong\""
        } else {
            ""
        };
        let who = match &moment.device {
            Some(device) => format!("<b>{}</b> ", escaped(device)),
            None => String::new(),
        };
        let _ = write!(out, "<div{class}>{who}{}</div>", escaped(&moment.words));
    }
}

fn cell(out: &mut String, device: &StoryDevice, last: Option<&Last<'_>>, today: u64) {
    let Some(last) = last else {
        out.push_str("<td class=\"none\">not used yet</td>");
        return;
    };
    let class = match (last.is_changed, last.day == today) {
        (true, _) => " class=\"changed\"",
        (false, false) => " class=\"old\"",
        (false, true) => "",
    };
    let _ = write!(out, "<td{class}>");
    let marks = has_marks(&device.program);
    for mailbox in &last.view.mailboxes {
        let mails: String = mailbox.messages.iter().map(|m| mail(m, marks)).collect();
        let path = escaped(&mailbox.path);
        let _ = write!(out, "<div class=\"box\"><b>{path}</b>{mails}</div>");
    }
    if last.view.mailboxes.is_empty() {
        out.push_str("<div class=\"none\">no mail</div>");
    }
    if !marks {
        let copies = last.view.holds.iter();
        let copies: String = copies
            .map(|name| format!("<span class=\"mail own\">{}</span>", escaped(name)))
            .collect();
        let copies = if copies.is_empty() { "none" } else { &copies };
        let _ = write!(out, "<div class=\"box\"><b>own copies</b>{copies}</div>");
    }
    if last.view.is_offline {
        out.push_str("<div class=\"note\">offline</div>");
    }
    if last.day != today {
        let _ = write!(out, "<div class=\"note\">as on day {}</div>", last.day);
    }
    out.push_str("</td>");
}

fn mail(message: &MessageView, has_marks: bool) -> String {
    let unread = if is_unread(message, has_marks) {
        " unread"
    } else {
        ""
    };
    let flagged = if is_flagged(message) { " \u{2691}" } else { "" };
    let name = escaped(&message.name);
    format!("<span class=\"mail{unread}\">{name}{flagged}</span>")
}

/// Text without control characters that HTML takes as text.
fn escaped(text: &str) -> String {
    visible(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn names_from_outside_are_text() {
        let mut run = sample::run();
        let mut story = sample::story();
        story.devices[0].name = "<script>".into();
        run.scenarios[0].story = Some(story);
        let page = render(&run);
        assert!(page.contains("&lt;script&gt;"));
        assert!(!page.contains("<script>"));
    }
}
