//! What an archive says once. A rule's sentence or the reason of an expectation belongs to hundreds
//! of results; a small archive has it at the first of them, and reading puts it back at the others.
//!
//! ```json
//! { "id": "a", "expected": [ { "line": 4, "reason": "no UIDNEXT" } ] }
//! { "id": "b", "expected": [ { "line": 4 } ] }
//! ```

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Items of a result that say the same if their key is the same.
struct Same {
    /// The list in which they stand.
    list: &'static str,
    /// The field that is their key.
    key: &'static str,
    /// True if it is one within its scenario only.
    in_scenario: bool,
    /// The fields that are said once.
    fields: &'static [&'static str],
}

const SAME: &[Same] = &[
    Same {
        list: "findings",
        key: "rule",
        in_scenario: false,
        fields: &["kind", "level", "grade", "citation", "sentence", "message"],
    },
    Same {
        list: "expected",
        key: "line",
        in_scenario: false,
        fields: &["reason", "link"],
    },
    Same {
        list: "observed",
        key: "line",
        in_scenario: true,
        fields: &["alternatives", "fact", "step"],
    },
];

/// Takes out of each result what one before it says already.
pub(super) fn forget(results: &mut [Value]) {
    said(results, |item, field, before| {
        if item.get(field) == Some(before) {
            item.remove(field);
        }
    });
}

/// Undoes [`forget`]: a field that is missing is as it was said first.
pub(super) fn recall(results: &mut [Value]) {
    said(results, |item, field, before| {
        if !item.contains_key(field) {
            item.insert(field.to_owned(), before.clone());
        }
    });
}

/// Calls `again` for each field whose value stood at an item of the same key before.
fn said(results: &mut [Value], again: impl Fn(&mut Map<String, Value>, &str, &Value)) {
    let mut told: HashMap<String, Value> = HashMap::new();
    for result in results {
        let id = result["id"].as_str().unwrap_or_default();
        let scenario = id.split('[').next().unwrap_or_default().to_owned();
        for same in SAME {
            let items = result.get_mut(same.list).and_then(Value::as_array_mut);
            for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
                let place = if same.in_scenario { &scenario } else { "" };
                let key = item.get(same.key).cloned().unwrap_or_default();
                for field in same.fields {
                    let place = format!("{place} {} {key} {field}", same.list);
                    match (told.get(&place), item.get(*field)) {
                        (Some(before), _) => again(item, field, before),
                        (None, Some(first)) => {
                            told.insert(place, first.clone());
                        }
                        (None, None) => {}
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn results() -> Vec<Value> {
        let finding = |rule: &str, message: &str| {
            let sentence = rule;
            json!({"rule": rule, "message": message, "sentence": sentence})
        };
        let known = |id: &str, line: u32, step: &str| {
            let observed = json!([{"line": 7, "step": step, "seen": "gone"}]);
            let expected = json!([{"line": line, "reason": "why"}]);
            json!({"id": id, "expected": expected, "observed": observed})
        };
        let (first, second) = (finding("one", "first"), finding("two", "first"));
        let (other, again) = (finding("one", "other"), finding("one", "first"));
        vec![
            json!({"id": "a[x=1]", "findings": [first, second]}),
            json!({"id": "a[x=2]", "findings": [other, again]}),
            known("b", 4, "LIST"),
            known("c[x=1]", 4, "NOOP"),
            known("c[x=2]", 5, "NOOP"),
        ]
    }

    #[test]
    fn what_is_the_same_is_said_once() {
        let mut short = results();
        forget(&mut short);
        assert_eq!(
            short[1]["findings"],
            json!([{"rule": "one", "message": "other"}, {"rule": "one"}])
        );
        assert_eq!(short[0], results()[0]);
        assert_eq!(short[3]["expected"], json!([{"line": 4}]));
        assert_eq!(short[3]["observed"], results()[3]["observed"]);
        assert_eq!(short[4]["expected"], results()[4]["expected"]);
        assert_eq!(short[4]["observed"], json!([{"line": 7, "seen": "gone"}]));
    }

    #[test]
    fn what_was_said_once_is_put_back() {
        let mut short = results();
        forget(&mut short);
        recall(&mut short);
        assert_eq!(short, results());
        recall(&mut short);
        assert_eq!(short, results());
    }
}
