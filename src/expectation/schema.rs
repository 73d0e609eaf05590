//! The JSON Schema of expectation files, for editors. What it cannot say, `read` does.

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// What a server is known to do wrong.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct ExpectationFile {
    /// The entries. Several may speak of one scenario: each of its findings needs one.
    expectations: Vec<Entry>,
}

/// One thing that the server is known to do.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct Entry {
    /// The scenario's id without variant, or a glob: `pop3/lock/*`, `mixed/**`; `anywhere` for a
    /// rule that may be broken in whatever scenario checks it.
    scenario: String,
    /// Patterns on what stands in the id's brackets (`order=12*`, `!order=122`); left out: every
    /// variant.
    variant: Option<OneOrMore<String>>,
    /// Patterns on the target's name (`dovecot:*`, `!dovecot:lock`); left out: every target.
    target: Option<OneOrMore<String>>,
    /// What becomes of it; left out: `fail`. `[pass, fail]` is for what shows in some runs only.
    outcome: Option<OneOrMore<Outcome>>,
    /// The rules and requirements that are broken: all of them, and no others. A rule may have a
    /// pattern on the line that the server sent; `*` stands for anything.
    found: Option<OneOrMore<Found>>,
    /// A pattern on the reason, for the outcomes `error` and `not-applicable`.
    because: Option<String>,
    /// A pattern on lines of the server's log that tell of a crash: such a line does not fail the
    /// run if the entry came true. With it `outcome` may be `pass`.
    crash: Option<String>,
    /// Why this is so, with the sentence of the RFC that decides it.
    reason: String,
    /// Where it is followed up.
    link: Option<String>,
    /// The last day on which the entry counts, as 2027-06-30.
    until: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Found {
    Rule(String),
    WithOctets(BTreeMap<String, String>),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
enum Outcome {
    Pass,
    Fail,
    Error,
    NotApplicable,
}

/// The JSON Schema (draft-07) of expectation files.
pub fn json_schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft07()
        .into_generator()
        .into_root_schema_for::<ExpectationFile>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use snapbox::{assert_data_eq, file};

    #[test]
    fn the_committed_schema_is_this_one_and_takes_the_shipped_files() {
        let schema = serde_json::to_value(json_schema()).unwrap();
        let text = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
        assert_data_eq!(
            text,
            file!["../../reports/schema/expectations.schema.json"].raw()
        );
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let shipped = super::super::shipped("dovecot").unwrap();
        let mut tree: serde_json::Value = serde_yaml::from_str(&shipped.text).unwrap();
        assert!(validator.is_valid(&tree));
        tree["expectations"][0]["colour"] = "red".into();
        assert!(!validator.is_valid(&tree));
    }
}
