//! Expectation files: what a server is known to do wrong, kept beside the server.
//!
//! ```yaml
//! expectations:
//!   - scenario: pop3/lock/second-session-is-refused
//!     found:
//!       - pop3-maildrop-shared
//!       - rfc1939-4-3: '+OK Logged in.'
//!     reason: two POP3 sessions may share a maildrop (RFC 1939 section 4 has an exclusive lock)
//!     link: https://bugs.example.org/17
//!     until: 2027-06-30
//! ```
//!
//! Every scenario runs all the same. A failure that shows just what an entry says is *expected* and
//! does not fail the run; an entry that did not come true, fits no scenario, has expired, or sees
//! its scenario fail in another way is a [complaint](crate::outcome::Complaint) and does.

mod edit;
mod judge;
mod pattern;
mod read;
mod schema;
mod signature;
mod write;

use std::sync::Arc;

use globset::GlobMatcher;
use include_dir::{Dir, include_dir};

use crate::outcome::Outcome;
use crate::scenario::{Place, Source};

pub use edit::update;
pub use judge::InForce;
pub use read::read;
pub use schema::json_schema;
pub use write::init;

/// What stands for the scenario where a rule is broken in whatever scenario checks it.
const ANYWHERE: &str = "anywhere";

/// What a reason begins with that nobody has written yet.
pub const TODO: &str = "TODO";

static SERVERS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/servers");

/// The shipped file for a managed server, variants like `dovecot:lock` included.
pub fn shipped(target: &str) -> Option<Source> {
    let server = target.split(':').next().unwrap_or_default();
    let path = format!("{server}/expectations.yaml");
    let text = SERVERS.get_file(&path)?.contents_utf8()?;
    Some(Source {
        path: format!("fixtures/servers/{path}"),
        text: text.to_owned(),
    })
}

/// A file that is valid.
#[derive(Clone, Debug)]
pub struct Expectations {
    /// The file.
    pub source: Arc<Source>,
    entries: Vec<Entry>,
}

impl Expectations {
    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries have a reason that begins with [`TODO`].
    pub fn without_reason(&self) -> usize {
        let entries = self.entries.iter();
        entries
            .filter(|entry| entry.reason.starts_with(TODO))
            .count()
    }
}

/// One thing that a server is known to do.
#[derive(Clone, Debug)]
struct Entry {
    /// The whole entry, without the dash in front.
    whole: Place,
    /// The value of `scenario`.
    place: Place,
    /// The scenario or scenarios, as written.
    scenario: String,
    glob: GlobMatcher,
    /// Patterns on what stands in an id's brackets, `!` in front of those that it must not fit;
    /// none means every variant.
    variants: Vec<String>,
    /// Patterns on the name of the target, `!` in front of those that it must not fit; none means
    /// every target.
    targets: Vec<String>,
    /// What may become of it.
    outcomes: Vec<Outcome>,
    /// What is found when it fails.
    found: Vec<Found>,
    /// A pattern on the reason when it is not decided.
    because: Option<String>,
    /// A pattern on lines of the server's log: the crash of which they tell is how it fails.
    crash: Option<String>,
    reason: String,
    link: Option<String>,
    /// The last day on which it counts, as `YYYY-MM-DD`.
    until: Option<String>,
}

/// One finding that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    place: Place,
    rule: String,
    /// A pattern on what the server sent; `None` leaves it open.
    octets: Option<String>,
}

impl Entry {
    /// True if the entry speaks of this variant of a scenario.
    fn fits(&self, id: &str) -> bool {
        let (scenario, variant) = split(id);
        self.glob.is_match(scenario) && pattern::fit(&self.variants, variant)
    }

    /// True if the entry speaks of this target.
    fn is_for(&self, target: &str) -> bool {
        pattern::fit(&self.targets, target)
    }

    /// True if the entry is about a rule, in whatever scenario it is broken: a scenario that does
    /// not show it says nothing against the entry.
    fn is_about_any_scenario(&self) -> bool {
        self.scenario == ANYWHERE
    }

    fn allows(&self, outcome: Outcome) -> bool {
        self.outcomes.contains(&outcome)
    }

    /// True if clients see nothing wrong, and only the server's log tells of a crash.
    fn is_about_a_crash_alone(&self) -> bool {
        self.outcomes == [Outcome::Pass]
    }

    /// True if this line of the server's log is the crash that the entry names.
    fn tells_of(&self, crash: &str) -> bool {
        let named = self.crash.as_ref();
        named.is_some_and(|named| pattern::matches(named, crash))
    }
}

/// A scenario's id and what stands in its brackets.
fn split(id: &str) -> (&str, &str) {
    match id.split_once('[') {
        Some((scenario, rest)) => (scenario, rest.strip_suffix(']').unwrap_or(rest)),
        None => (id, ""),
    }
}
