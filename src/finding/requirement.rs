//! The requirement catalogue: every sentence that scenarios may cite, with its level.
//!
//! The catalogue is a table in `requirements.tsv` beside this file: id, level, and our own
//! paraphrase. An id is `rfcNNNN-SECTION-N` (the N-th keyword sentence of that section),
//! `rfcNNNN-SECTION-iN` (a rule stated without a keyword) or `promise/NAME`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::Level;

/// One sentence of an RFC, or one promise, that a server is held to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its stable id.
    pub id: &'static str,
    /// How strongly it binds.
    pub level: Level,
    /// What it demands, paraphrased.
    pub text: &'static str,
}

impl Requirement {
    /// Where the requirement stands: `rfc1939#6`, or `promise`.
    pub fn citation(&self) -> String {
        match self.id.split_once('-') {
            Some((rfc, rest)) if rfc.starts_with("rfc") => {
                let section = rest.rsplit_once('-').map_or(rest, |(section, _)| section);
                format!("{rfc}#{section}")
            }
            _ => "promise".to_owned(),
        }
    }
}

/// The whole catalogue by id.
pub fn catalogue() -> &'static BTreeMap<&'static str, Requirement> {
    static CATALOGUE: OnceLock<BTreeMap<&'static str, Requirement>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        include_str!("requirements.tsv")
            .lines()
            .skip(1)
            .filter_map(row)
            .map(|requirement| (requirement.id, requirement))
            .collect()
    })
}

fn row(line: &'static str) -> Option<Requirement> {
    let mut fields = line.split('\t');
    let id = fields.next()?;
    let level = match fields.next()? {
        "must" => Level::Must,
        "should" => Level::Should,
        "may" => Level::May,
        "promise" => Level::Promise,
        _ => return None,
    };
    Some(Requirement {
        id,
        level,
        text: fields.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let rows = include_str!("requirements.tsv").lines().skip(1).count();
        assert_eq!(
            catalogue().len(),
            rows,
            "a row is malformed or an id stands twice"
        );
    }

    #[test]
    fn a_citation_comes_from_the_id() {
        let cite = |id| {
            Requirement {
                id,
                level: Level::Must,
                text: "",
            }
            .citation()
        };
        assert_eq!(cite("rfc3501-2.3.1.1-i5"), "rfc3501#2.3.1.1");
        assert_eq!(cite("rfc1939-6-1"), "rfc1939#6");
        assert_eq!(cite("promise/imap-keeps-mail"), "promise");
    }
}
