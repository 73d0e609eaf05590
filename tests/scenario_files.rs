//! The shipped scenarios, messages and JSON Schema, as they lie in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use mailspec::scenario::{Library, json_schema, render};

const SCHEMA: &str = "reports/schema/scenario.schema.json";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn library() -> Library {
    Library::from_paths(&[root().join("scenarios")]).expect("the scenarios are there")
}

#[test]
fn every_scenario_is_valid() {
    let library = library();
    let mistakes: Vec<String> = library
        .invalid
        .iter()
        .map(|invalid| render(invalid, false))
        .collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n\n"));
}

#[test]
fn the_binary_ships_what_lies_on_disk() {
    let ids = |library: &Library| -> Vec<String> {
        let scenarios = library.scenarios.iter();
        scenarios.map(|scenario| scenario.id.clone()).collect()
    };
    let (shipped, disk) = (Library::shipped(), library());
    assert_eq!(ids(&shipped), ids(&disk));
    assert_eq!(shipped.messages, disk.messages);
}

/// Set `UPDATE_SCHEMA=1` to write it anew.
#[test]
fn the_schema_is_current() {
    let mut current = serde_json::to_string_pretty(&json_schema()).unwrap();
    current.push('\n');
    let path = root().join(SCHEMA);
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &current).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == current,
        "{SCHEMA} is not current: UPDATE_SCHEMA=1 cargo test --test scenario_files"
    );
}

#[test]
fn every_scenario_fits_the_schema_and_names_it() {
    let schema = json_schema();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for scenario in library().scenarios {
        let source = &scenario.source;
        let value: serde_json::Value = serde_yaml::from_str(&source.text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {}", source.path, errors.join("; "));
        let folder = PathBuf::from(&source.path);
        let named = source
            .text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# yaml-language-server: $schema="))
            .map(|path| folder.with_file_name("").join(path));
        let named = named.and_then(|path| path.canonicalize().ok());
        let schema = root().join(SCHEMA).canonicalize().ok();
        assert!(
            named.is_some() && named == schema,
            "{}: the first line names the schema by its relative path",
            source.path
        );
    }
}

#[test]
fn the_schema_refuses_what_the_language_refuses() {
    let schema = json_schema();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let valid = "title: t\ncovers: [promise/imap-backup]\nactors: {a: imap}\nsteps: [{a: NOOP}]\n";
    let value = |text: &str| serde_yaml::from_str::<serde_json::Value>(text).unwrap();
    assert!(validator.is_valid(&value(valid)));
    for (from, to) in [
        ("title: t", "titel: t"),
        ("{a: imap}", "{a: {imap: {lgoin: no}}}"),
        ("{a: imap}", "{a: http}"),
        ("{a: NOOP}", "{a: {raws: [x]}}"),
        ("{a: NOOP}", "{a: NOOP, interleave: some}"),
        ("[{a: NOOP}]", "[]"),
        ("[promise/imap-backup]", "[]"),
    ] {
        let text = valid.replace(from, to);
        assert!(!validator.is_valid(&value(&text)), "{text}");
    }
}
