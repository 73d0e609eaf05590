//! The JSON Schema of target files, for editors.

use schemars::{Schema, json_schema};

/// The JSON Schema of target files.
pub fn target_file_schema() -> Schema {
    let text = |description: &str| json_schema!({"type": "string", "description": description});
    let command = |name: &str, does: &str| {
        let description = format!(
            "{does} A command for /bin/sh, run in the folder of this file; it reads one line of \
             JSON, {{\"hook\": \"{name}\", …}}."
        );
        json_schema!({"type": "string", "description": description})
    };
    let names = json_schema!({"type": "array", "items": {"type": "string"}});
    json_schema!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "mailspec target",
        "description": "A server that runs already, and what mailspec may do there.",
        "type": "object",
        "additionalProperties": false,
        "required": ["endpoints"],
        "anyOf": [{"required": ["accounts"]}, {"required": ["hooks"]}],
        "properties": {
            "name": text("The name in reports; by default the file's name."),
            "endpoints": {
                "description": "Where it answers: imap://host:143, imaps://, imap+starttls://, \
                                and so for pop3, smtp and lmtp. The port may be left out; \
                                an IPv6 address stands in brackets.",
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "pattern": "^[a-zA-Z0-9+]+://"}
            },
            "tls": {
                "description": "How certificates are checked.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "authorities": text(
                        "A PEM file of authorities to trust, beside this file; by default those \
                         of the operating system."
                    ),
                    "insecure": {"type": "boolean", "description": "True: nobody checks them."}
                }
            },
            "accounts": {
                "description": "Accounts made for testing, each with an empty INBOX.",
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["user", "password"],
                    "properties": {
                        "user": text("Login name."),
                        "password": text("Password."),
                        "address": text(
                            "Address for delivery; by default the login name, at the delivery \
                             endpoint's host if need be."
                        )
                    }
                }
            },
            "hooks": {
                "description": "Commands that do on the server what no protocol can.",
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "create": command(
                        "create",
                        "Makes an account and prints {\"user\": …, \"password\": …, \
                         \"address\": …}; address may be left out."
                    ),
                    "reset": command("reset", "Empties an account."),
                    "delete": command("delete", "Removes an account that create made."),
                    "restart": command("restart", "Stops the server in good order, and starts it."),
                    "kill": command("kill", "Kills the server at once, and starts it."),
                    "stop": command("stop", "Stops the server."),
                    "start": command("start", "Starts the server after stop."),
                    "backup": command("backup", "Saves all mail of the server."),
                    "restore": command("restore", "Puts what backup saved in its place."),
                    "clock": command("clock", "Puts the server's clock \"seconds\" forward."),
                    "limit": text("How long each may take: 500ms, 5s, 2m; by default 30s.")
                }
            },
            "capabilities": {
                "description": "What the server can and does not advertise.",
                "type": "object",
                "additionalProperties": false,
                "properties": {"imap": names, "pop3": names, "smtp": names, "lmtp": names}
            },
            "propagation_limit": text(
                "How long a change may take to reach other sessions: 500ms, 5s, 2m."
            ),
            "retention": text(
                "What it does with popped and with old mail: strict (the default), \
                 hide-on-delete, pop-once, archive-on-pop, expire-DAYS, auto-expunge-DAYS."
            ),
            "allow_non_empty": {
                "description": "Work in mailboxes that are not empty, and leave what was there \
                                alone.",
                "type": "boolean"
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::profile::{ACCOUNT_KEYS, HOOK_KEYS, KEYS, PROTOCOLS, TLS_KEYS};
    use super::*;

    const EXAMPLES: [&str; 2] = [
        include_str!("../../fixtures/targets/example.yaml"),
        include_str!("../../fixtures/targets/hooks.yaml"),
    ];

    #[test]
    fn the_schema_accepts_the_examples_and_refuses_an_unknown_key() {
        let schema = serde_json::to_value(target_file_schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for example in EXAMPLES {
            let example: serde_json::Value = serde_yaml::from_str(example).unwrap();
            assert!(validator.is_valid(&example));
            let mut other = example;
            other["colour"] = "red".into();
            assert!(!validator.is_valid(&other));
        }
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = serde_json::to_value(target_file_schema()).unwrap();
        let table = [
            ("/properties", KEYS),
            ("/properties/tls/properties", TLS_KEYS),
            ("/properties/accounts/items/properties", ACCOUNT_KEYS),
            ("/properties/hooks/properties", HOOK_KEYS),
            ("/properties/capabilities/properties", PROTOCOLS),
        ];
        for (pointer, keys) in table {
            let properties = schema.pointer(pointer).unwrap().as_object().unwrap();
            let mut keys = keys.to_vec();
            keys.sort_unstable();
            let mut there: Vec<&str> = properties.keys().map(String::as_str).collect();
            there.sort_unstable();
            assert_eq!(there, keys, "{pointer}");
        }
    }
}
