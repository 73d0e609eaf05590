//! A file's tree to a checked [`Scenario`], with all mistakes of the file at once.

mod act;
mod chunk;
mod device;
mod header;
mod message;
pub(crate) mod reader;
mod step;
mod variants;
mod verb;
mod when;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::vars::Scope;
use super::{Actor, Device, Invalid, Place, Scenario, Source, Variable, node};
use crate::finding::requirement;
use device::DeviceState;
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
        devices: Vec::new(),
        device_states: Vec::new(),
        variables: Vec::new(),
        scope: Scope::default(),
        message_names: BTreeSet::new(),
        sessions: Vec::new(),
        steps: 0,
        expires: false,
        spliced: BTreeSet::new(),
        outcomes: BTreeMap::new(),
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
    devices: Vec<Device>,
    /// For each device, what its steps have done so far.
    device_states: Vec<DeviceState>,
    variables: Vec<Variable>,
    scope: Scope,
    /// Names of messages given or delivered anywhere, for uniqueness.
    message_names: BTreeSet<String>,
    /// For each actor, what its steps have done so far.
    sessions: Vec<Session>,
    steps: usize,
    /// True if the scenario is for servers that lose mail with time.
    expires: bool,
    /// Variables of `for` that are used.
    spliced: BTreeSet<String>,
    /// How many steps so far have an alternative of this name.
    outcomes: BTreeMap<String, usize>,
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
    fn splices(&self) -> Vec<(&str, Vec<&str>)> {
        self.variables
            .iter()
            .map(|variable| {
                let texts = variable.values.iter().map(|value| value.text.as_str());
                (variable.name.as_str(), texts.collect())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::{
        Action, Claim, Condition, Control, Deed, Template, TemplatePart, Verb, one_line, render,
    };
    use super::*;
    use crate::wire::Protocol;

    fn parse(text: &str) -> Result<Scenario, Invalid> {
        let source = Arc::new(Source {
            path: "x.yaml".into(),
            text: text.into(),
        });
        let known = Known {
            fixtures: ["plain", "multipart", "long-lines", "invoice"].into(),
            requirements: [
                "rfc1939-6-i2",
                "rfc1939-6-3",
                "rfc3501-5.2-3",
                "rfc2180-4.1.1-1",
                "promise/pop3-delete-is-global",
            ]
            .into(),
        };
        read(&source, "x", &known)
    }

    fn mistakes(text: &str) -> String {
        parse(text).map_or_else(|invalid| one_line(&invalid), |_| "none".into())
    }

    /// A scenario around these steps, the first of which stands on line 6.
    fn with_steps(steps: &str) -> String {
        format!(
            "title: t\ncovers: [rfc1939-6-3]\ngiven: {{INBOX: [plain]}}\n\
             actors: {{a: imap, b: pop3, c: smtp}}\nsteps:\n{steps}\n\
             \x20 - {{a: NOOP}}\n  - {{b: NOOP}}\n  - {{c: NOOP}}\n"
        )
    }

    #[test]
    fn the_first_example_of_the_language() {
        let scenario = parse(
            r#"
title: A message deleted over POP3 leaves an IMAP session that has INBOX selected
covers: [rfc1939-6-i2, rfc3501-5.2-3, promise/pop3-delete-is-global]
given:
  INBOX: [plain, multipart, long-lines]      # names of fixtures/messages
actors:
  laptop: imap
  shop: pop3
steps:
  - laptop: SELECT INBOX
    expect: ["* 3 EXISTS", OK]
  - shop: DELE 2
  - shop: QUIT
  - laptop: NOOP
    until: "* 2 EXPUNGE"
  - laptop: UID SEARCH ALL
    expect: ["* SEARCH ${plain.uid} ${long-lines.uid}", OK]
"#,
        )
        .map_err(|invalid| one_line(&invalid))
        .unwrap();
        assert_eq!(scenario.steps.len(), 5);
        assert_eq!(scenario.needs.accounts, 1);
        assert_eq!(scenario.given[0].messages[2].name, "long-lines");
        let protocols: Vec<_> = scenario.actors.iter().map(|actor| actor.protocol).collect();
        assert_eq!(protocols, [Protocol::Imap, Protocol::Pop3]);
        let Action::Act(act) = &scenario.steps[3].action else {
            panic!("step 4 is an act");
        };
        assert_eq!((act.actor, act.until.len()), (0, 1));
        let Deed::Commands(commands) = &act.deed else {
            panic!("step 4 is a command");
        };
        let noop = TemplatePart::Text("NOOP".into());
        assert_eq!(commands[..], [Template { parts: vec![noop] }]);
        let Place { start, end } = scenario.steps[0].place;
        assert_eq!(&scenario.source.text[start..end], "laptop: SELECT INBOX");
    }

    #[test]
    fn the_race_and_the_raw_example_of_the_language() {
        let scenario = parse(
            r#"
title: A message expunged over IMAP while a POP3 session deletes it is gone once
covers: [rfc1939-6-3, rfc2180-4.1.1-1]
given: {INBOX: [plain, multipart, long-lines]}
actors: {laptop: {imap: {select: INBOX}}, shop: pop3, a: {imap: {login: no}}}
steps:
  - laptop: UID STORE ${plain.uid} +FLAGS.SILENT (\Deleted)
  - shop: DELE 1
  - together:                               # branches run at once
      - [{laptop: EXPUNGE, expect: OK}]
      - - shop: QUIT
          any_of:
            removed: "+OK"
            already-gone: "-ERR"
  - check: INBOX holds exactly [multipart, long-lines]
  - a: {raw: ["A1 LOGIN ", {repeat: x, times: 70000}, " y\r\n"]}
    any_of: {refused: BAD, hung-up: "* BYE"}
  - probe: imap
"#,
        )
        .map_err(|invalid| one_line(&invalid))
        .unwrap();
        assert_eq!(scenario.actors[0].select.as_deref(), Some("INBOX"));
        assert!(!scenario.actors[2].login);
        let Action::Together { branches, .. } = &scenario.steps[2].action else {
            panic!("step 3 has branches");
        };
        let Action::Act(quit) = &branches[1][0].action else {
            panic!("QUIT is an act");
        };
        let names: Vec<_> = quit.any_of.iter().map(|any| any.name.as_str()).collect();
        assert_eq!(names, ["removed", "already-gone"]);
        let Action::Check(check) = &scenario.steps[3].action else {
            panic!("step 4 is a check");
        };
        let both = vec!["multipart".to_owned(), "long-lines".to_owned()];
        assert_eq!(check.claim, Claim::Exactly(both));
    }

    #[test]
    fn every_mistake_of_a_file_has_its_place() {
        let text = r#"title: Many mistakes
covers: [rfc1939-6-33, promise/pop3-delete-is-globl]
given:
  INBOX: [plain, plian, plain]
actors:
  laptop: imap
  shop: pop
  idle: imap
tag: [x]
steps:
  - laptp: NOOP
  - laptop: SELECT INBOX
    exepct: OK
  - laptop: UID FETCH ${plain.uuid} FLAGS
    expect: ["* 3 EXIST", "OK done"]
  - shop: QUIT
  - shop: QUIT
  - laptop: LOGOUT
  - laptop: NOOP
  - check: INBOX holds exactly [plian]
  - clock: 1d
"#;
        assert_eq!(
            mistakes(text),
            "\
x.yaml:2:10: unknown requirement `rfc1939-6-33` (did you mean `rfc1939-6-3`?)
x.yaml:2:24: unknown requirement `promise/pop3-delete-is-globl` \
(did you mean `promise/pop3-delete-is-global`?)
x.yaml:4:18: unknown message `plian` (did you mean `plain`?)
x.yaml:4:25: there is a message `plain` already \
(give this one another name: {message: plain, as: plain-2})
x.yaml:7:9: `pop` is no value of an actor (did you mean `pop3`?)
x.yaml:8:3: no step uses the actor `idle`
x.yaml:9:1: unknown key of a scenario `tag` (did you mean `tags`?)
x.yaml:11:5: unknown actor or key of a step `laptp` (did you mean `laptop`?)
x.yaml:13:5: unknown actor or key of a step `exepct` (did you mean `expect`?)
x.yaml:14:23: a message has no `uuid` (did you mean `uid`?)
x.yaml:15:19: `EXIST` is no response of IMAP (did you mean `EXISTS`?)
x.yaml:15:31: text for humans is never compared (did you mean `OK`?)
x.yaml:17:5: the connection of `shop` has ended with QUIT before (- shop: {connect: again})
x.yaml:19:5: the connection of `laptop` has ended with LOGOUT before \
(- laptop: {connect: again})
x.yaml:20:33: unknown message `plian` (did you mean `plain`?)
x.yaml:21:12: clock goes forward by a time: +13d, +2h, +30m"
        );
    }

    #[test]
    fn a_mistake_is_shown_in_its_line() {
        let text = with_steps("  - a: FETCH ${plan.uid} FLAGS");
        let invalid = parse(&text).unwrap_err();
        assert_eq!(
            render(&invalid, false),
            "\
error: there is no message `plan` at this step
 --> x.yaml:6:14
  |
6 |   - a: FETCH ${plan.uid} FLAGS
  |              ^^^^^^^^^^^
  |
  = help: did you mean `plain`?"
        );
        assert!(render(&invalid, true).contains("\u{1b}["));
    }

    #[test]
    fn steps_that_cannot_be_are_mistakes() {
        for (steps, mistake) in [
            (
                "  - {a: NOOP, b: NOOP}",
                "x.yaml:6:15: this step is about `a` already",
            ),
            ("  - {expect: OK}", "a step names an actor or an act"),
            (
                "  - {a: NOOP, expect: OK, until: OK}",
                "`expect` or `until`, not both",
            ),
            ("  - {a: NOOP, expect: +OK}", "a pattern of IMAP begins"),
            (
                "  - {a: {data: plain}}",
                "only smtp and lmtp actors send mail data",
            ),
            ("  - {a: {raw: [x], send: [x]}}", "an actor does one of"),
            ("  - {a: {raw: [{pause: 5s}]}}", "`raw` is written at once"),
            (
                "  - {a: {disconnect: now}}",
                "`now` is no value of disconnect",
            ),
            (
                "  - {a: {await: closed}, expect: OK}",
                "sends nothing, so it has no `expect`",
            ),
            ("  - {a: NOOP, within: 5}", "within is a time"),
            (
                "  - {a: NOOP, interleave: all}",
                "`interleave` stands beside `together`",
            ),
            ("  - {a: \"x ${y\"}", "x.yaml:6:12: `${` without a `}`"),
            ("  - {a: \"x ${y:litral}\"}", "(did you mean `literal`?)"),
            (
                "  - {a: NOOP, expect: \"* ${plain:number} EXISTS\"}",
                "means something else",
            ),
            (
                "  - {check: INBOX has nothing}",
                "this claim cannot be read",
            ),
            (
                "  - {check: INBOX is empty, expect: OK}",
                "`check` has no `expect`",
            ),
            ("  - {deliver: plain}", "there is a message `plain` already"),
            (
                "  - {deliver: {message: invoice, to: 10}}",
                "to is a number from 1 to 9",
            ),
            (
                "  - {deliver: {message: invoice, flags: [x]}}",
                "only `via: append` sets flags",
            ),
            ("  - {server: reboot}", "`reboot` is no value of server"),
            ("  - {together: [[{a: NOOP}]]}", "at least two branches"),
            (
                "  - {together: [[{a: NOOP}], [{a: NOOP}]]}",
                "acts in another branch already",
            ),
            (
                "  - {a: NOOP, any_of: {x: OK}}",
                "names at least two alternatives",
            ),
            ("  - {a: NOOP, a: NOOP}", "`a` stands here twice"),
            (
                "  - {a: [NOOP, \"\"]}",
                "a command is one line that is not empty",
            ),
            ("  - {a: SEARCH, expect: [* SEARCH]}", "stands in quotes"),
        ] {
            let found = mistakes(&with_steps(steps));
            assert!(found.contains(mistake), "{steps}: {found}");
        }
    }

    #[test]
    fn steps_that_can_be_are_none() {
        for steps in [
            "  - {a: [NOOP, CHECK], expect: [OK, OK]}",
            "  - {a: NOOP, only: [\"* 1 EXISTS\"], never: closed, within: 2m}",
            "  - {a: NOOP, in_order: [\"* 1 EXISTS\", \"* 1 RECENT\"]}",
            "  - {a: LOGOUT}\n  - {a: {await: closed}}\n  - {a: {connect: again}}",
            "  - {a: {send: [\"a \", {pause: 50ms}, {octets: '\\xff\\r\\n'}]}}",
            "  - {a: {disconnect: half}}\n  - {a: {connect: again}}",
            "  - {c: {data: {message: plain, as: sent}}}",
            "  - {a: \"APPEND INBOX ${plain.body:literal+}\"}",
            "  - {a: NOOP, expect: \"* ${n:number} EXISTS\"}\n  - {a: \"FETCH ${n} UID\"}",
            "  - {together: [[{a: NOOP}], [{a: NOOP}]], interleave: all}",
            "  - {check: {that: INBOX is empty, account: 2}}\n  - {a: \"X ${user2} ${password1}\"}",
            "  - {deliver: {message: invoice, as: bill, via: append, flags: [\\Seen, $x]}}\n  \
             - {check: \"INBOX lacks [bill]\"}",
            "  - {server: kill}",
            "  - {clock: +13d}",
        ] {
            assert_eq!(mistakes(&with_steps(steps)), "none", "{steps}");
        }
    }

    /// A scenario of devices around these steps, the first of which stands on line 7.
    fn with_devices(steps: &str) -> String {
        format!(
            "title: t\ncovers: [rfc1939-6-3]\ngiven: {{INBOX: [plain, multipart]}}\n\
             devices: {{pc: {{pop3: {{leave_on_server: [14d, until deleted]}}}},\n  phone: imap, \
             web: webmail}}\nsteps:\n{steps}\n  - all: check mail\n"
        )
    }

    #[test]
    fn devices_are_read_with_their_policies() {
        let text = with_devices(
            "  - phone: sees {INBOX: [plain: read, multipart], Sent: []}   # a word\n  \
             - {pc: {holds: [plain]}}\n  - web: move plain to Work/2026\n  - clock: +15d",
        );
        let scenario = parse(&text).map_err(|invalid| one_line(&invalid)).unwrap();
        let programs: Vec<_> = scenario
            .devices
            .iter()
            .map(|d| d.program.to_string())
            .collect();
        let expected = [
            "POP3, leaves mail on the server for 14 days, or until deleted here",
            "IMAP",
            "webmail",
        ];
        assert_eq!(programs, expected);
        let Action::Device(step) = &scenario.steps[0].action else {
            panic!("step 1 is a device's");
        };
        let Verb::Sees(sights) = &step.verb else {
            panic!("step 1 is about what the phone sees");
        };
        let sights: Vec<_> = sights.iter().map(ToString::to_string).collect();
        assert_eq!(sights, ["INBOX: [plain: read, multipart]", "Sent: []"]);
        let Action::Device(step) = &scenario.steps[4].action else {
            panic!("step 5 is of all devices");
        };
        assert_eq!(step.devices, [0, 1, 2]);
        let protocols: Vec<_> = scenario.protocols().into_iter().collect();
        assert_eq!(protocols, [Protocol::Imap, Protocol::Pop3]);
    }

    #[test]
    fn what_devices_cannot_do_is_a_mistake() {
        for (step, mistake) in [
            (
                "phone: sees {INBOX: [plian]}",
                "7:26: unknown message `plian` (did you mean `plain`?)",
            ),
            (
                "phone: sees {INBOX: [plain: red]}",
                "7:33: `red` is no value of a mark (did you mean `read`?)",
            ),
            (
                "phone: chek mail",
                "7:12: a device does no such thing (did you mean `check mail`?)",
            ),
            (
                "phone: delete plian",
                "7:19: unknown message `plian` (did you mean `plain`?)",
            ),
            ("phone: {seas: {INBOX: []}}", "(did you mean `sees`?)"),
            (
                "phne: check mail",
                "7:5: unknown actor or key of a step `phne` (did you mean `phone`?)",
            ),
            (
                "pc: sees {Sent: []}",
                "pc sees INBOX and nothing else, not Sent",
            ),
            ("pc: sees {INBOX: [plain: read]}", "POP3 has no flags"),
            (
                "pc: move plain to Work",
                "only imap devices and webmail flag, move and copy messages",
            ),
            ("web: holds [plain]", "webmail keeps no copies"),
            (
                "web: goes offline",
                "only imap devices go offline and return",
            ),
            ("phone: returns", "phone is not offline"),
            (
                "{phone: goes offline}\n  - {phone: check mail}",
                "8:13: phone is offline",
            ),
            (
                "{phone: check mail, expect: OK}",
                "a device's step has no `expect`",
            ),
            (
                "together: [[{pc: check mail}], [{pc: check mail}]]",
                "acts in another branch already",
            ),
        ] {
            let found = mistakes(&with_devices(&format!(
                "  - {step}\n  - {{phone: check mail}}"
            )));
            assert!(found.contains(mistake), "{step}: {found}");
        }
        let header = |devices: &str| {
            mistakes(&format!(
                "title: t\ncovers: [rfc1939-6-3]\ndevices: {{{devices}}}\nsteps:\n- a: check mail\n"
            ))
        };
        for (devices, mistake) in [
            (
                "a: webmial",
                "`webmial` is no value of a device (did you mean `webmail`?)",
            ),
            (
                "a: {pop3: {leave_on_server: 14h}}",
                "`14h` is no value of leave_on_server",
            ),
            (
                "a: {pop3: {delete: after download, leave_on_server: 1d}}",
                "not both",
            ),
            ("a: imap, b: imap", "no step uses the device `b`"),
            ("a: imap, all: imap", "`all` cannot be the name of a device"),
        ] {
            let found = header(devices);
            assert!(found.contains(mistake), "{devices}: {found}");
        }
    }

    #[test]
    fn what_steps_use_is_needed() {
        let text = with_steps("  - {server: kill}\n  - {deliver: {message: invoice, to: 2}}\n")
            .replace(
                "a: imap,",
                "a: {imap: {tls: implicit, enable: [CONDSTORE]}},",
            );
        let needs = parse(&text).unwrap().needs;
        assert_eq!(needs.control, [Control::Kill]);
        assert_eq!(needs.accounts, 2);
        assert!(needs.tls);
        let names: Vec<_> = needs.capabilities.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["CONDSTORE", "ENABLE"]);
    }

    #[test]
    fn variants_are_checked_with_each_value() {
        let text = with_steps("  - {a: \"${command}\", expect: \"${reply}\"}");
        let with = |values: &str| mistakes(&format!("for: {values}\n{text}"));
        assert_eq!(
            with("{command: [NOOP, CHECK], reply: [OK, \"* 1 EXISTS\"]}"),
            "none"
        );
        let wrong = with("{command: [NOOP], reply: [OK, FINE]}");
        assert!(wrong.contains("in the variant `FINE`"), "{wrong}");
        let unused = with("{command: [NOOP], reply: [OK], third: [x]}");
        assert!(unused.contains("1:37: no step uses `${third}`"), "{unused}");
        assert_eq!(
            with(
                "{command: [\"FETCH ${plain.seq} UID\"], reply: [\"* 1 FETCH (UID ${plain.uid})\"]}"
            ),
            "none"
        );
        let unknown =
            with("{command: [\"FETCH ${plan.seq} UID\"], reply: [\"* ${plain.uuid} EXPUNGE\"]}");
        assert!(unknown.contains("there is no message `plan`"), "{unknown}");
        assert!(unknown.contains("a message has no `uuid`"), "{unknown}");
        let nested = with("{command: [NOOP, \"${reply}\"], reply: [OK]}");
        assert!(
            nested.contains("`${reply}` holds another variable"),
            "{nested}"
        );
    }

    #[test]
    fn values_may_have_names_and_needs() {
        let text = with_steps("  - {a: \"${removal}\"}");
        let with = |values: &str| format!("for: {{removal: {values}}}\n{text}");
        let move_it = "{text: \"MOVE 1 x\", needs: {imap: [MOVE]}}";
        let scenario = parse(&with(&format!("{{expunge: EXPUNGE, move: {move_it}}}"))).unwrap();
        let values = &scenario.variants[0].values;
        let labels: Vec<_> = values.iter().map(|value| value.label.as_str()).collect();
        assert_eq!(labels, ["expunge", "move"]);
        assert_eq!(values[0].text, "EXPUNGE");
        assert_eq!(values[1].needs[0].name, "MOVE");
        assert!(scenario.needs.capabilities.is_empty());
        for (values, mistake) in [
            ("{}", "at least one value"),
            ("{move: {needs: {imap: [MOVE]}}}", "`move` has no `text`"),
            (
                "{move: {text: x, needs: {delivery: yes}}}",
                "unknown key of the needs",
            ),
        ] {
            let found = mistakes(&with(values));
            assert!(found.contains(mistake), "{values}: {found}");
        }
    }

    #[test]
    fn when_asks_for_outcomes_and_values() {
        let answer = "  - {a: \"${way}\", any_of: {done: OK, refused: \"NO\"}}\n";
        let with = |steps: &str| {
            let text = with_steps(&format!("{answer}{steps}"));
            format!("for: {{way: {{x: EXPUNGE, y: CLOSE}}}}\n{text}")
        };
        let steps = "  - {when: done, then: [{check: INBOX is empty}], else: [{a: NOOP}]}\n  \
                     - when: [refused, {way: [x, y]}]\n    \
                     then: [{when: {way: x}, then: [{b: STAT}]}]";
        let scenario = parse(&with(steps)).unwrap();
        let Action::When {
            conditions,
            then,
            otherwise,
        } = &scenario.steps[1].action
        else {
            panic!("step 2 is conditional");
        };
        assert_eq!(conditions[..], [Condition::Seen("done".into())]);
        assert_eq!((then.len(), otherwise.len()), (1, 1));
        for (steps, mistake) in [
            ("{when: dune, then: [{a: NOOP}]}", "(did you mean `done`?)"),
            (
                "{when: {wey: x}, then: [{a: NOOP}]}",
                "(did you mean `way`?)",
            ),
            ("{when: {way: z}, then: [{a: NOOP}]}", "unknown value `z`"),
            ("{when: done}", "`when` has `then` beside it"),
            (
                "{a: NOOP, then: [{a: NOOP}]}",
                "`then` stands beside `when`",
            ),
            (
                "{when: done, expect: OK, then: []}",
                "`when` has no `expect`",
            ),
            (
                "{together: [[{a: NOOP}], [{when: done, then: [{b: NOOP}]}]]}",
                "has no `when`",
            ),
            (
                "{when: done, then: [{together: [[{a: NOOP}], [{b: NOOP}]]}]}",
                "`together` stands in no",
            ),
            (
                "{when: done, then: [{a: LOGOUT}]}\n  - {a: NOOP}",
                "has ended with LOGOUT",
            ),
            (
                "{a: NOOP, any_of: {done: OK, no: \"NO\"}}\n  - {when: done, then: [{a: X}]}",
                "more than one step before this",
            ),
        ] {
            let found = mistakes(&with(&format!("  - {steps}")));
            assert!(found.contains(mistake), "{steps}: {found}");
        }
    }

    #[test]
    fn the_examples_of_the_reference_page_are_valid() {
        let page = include_str!("../../../docs/scenario-language.md");
        let blocks = page.split("```yaml\n").skip(1);
        let steps: Vec<&str> = blocks
            .filter_map(|block| block.split("```").next())
            .filter(|block| block.starts_with("- "))
            .collect();
        assert!(steps.len() >= 4);
        for steps in steps {
            let text = format!(
                "title: t\ncovers: [rfc1939-6-3]\ngiven: {{INBOX: [plain]}}\n\
                 actors: {{laptop: imap, a: imap, shop: pop3}}\nsteps:\n{steps}\
                 - {{a: {{connect: again}}}}\n- {{laptop: {{connect: again}}}}\n\
                 - {{shop: {{connect: again}}}}\n"
            );
            assert_eq!(mistakes(&text), "none", "{steps}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(
            noise in "[-a-z:{}\\[\\]\"'*&!|>$#%@ \n\t~,.üß0-9\\\\]{0,80}",
            at in 0usize..200,
        ) {
            let step = "  - {a: \"FETCH ${plain.uid} x\", expect: [\"* 1 EXISTS\"]}";
            let mut text = with_steps(step);
            let at = at.min(text.len());
            text.insert_str(at, &noise);
            if let Err(invalid) = parse(&text) {
                proptest::prop_assert!(!invalid.diagnostics.is_empty());
                render(&invalid, false);
            }
        }
    }
}
