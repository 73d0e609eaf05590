//! Which scenarios a selector means.

use std::collections::BTreeSet;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::Scenario;
use crate::expect::nearest;
use crate::finding::{Level, requirement};

/// A selector that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// The glob cannot be read.
    #[error("`{selector}` is no selector: {reason}")]
    Unreadable {
        /// The selector.
        selector: String,
        /// Why.
        reason: String,
    },
    /// No scenario fits.
    #[error("`{selector}` selects nothing{}", nearest.as_ref().map_or_else(String::new, |near| {
        format!("; did you mean `{near}`?")
    }))]
    Nothing {
        /// The selector.
        selector: String,
        /// The id, tag or requirement that is spelled most like it.
        nearest: Option<String>,
    },
}

/// One selector.
enum Test {
    /// A glob on the id; an id that names a folder takes all below.
    Id(GlobMatcher),
    Tag(GlobMatcher),
    Protocol(GlobMatcher),
    Level(Level),
    Covers(GlobMatcher),
}

impl Test {
    fn parse(selector: &str) -> Result<Self, SelectError> {
        let unreadable = |reason: String| SelectError::Unreadable {
            selector: selector.to_owned(),
            reason,
        };
        let glob = |text: &str, apart: bool| {
            GlobBuilder::new(text)
                .literal_separator(apart)
                .build()
                .map(|glob| glob.compile_matcher())
                .map_err(|error| unreadable(error.kind().to_string()))
        };
        match selector.split_once(':') {
            None => glob(selector, true).map(Self::Id),
            Some(("tag", rest)) => glob(rest, false).map(Self::Tag),
            Some(("protocol", rest)) => glob(rest, false).map(Self::Protocol),
            Some(("covers", rest)) => glob(rest, false).map(Self::Covers),
            Some(("level", rest)) => match rest {
                "must" => Ok(Self::Level(Level::Must)),
                "promise" => Ok(Self::Level(Level::Promise)),
                "should" => Ok(Self::Level(Level::Should)),
                "may" => Ok(Self::Level(Level::May)),
                _ => Err(unreadable(
                    "a level is must, promise, should or may".to_owned(),
                )),
            },
            Some((key, _)) => Err(unreadable(format!(
                "`{key}` is none of tag, protocol, level, covers"
            ))),
        }
    }

    fn holds(&self, scenario: &Scenario) -> bool {
        match self {
            Self::Id(glob) => {
                let mut ends = scenario.id.match_indices('/').map(|(at, _)| at);
                glob.is_match(&scenario.id) || ends.any(|at| glob.is_match(&scenario.id[..at]))
            }
            Self::Tag(glob) => scenario.tags.iter().any(|tag| glob.is_match(tag)),
            Self::Protocol(glob) => scenario
                .protocols()
                .iter()
                .any(|protocol| glob.is_match(protocol.to_string())),
            Self::Level(level) => level_of(scenario) == Some(*level),
            Self::Covers(glob) => scenario.covers.iter().any(|id| glob.is_match(id)),
        }
    }

    /// True if the selector means this scenario by its id or a tag, and not by the way.
    fn names(&self, scenario: &Scenario) -> bool {
        match self {
            Self::Id(glob) => glob.glob().glob() == scenario.id,
            Self::Tag(glob) => glob.is_match(super::SLOW) && self.holds(scenario),
            _ => false,
        }
    }

    /// What the selector could have meant.
    fn candidates(&self, scenarios: &[Arc<Scenario>]) -> BTreeSet<String> {
        let all = scenarios.iter();
        match self {
            Self::Id(_) => all
                .flat_map(|scenario| {
                    let ends = scenario.id.match_indices('/').map(|(at, _)| at);
                    let folders = ends.map(|at| scenario.id[..at].to_owned());
                    folders.chain([scenario.id.clone()]).collect::<Vec<_>>()
                })
                .collect(),
            Self::Tag(_) => all
                .flat_map(|scenario| scenario.tags.iter().map(|tag| format!("tag:{tag}")))
                .collect(),
            Self::Protocol(_) => ["imap", "pop3", "smtp", "lmtp"]
                .map(|name| format!("protocol:{name}"))
                .into(),
            Self::Level(_) => BTreeSet::new(),
            Self::Covers(_) => all
                .flat_map(|scenario| scenario.covers.iter().map(|id| format!("covers:{id}")))
                .collect(),
        }
    }
}

/// The strongest level among the requirements that a scenario covers.
fn level_of(scenario: &Scenario) -> Option<Level> {
    let catalogue = requirement::catalogue();
    scenario
        .covers
        .iter()
        .filter_map(|id| Some(catalogue.get(id.as_str())?.level))
        .min()
}

/// The scenarios that any selector means, without those that a `!selector` means.
///
/// Without a selector that is not negated, all are meant. What is tagged `slow` has to be named, by
/// `tag:slow` or by its id. The order is kept.
pub fn select(
    scenarios: &[Arc<Scenario>],
    selectors: &[String],
) -> Result<Vec<Arc<Scenario>>, SelectError> {
    let mut wanted = Vec::new();
    let mut unwanted = Vec::new();
    for selector in selectors {
        let (text, tests) = match selector.strip_prefix('!') {
            Some(text) => (text, &mut unwanted),
            None => (selector.as_str(), &mut wanted),
        };
        let test = Test::parse(text)?;
        if !scenarios.iter().any(|scenario| test.holds(scenario)) {
            let candidates = test.candidates(scenarios);
            return Err(SelectError::Nothing {
                selector: selector.clone(),
                nearest: nearest(text, candidates.iter().map(String::as_str)),
            });
        }
        tests.push(test);
    }
    Ok(scenarios
        .iter()
        .filter(|scenario| {
            (wanted.is_empty() || wanted.iter().any(|test| test.holds(scenario)))
                && !unwanted.iter().any(|test| test.holds(scenario))
                && (!scenario.is_slow() || wanted.iter().any(|test| test.names(scenario)))
        })
        .cloned()
        .collect())
}

#[cfg(test)]
mod tests {
    use super::super::{Known, Source, read};
    use super::*;

    fn scenarios() -> Vec<Arc<Scenario>> {
        let known = Known {
            fixtures: BTreeSet::new(),
            requirements: ["promise/imap-backup", "promise/pop3-takes-mail"].into(),
        };
        [
            ("imap/core/noop", "imap-backup", "imap", "[quick]"),
            ("imap/ext/idle", "imap-backup", "imap", "[slow]"),
            ("mixed/quit", "pop3-takes-mail", "pop3", "[quick, mixed]"),
        ]
        .map(|(id, promise, protocol, tags)| {
            let text = format!(
                "title: t\ncovers: [promise/{promise}]\ntags: {tags}\nactors: {{a: {protocol}}}\n\
                 steps: [{{a: NOOP}}]\n"
            );
            let path = format!("{id}.yaml");
            let source = Arc::new(Source { path, text });
            Arc::new(read(&source, id, &known).unwrap())
        })
        .into()
    }

    fn ids(selectors: &[&str]) -> Result<String, SelectError> {
        let selectors: Vec<_> = selectors.iter().map(|text| (*text).to_owned()).collect();
        let selected = select(&scenarios(), &selectors)?;
        let ids: Vec<_> = selected
            .iter()
            .map(|scenario| scenario.id.clone())
            .collect();
        Ok(ids.join(" "))
    }

    #[test]
    fn selectors_select() {
        for (selectors, expected) in [
            (&[][..], "imap/core/noop mixed/quit"),
            (&["imap/core/noop"], "imap/core/noop"),
            (&["imap"], "imap/core/noop"),
            (&["imap", "tag:slow"], "imap/core/noop imap/ext/idle"),
            (&["imap/ext/idle"], "imap/ext/idle"),
            (&["imap/*/idle"], ""),
            (&["**/quit"], "mixed/quit"),
            (&["*/{noop,quit}"], "mixed/quit"),
            (&["tag:quick"], "imap/core/noop mixed/quit"),
            (&["protocol:pop3"], "mixed/quit"),
            (&["level:promise"], "imap/core/noop mixed/quit"),
            (&["covers:promise/pop3-*"], "mixed/quit"),
            (&["!tag:quick"], ""),
            (&["imap", "mixed", "!imap/ext"], "imap/core/noop mixed/quit"),
        ] {
            assert_eq!(ids(selectors).as_deref(), Ok(expected), "{selectors:?}");
        }
    }

    #[test]
    fn a_selector_that_means_nothing_is_an_error() {
        for (selector, message) in [
            (
                "imap/core/nop",
                "`imap/core/nop` selects nothing; did you mean `imap/core/noop`?",
            ),
            (
                "tag:quik",
                "`tag:quik` selects nothing; did you mean `tag:quick`?",
            ),
            (
                "!imap/extt",
                "`!imap/extt` selects nothing; did you mean `imap/ext`?",
            ),
            ("level:must", "`level:must` selects nothing"),
            (
                "level:high",
                "`level:high` is no selector: a level is must, promise, should or may",
            ),
            (
                "file:x",
                "`file:x` is no selector: `file` is none of tag, protocol, level, covers",
            ),
        ] {
            assert_eq!(ids(&[selector]).unwrap_err().to_string(), message);
        }
        assert!(matches!(ids(&["{a"]), Err(SelectError::Unreadable { .. })));
    }
}
