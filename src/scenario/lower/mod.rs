//! A file's tree to a checked [`Scenario`], with all mistakes of the file at once.

mod act;
mod chunk;
mod header;
mod message;
mod reader;
mod step;
mod world;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::vars::Scope;
use super::{Actor, Invalid, Place, Scenario, Source, Variable, node};
use crate::finding::requirement;
use reader::Reader;

/// Most steps of a scenario, those in branches included.
const MOST_STEPS: usize = 500;
/// Most actors of a scenario.
const MOST_ACTORS: usize = 32;
/// Most variants that `for` may make.
const MOST_VARIANTS: usize = 1000;
/// Most orders that `interleave` may make.
const MOST_ORDERS: usize = 1000;
/// Most accounts.
const MOST_ACCOUNTS: usize = 9;

/// What scenarios may refer to.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// Names of `fixtures/messages`.
    pub fixtures: BTreeSet<&'a str>,
    /// Ids of the requirement catalogue.
    pub requirements: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    /// These messages, and the catalogue of this release.
    pub fn with(messages: &'a super::Messages) -> Self {
        Self {
            fixtures: messages.keys().map(String::as_str).collect(),
            requirements: requirement::catalogue().keys().copied().collect(),
        }
    }
}

/// Reads a scenario file. `id` is its path below the scenario folder without suffix.
pub fn read(source: &Arc<Source>, id: &str, known: &Known<'_>) -> Result<Scenario, Invalid> {
    let invalid = |mut diagnostics: Vec<super::Diagnostic>| {
        diagnostics.sort_by_key(|diagnostic| diagnostic.place.start);
        Invalid {
            source: Arc::clone(source),
            diagnostics,
        }
    };
    let root = node::parse(&source.text).map_err(|mistake| invalid(vec![mistake]))?;
    let mut lowering = Lowering {
        reader: Reader::new(&source.text),
        known,
        actors: Vec::new(),
        actor_places: Vec::new(),
        variables: Vec::new(),
        scope: Scope::default(),
        message_names: BTreeSet::new(),
        sessions: Vec::new(),
        steps: 0,
        spliced: BTreeSet::new(),
    };
    let scenario = lowering.file(&root, source, id);
    match scenario {
        Some(scenario) if lowering.reader.diagnostics.is_empty() => Ok(scenario),
        _ => Err(invalid(lowering.reader.diagnostics)),
    }
}

/// What has been read so far.
struct Lowering<'a> {
    reader: Reader<'a>,
    known: &'a Known<'a>,
    actors: Vec<Actor>,
    actor_places: Vec<Place>,
    variables: Vec<Variable>,
    scope: Scope,
    /// Names of messages given or delivered anywhere, for uniqueness.
    message_names: BTreeSet<String>,
    /// For each actor, what its steps have done so far.
    sessions: Vec<Session>,
    steps: usize,
    /// Variables of `for` that are used.
    spliced: BTreeSet<String>,
}

/// An actor's connection while its steps are read.
#[derive(Clone, Debug, Default)]
struct Session {
    /// True once a step names the actor.
    used: bool,
    /// What ended the connection: `QUIT`, `disconnect`.
    ended_by: Option<String>,
    /// The branch of the `together` that is being read, if the actor has steps in one.
    branch: Option<usize>,
}

impl Lowering<'_> {
    fn account(&mut self, account: usize) -> usize {
        self.scope.accounts = self.scope.accounts.max(account);
        account
    }

    /// The variables of `for` as patterns take them.
    fn splices(&self) -> Vec<(&str, &[String])> {
        self.variables
            .iter()
            .map(|variable| (variable.name.as_str(), variable.values.as_slice()))
            .collect()
    }
}
