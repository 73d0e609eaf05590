//! The story of a scenario's devices, day by day: as text and as HTML.

pub mod html;
pub mod text;

use crate::outcome::ScenarioResult;
use crate::outcome::story::{MessageView, Moment, Story, View};

const DAY_S: u64 = 86_400;

/// A day on which something happened.
#[derive(Debug)]
struct Day<'a> {
    /// By the scenario's clock, from 0.
    number: u64,
    /// What happened, in this order.
    moments: Vec<&'a Moment>,
    /// What each device shows when the day ends, in the order of the story's devices.
    views: Vec<Option<Last<'a>>>,
}

/// What a device showed last.
#[derive(Clone, Copy, Debug)]
struct Last<'a> {
    view: &'a View,
    /// The day on which it last did something.
    day: u64,
    /// True if it differs from what it showed the day before.
    is_changed: bool,
}

/// The results that have a story.
fn told(results: &[ScenarioResult]) -> impl Iterator<Item = (&ScenarioResult, &Story)> {
    results
        .iter()
        .filter_map(|result| Some((result, result.story.as_ref()?)))
}

/// The days of a story on which something happened.
fn days(story: &Story) -> Vec<Day<'_>> {
    let mut days: Vec<Day<'_>> = Vec::new();
    let mut views: Vec<Option<Last<'_>>> = vec![None; story.devices.len()];
    for moment in &story.moments {
        let number = moment.at_s / DAY_S;
        if days.last().is_none_or(|day| day.number != number) {
            for last in views.iter_mut().flatten() {
                last.is_changed = false;
            }
            days.push(Day {
                number,
                moments: Vec::new(),
                views: views.clone(),
            });
        }
        let Some(day) = days.last_mut() else { continue };
        if !is_passage(moment) {
            day.moments.push(moment);
        }
        let mut devices = story.devices.iter();
        let index = devices.position(|device| Some(&device.name) == moment.device.as_ref());
        if let (Some(index), Some(view)) = (index, &moment.view) {
            let before = views[index];
            let differs = before.is_none_or(|last| last.view != view);
            views[index] = Some(Last {
                view,
                day: number,
                is_changed: differs || before.is_some_and(|last| last.is_changed),
            });
            day.views.clone_from(&views);
        }
    }
    days.retain(|day| !day.moments.is_empty());
    days
}

/// True for `clock: +1d`: the number of the day says it.
fn is_passage(moment: &Moment) -> bool {
    moment.device.is_none() && moment.words.starts_with("clock:")
}

/// True for what a step looks at only, so that nothing happens by it.
fn is_look(moment: &Moment) -> bool {
    let words = moment.words.trim_start_matches('{');
    moment.device.is_some() && (words.starts_with("sees") || words.starts_with("holds"))
}

/// True if the device shows that it has not been read. POP3 has no marks.
fn is_unread(message: &MessageView, has_marks: bool) -> bool {
    has_marks && !message.flags.iter().any(|flag| flag == "\\seen")
}

fn is_flagged(message: &MessageView) -> bool {
    message.flags.iter().any(|flag| flag == "\\flagged")
}

/// True for a device whose protocol has flags.
fn has_marks(program: &str) -> bool {
    !program.starts_with("POP3")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::sample;
    use super::*;

    #[test]
    fn a_day_ends_with_what_each_device_showed_last() {
        let story = sample::story();
        let days = days(&story);
        let numbers: Vec<u64> = days.iter().map(|day| day.number).collect();
        assert_eq!(numbers, [0, 15]);
        let last = |day: usize, device: usize| days[day].views[device].map(|last| last.day);
        assert_eq!((last(0, 0), last(0, 1)), (Some(0), Some(0)));
        assert_eq!((last(1, 0), last(1, 1)), (Some(15), Some(0)));
        let changed = |day: usize, device: usize| days[day].views[device].unwrap().is_changed;
        assert!(changed(0, 1) && changed(1, 0) && !changed(1, 1));
    }
}
