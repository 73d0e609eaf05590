//! Scenario files and messages, from the binary or from disk: the only I/O of this module.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::{Invalid, Known, Messages, Scenario, Source, read};

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");
static MESSAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/messages");

/// Longest file that is read, in octets.
const LONGEST: u64 = 16 << 20;

/// Scenarios, and the messages that they use.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// The valid ones, in the order of their ids.
    pub scenarios: Vec<Arc<Scenario>>,
    /// The files that are no valid scenarios.
    pub invalid: Vec<Invalid>,
    /// Fixture name to octets.
    pub messages: Messages,
}

/// Why files could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file or folder cannot be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// No scenario files are there.
    #[error("no scenario files in {}", .0.display())]
    Empty(PathBuf),
    /// The file is too long, or no UTF-8.
    #[error("{} is no scenario file: {reason}", path.display())]
    NotText {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// A fixture without its own Message-ID.
    #[error("{} lacks `Message-ID: <{name}@mailspec.test>`", path.display())]
    MessageId {
        /// Which file.
        path: PathBuf,
        /// Its name without suffix.
        name: String,
    },
    /// Two files have one id.
    #[error("two files have the id `{0}`")]
    SameId(String),
}

impl Library {
    /// The scenarios and messages inside the binary.
    pub fn shipped() -> Self {
        let mut files = Vec::new();
        collect(&SCENARIOS, &mut files);
        let mut library = Self {
            messages: shipped_messages(),
            ..Self::default()
        };
        library.read(&files);
        library
    }

    /// The scenarios of files and folders.
    ///
    /// An id is the path below the nearest folder named `scenarios`, or below the folder given. The
    /// folder `fixtures/messages` beside that `scenarios` adds messages and replaces shipped ones.
    pub fn from_paths(paths: &[PathBuf]) -> Result<Self, LoadError> {
        let mut files = Vec::new();
        let mut fixtures = BTreeSet::new();
        for path in paths {
            let found = walk(path, &["yaml", "yml"])?;
            if found.is_empty() {
                return Err(LoadError::Empty(path.clone()));
            }
            for file in found {
                let (id, root) = id_of(&file, path);
                fixtures.extend(root.map(|root| root.with_file_name("fixtures").join("messages")));
                files.push((id, Arc::new(source_of(&file)?)));
            }
        }
        files.sort_by(|(left, _), (right, _)| left.cmp(right));
        files.dedup_by(|later, earlier| later == earlier);
        if let Some(pair) = files.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(LoadError::SameId(pair[0].0.clone()));
        }
        let mut library = Self {
            messages: shipped_messages(),
            ..Self::default()
        };
        for folder in fixtures.iter().filter(|folder| folder.is_dir()) {
            for file in walk(folder, &["eml"])? {
                let (name, octets) = message_of(&file)?;
                library.messages.insert(name, octets);
            }
        }
        library.read(&files);
        Ok(library)
    }

    fn read(&mut self, files: &[(String, Arc<Source>)]) {
        let known = Known::with(&self.messages);
        for (id, source) in files {
            match read(source, id, &known) {
                Ok(scenario) => self.scenarios.push(Arc::new(scenario)),
                Err(invalid) => self.invalid.push(invalid),
            }
        }
        self.scenarios.sort_by(|left, right| left.id.cmp(&right.id));
    }
}

fn collect(folder: &Dir<'_>, files: &mut Vec<(String, Arc<Source>)>) {
    for file in folder.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        let Some(id) = path.strip_suffix(".yaml") else {
            continue;
        };
        if let Some(text) = file.contents_utf8() {
            let source = Source {
                path: format!("scenarios/{path}"),
                text: text.to_owned(),
            };
            files.push((id.to_owned(), Arc::new(source)));
        }
    }
    for folder in folder.dirs() {
        collect(folder, files);
    }
}

fn shipped_messages() -> Messages {
    MESSAGES
        .files()
        .filter(|file| {
            file.path()
                .extension()
                .is_some_and(|suffix| suffix == "eml")
        })
        .filter_map(|file| {
            let name = file.path().file_stem()?.to_str()?;
            Some((name.to_owned(), with_crlf(file.contents())))
        })
        .collect()
}

/// Files below a path with one of these suffixes, in the order of their paths.
fn walk(path: &Path, suffixes: &[&str]) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LoadError::Read { path, source }
    };
    if fs::metadata(path).map_err(failed(path))?.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let entry = entry.map_err(failed(&folder))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(failed(&path))?;
            let suffix = path.extension().and_then(|suffix| suffix.to_str());
            if kind.is_dir() {
                folders.push(path);
            } else if suffix.is_some_and(|suffix| suffixes.contains(&suffix)) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The id of a file that was found below `given`, and the `scenarios` folder that it is in.
fn id_of(file: &Path, given: &Path) -> (String, Option<PathBuf>) {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let root = absolute
        .ancestors()
        .skip(1)
        .find(|folder| folder.file_name().is_some_and(|name| name == "scenarios"))
        .map(Path::to_owned);
    let below = match &root {
        Some(root) => absolute.strip_prefix(root).ok(),
        None if given.is_dir() => file.strip_prefix(given).ok(),
        None => file.file_name().map(Path::new),
    };
    let id = below.unwrap_or(file).with_extension("");
    (id.to_string_lossy().replace('\\', "/"), root)
}

fn source_of(path: &Path) -> Result<Source, LoadError> {
    let not_text = |reason| LoadError::NotText {
        path: path.to_owned(),
        reason,
    };
    let octets = octets_of(path)?.ok_or_else(|| not_text("it is too long"))?;
    let text = String::from_utf8(octets).map_err(|_| not_text("it is not UTF-8"))?;
    Ok(Source {
        path: path.to_string_lossy().into_owned(),
        text,
    })
}

fn message_of(path: &Path) -> Result<(String, Vec<u8>), LoadError> {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let octets = octets_of(path)?.map(|octets| with_crlf(&octets));
    match octets {
        Some(octets) if has_message_id(&octets, &name) => Ok((name, octets)),
        _ => Err(LoadError::MessageId {
            path: path.to_owned(),
            name,
        }),
    }
}

/// The octets of a file, `None` if it is too long.
fn octets_of(path: &Path) -> Result<Option<Vec<u8>>, LoadError> {
    let failed = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    if fs::metadata(path).map_err(failed)?.len() > LONGEST {
        return Ok(None);
    }
    fs::read(path).map(Some).map_err(failed)
}

/// True if the header has the Message-ID that the name demands.
pub(super) fn has_message_id(octets: &[u8], name: &str) -> bool {
    let field = format!("Message-ID: <{name}@mailspec.test>\r\n");
    let end = octets
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map_or(octets.len(), |at| at + 2);
    octets[..end]
        .windows(field.len())
        .any(|window| window == field.as_bytes())
}

/// Line ends as mail has them, whatever the file has.
fn with_crlf(octets: &[u8]) -> Vec<u8> {
    let mut mail = Vec::with_capacity(octets.len());
    for &octet in octets {
        if octet == b'\n' && mail.last() != Some(&b'\r') {
            mail.push(b'\r');
        }
        mail.push(octet);
    }
    mail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_message_has_its_message_id() {
        let messages = shipped_messages();
        assert!(messages.len() >= 15);
        for (name, octets) in messages {
            assert!(has_message_id(&octets, &name), "{name}");
        }
    }

    #[test]
    fn every_shipped_scenario_is_valid() {
        let library = Library::shipped();
        let mistakes: Vec<String> = library
            .invalid
            .iter()
            .map(|invalid| super::super::render(invalid, false))
            .collect();
        assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
        assert!(!library.scenarios.is_empty());
    }

    #[test]
    fn ids_and_fixtures_come_from_the_scenarios_folder() {
        let folder = tempfile::tempdir().unwrap();
        let scenarios = folder.path().join("scenarios/imap");
        let fixtures = folder.path().join("fixtures/messages");
        fs::create_dir_all(&scenarios).unwrap();
        fs::create_dir_all(&fixtures).unwrap();
        fs::write(
            fixtures.join("own.eml"),
            "Subject: own\nMessage-ID: <own@mailspec.test>\n\nx\n",
        )
        .unwrap();
        let text = "title: t\ncovers: [promise/imap-backup]\nactors: {a: imap}\n\
                    given: {INBOX: [own]}\nsteps: [{a: NOOP}]\n";
        fs::write(scenarios.join("one.yaml"), text).unwrap();
        for path in [scenarios.clone(), scenarios.join("one.yaml")] {
            let library = Library::from_paths(&[path]).unwrap();
            assert_eq!(library.invalid.len(), 0);
            assert_eq!(library.scenarios[0].id, "imap/one");
            assert!(library.messages["own"].starts_with(b"Subject: own\r\n"));
            assert!(library.messages.contains_key("plain"));
        }
        let missing = folder.path().join("missing");
        assert!(matches!(
            Library::from_paths(&[missing]),
            Err(LoadError::Read { .. })
        ));
        assert!(matches!(
            Library::from_paths(&[fixtures]),
            Err(LoadError::Empty(_))
        ));
    }

    #[test]
    fn a_message_without_its_message_id_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.eml");
        fs::write(&path, "Subject: x\n\nMessage-ID: <other@mailspec.test>\n").unwrap();
        assert!(matches!(
            message_of(&path),
            Err(LoadError::MessageId { .. })
        ));
    }
}
