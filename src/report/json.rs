//! The archive: a whole run as JSON, from which every other report can be made later.
//!
//! ```json
//! {
//!   "format": 1,
//!   "mailspec": "0.1.0",
//!   "target": { "name": "embedded", … },
//!   "scenarios": [ { "id": "imap/core/noop", "outcome": "pass", … } ],
//!   "exit": { "code": 0, "reason": "all 83 decided scenarios passed" }
//! }
//! ```

use serde::Deserialize;
use serde_json::Value;

use super::once;
use crate::outcome::{FORMAT, RunResult};

/// An archive that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no JSON, or not the JSON of an archive.
    #[error("not an archived run: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It has another layout.
    #[error("the archive has format {found}, this mailspec reads format {FORMAT}")]
    Format {
        /// The format that it claims.
        found: u64,
    },
}

/// The archive of a run.
pub fn render(run: &RunResult) -> String {
    let mut text =
        serde_json::to_string_pretty(run).expect("plain data with string keys is always written");
    text.push('\n');
    text
}

/// Reads an archive back, a small one too.
pub fn read(text: &str) -> Result<RunResult, ArchiveError> {
    #[derive(Deserialize)]
    struct Head {
        format: u64,
    }
    let head: Head = serde_json::from_str(text)?;
    if head.format != u64::from(FORMAT) {
        return Err(ArchiveError::Format { found: head.format });
    }
    let mut archive: Value = serde_json::from_str(text)?;
    if let Some(results) = archive.get_mut("scenarios").and_then(Value::as_array_mut) {
        once::recall(results);
    }
    Ok(serde_json::from_value(archive)?)
}

/// The JSON Schema (draft-07) of an archive.
pub fn schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<RunResult>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain data");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use pretty_assertions::assert_eq;

    #[test]
    fn an_archive_is_read_back_as_it_was() {
        let run = sample::run();
        assert_eq!(read(&render(&run)).unwrap(), run);
    }

    #[test]
    fn another_format_and_other_files_are_told_apart() {
        let newer = render(&sample::run()).replacen("\"format\": 1", "\"format\": 2", 1);
        let error = read(&newer).unwrap_err().to_string();
        assert_eq!(
            error,
            "the archive has format 2, this mailspec reads format 1"
        );
        let error = read("{\"a\": 1}").unwrap_err().to_string();
        assert!(
            error.starts_with("not an archived run: missing field `format`"),
            "{error}"
        );
        assert!(read("").is_err());
    }

    #[test]
    fn an_archive_satisfies_its_schema() {
        let schema = serde_json::from_str(&schema()).unwrap();
        let archive = serde_json::from_str(&render(&sample::run())).unwrap();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&archive)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        let mut broken = archive;
        broken["scenarios"][0]["outcome"] = "great".into();
        assert!(!validator.is_valid(&broken));
    }
}
