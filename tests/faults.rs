//! Proves the prover: each fault of the embedded server is caught by the scenario and the rule
//! named for it. That nothing is found without a fault is `tests/scenarios.rs`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mailspec::outcome::{Outcome, RunResult, ScenarioResult};
use mailspec::run::{self, Options, Progress};
use mailspec::scenario::select::select;
use mailspec::scenario::{Library, Messages};
use mailspec::server::Fault;
use mailspec::target::{Spec, Target};

/// Fault, scenario (or one variant of it), and the requirement or rule that it breaks there.
#[rustfmt::skip]
const CAUGHT: &[(&str, &str, &str)] = &[
    ("ack-before-fsync", "mixed/restart/delivered-mail-survives-a-kill", "promise/imap-backup"),
    ("appenduid-wrong-on-empty-mailbox", "imap/ext/uidplus/copyuid-names-the-copies", "rfc4315-3-i1"),
    ("condstore-change-without-modseq", "imap/ext/qresync/vanished-since", "rfc7162-3.2.5.1-3"),
    ("condstore-highestmodseq-constant", "imap/ext/condstore/unchangedsince-leaves-changed-messages", "rfc7162-3.1.3-3"),
    ("copy-deduplicates", "mixed/uidl/copy-in-inbox-has-its-own", "rfc1939-7-i5"),
    ("copy-loses-keywords", "imap/core/copy-keeps-keywords", "rfc3501-6.4.7-1"),
    ("copy-resets-date", "imap/core/copy-keeps-the-date", "rfc3501-6.4.7-1"),
    ("dedup-purge-loses-live-body", "imap/core/expunge-spares-equal-messages", "rfc3501-6.4.5-1"),
    ("delete-removes-children", "imap/core/delete-with-children", "rfc3501-6.3.4-i3"),
    ("expunge-stops-at-limit", "imap/core/expunge-removes-many", "rfc3501-6.4.3-i1"),
    ("expunged-message-resurrects", "mixed/restart/deletion-survives-a-kill", "rfc1939-6-i2"),
    ("flag-update-lost-on-concurrent-delivery", "mixed/flags/delivery-leaves-flags", "rfc3501-2.3.2-i3"),
    ("from-line-splits-message", "lmtp/core/from-line-is-text", "rfc5321-4.1.1.4-6"),
    ("move-leaves-original", "imap/ext/move/pipelined-moves", "rfc6851-3.3-3"),
    ("recent-for-every-session", "imap/sessions/recent-for-one-session", "rfc3501-2.3.2-i1"),
    ("rename-forgets-children", "imap/core/rename-takes-children-along", "rfc3501-6.3.5-1"),
    ("rename-inbox-uidnext-stale", "imap/core/renamed-inbox-goes-on-counting", "rfc3501-6.3.5-i2"),
    ("retention-deletes-same-message-id", "imap/ext/condstore/new-message-is-highest", "rfc7162-3.1-i1"),
    ("stored-message-truncated-at-buffer", "pop3/core/retr-of-a-large-message", "rfc1939-3-i3"),
    ("subscription-dies-with-mailbox", "imap/core/subscription-outlives-its-mailbox", "rfc3501-6.3.6-2"),
    ("tombstone-leaks-into-recreated-mailbox", "imap/core/deleted-mailbox-leaves-nothing", "rfc3501-6.3.4-i1"),
    ("uid-reused-after-expunge-last", "imap/core/uidnext-moves-with-new-mail", "rfc3501-2.3.1.1-5"),
    ("uidl-reused-when-emptied", "pop3/uidl/not-reused-when-emptied", "rfc1939-7-8"),
    ("uidvalidity-changes-on-restart", "pop3/uidl/survives-a-restart", "rfc1939-7-i5"),
    ("uidvalidity-reused-on-recreate", "imap/core/renamed-name-repeats-no-uids", "rfc3501-6.3.5-4"),
    ("unchangedsince-ignored", "imap/ext/condstore/unchangedsince-leaves-changed-messages", "rfc7162-3.1.3-3"),
    ("unseen-count-drifts", "imap/core/copy-keeps-keywords", "rfc3501-6.4.7-1"),
    ("append-ignores-date", "imap/core/append-keeps-the-date", "rfc3501-6.4.5-1"),
    ("append-ignores-flags", "imap/core/append-keeps-the-flags", "rfc3501-6.3.11-6"),
    ("case-sensitive-keywords", "imap/core/commands-ignore-case[command=noop]", "rfc3501-6.1.2-i1"),
    ("close-sends-expunge", "imap/core/close-removes-silently", "rfc3501-6.4.2-i1"),
    ("condstore-modseq-not-enabled", "imap/ext/condstore/no-mod-sequences-unasked", "rfc7162-3.1-4"),
    ("copyuid-source-uidvalidity", "mixed/inbox-only/moved-back-is-seen-again", "uidplus-uidvalidity-differs"),
    ("enable-says-nothing", "imap/ext/enable/condstore", "rfc5161-3.1-4"),
    ("envelope-raw-utf8-in-quoted", "imap/core/fetch-gives-the-message-as-stored", "imap-text-8bit"),
    ("envelope-space-between-addresses", "imap/core/fetch-gives-the-message-as-stored", "imap-envelope"),
    ("esearch-answered-by-search", "imap/ext/esearch/return-options", "rfc4731-3.1-6"),
    ("examine-says-read-write", "imap/core/examine-changes-nothing", "imap-examine-not-read-only"),
    ("examine-sets-seen", "imap/core/examine-changes-nothing", "rfc3501-6.3.2-3"),
    ("exists-ignores-pending-expunge", "imap/sessions/expunge-and-arrival-between-commands", "imap-fetch-out-of-range"),
    ("exists-shrinks-without-expunge", "imap/core/search-by-number", "imap-exists-shrank"),
    ("expunge-numbers-not-renumbered", "imap/core/expunge-tells-each-message", "imap-expunge-out-of-range"),
    ("expunge-sent-during-fetch", "imap/sessions/store-of-an-expunged-message", "rfc2180-4.2.2-1"),
    ("failed-select-keeps-mailbox", "imap/core/failed-select-leaves-nothing-selected", "rfc3501-6.3.1-i2"),
    ("fetch-before-exists", "imap/core/uid-is-never-reused", "imap-fetch-out-of-range"),
    ("fetch-cache-returns-previous-message", "imap/core/uids-survive-the-session", "rfc3501-2.3.1.1-2"),
    ("fetch-dummy-body-after-pop3-delete", "imap/sessions/expunged-message-may-still-be-fetched", "rfc2180-4.1.1-1"),
    ("fetch-nstring-as-atom", "imap/core/message-data-never-change", "imap-envelope"),
    ("fetch-uses-global-seqnum", "imap/sessions/numbers-hold-until-expunge-is-told", "rfc3501-7.4.1-i1"),
    ("flags-stale-between-sessions", "imap/core/flags-changed-elsewhere-are-fetched", "rfc3501-2.3.2-i3"),
    ("flags-trailing-space", "imap/core/search-keys", "imap-spacing"),
    ("header-fields-drops-folded-lines", "imap/core/header-fields-are-whole", "rfc3501-6.4.5-1"),
    ("idle-misses-expunge", "imap/sessions/idle-is-told-of-expunge", "rfc2177-3-i2"),
    ("idle-one-event-late", "imap/sessions/idle-is-told-of-new-mail", "rfc2177-3-i2"),
    ("imap-pipelined-move-loses-expunge", "imap/ext/move/pipelined-moves", "rfc6851-3.3-3"),
    ("leading-star-means-first", "imap/core/uid-ranges[set=*:1]", "rfc9051-6.4.9-i1"),
    ("list-escape-corrupts-names", "imap/core/names-with-special-characters[name=a^b]", "rfc3501-6.3.8-3"),
    ("list-status-missing-for-parent", "imap/ext/list-status/mailbox-with-children", "rfc5819-2-1"),
    ("literal-length-off-by-one", "imap/core/peek-leaves-seen", "imap-fetch-item"),
    ("logout-expunges", "imap/core/leaving-removes-nothing[command=LOGOUT]", "rfc3501-6.4.2-i4"),
    ("logout-without-bye", "imap/ext/id/answers", "imap-logout-without-bye"),
    ("modified-not-told", "imap/ext/condstore/unchangedsince-leaves-changed-messages", "rfc7162-3.1.3-3"),
    ("mutf7-ampersand-broken", "imap/core/names-with-special-characters[name=R&-D]", "rfc3501-6.3.8-3"),
    ("partial-fetch-past-end-garbage", "imap/core/partial-fetch-behind-the-end[from=100000]", "rfc3501-7.4.2-3"),
    ("peek-sets-seen", "imap/core/peek-leaves-seen", "rfc3501-6.4.5-i1"),
    ("pipelined-store-expunge-reordered", "imap/core/store-then-expunge-at-once", "rfc3501-5.5-5"),
    ("qresync-match-data-wrong", "imap/ext/qresync/vanished-since", "rfc7162-3.2.5.1-3"),
    ("qresync-sends-expunge", "imap/ext/qresync/vanished-instead-of-expunge", "rfc7162-3.2.10-1"),
    ("search-duplicates-multi-flag", "imap/core/search-names-each-message-once", "rfc3501-6.4.4-2"),
    ("search-empty-trailing-space", "imap/sessions/recent-for-one-session", "imap-spacing"),
    ("search-modseq-exclusive", "imap/ext/condstore/search-by-mod-sequence", "rfc7162-3.1.5-3"),
    ("search-not-set-wrong", "imap/core/search-by-number", "rfc3501-6.4.4-2"),
    ("search-seqset-as-uid", "imap/core/search-by-number", "rfc3501-6.4.4-2"),
    ("select-double-counts-pending", "imap/sessions/idle-is-told-of-new-mail", "imap-uid-not-below-uidnext"),
    ("size-counts-bare-lf", "imap/core/message-data-never-change", "imap-size-differs-from-body"),
    ("special-use-wrong-attribute", "imap/ext/special-use/attributes-are-no-flags", "rfc6154-2-4"),
    ("spurious-continuation", "imap/ext/literal-plus/needs-no-wait", "rfc7888-3-3"),
    ("starttls-advertised-not-working", "imap/ext/starttls/gone-under-tls", "rfc3501-6.2.1-3"),
    ("status-counts-all-unseen", "imap/core/status-counts", "rfc3501-6.3.10-1"),
    ("store-no-untagged-seen", "imap/core/store-answers-with-the-flags", "rfc3501-6.4.6-i1"),
    ("store-silent-replaces-flags", "imap/sessions/own-silent-store-hides-nothing-else", "rfc3501-6.4.6-2"),
    ("tagged-response-bare-lf", "imap/ext/id/answers", "imap-line-end"),
    ("uid-expunge-ignores-set", "imap/ext/uidplus/uid-expunge-takes-only-the-set", "rfc4315-2.1-i2"),
    ("uid-expunge-star-range-misses", "imap/ext/uidplus/uid-expunge-to-the-last", "rfc4315-2.1-i2"),
    ("uid-fetch-without-uid", "imap/ext/uidplus/appenduid-names-the-message", "rfc4315-3-i1"),
    ("uid-search-gives-numbers", "imap/core/uid-is-never-reused", "rfc9051-2.3.1.1-11"),
    ("uidnext-stale", "imap/core/search-by-number", "imap-uidnext-too-low"),
    ("unselect-expunges", "imap/core/unselect-removes-nothing", "rfc3691-2-i1"),
    ("pop3-answer-after-quit", "pop3/lock/quit-gives-it-up", "pop3-after-quit"),
    ("pop3-auth-cancel-ignored", "pop3/ext/auth-cancelled", "rfc5034-4-4"),
    ("pop3-auth-plain-no-ir-broken", "pop3/ext/auth-plain", "rfc5034-4-5"),
    ("pop3-bare-lf-dot-truncates", "pop3/core/line-ends-without-cr", "rfc1939-3-i3"),
    ("pop3-bare-lf-reply", "pop3/ext/stls", "pop3-line-end"),
    ("pop3-capa-double-space", "pop3/ext/capa-in-both-states", "pop3-capa-syntax"),
    ("pop3-challenge-not-base64", "pop3/ext/auth-plain", "pop3-challenge-syntax"),
    ("pop3-dele-commits-without-quit", "pop3/lock/lost-connection-gives-it-up", "rfc1939-6-i3"),
    ("pop3-dele-invisible-to-imap", "mixed/deletion/pop3-quit-reaches-selected-imap", "rfc1939-6-i2"),
    ("pop3-dele-ok-readonly", "mixed/deletion/flagged-message-goes-too", "rfc1939-6-i2"),
    ("pop3-dele-removes-copies", "mixed/deletion/move-out-of-inbox-under-open-pop3", "rfc6851-3.3-3"),
    ("pop3-dele-removes-wrong-message", "mixed/deletion/imap-expunge-keeps-pop3-numbers", "rfc1939-4-i4"),
    ("pop3-delete-not-in-modseq", "mixed/deletion/pop3-quit-vanishes-for-qresync", "rfc7162-3.2-1"),
    ("pop3-disconnect-on-bad-arg", "pop3/core/malformed-commands-are-refused[command=DELE]", "rfc1939-3-5"),
    ("pop3-double-dele-counts-twice", "pop3/core/marked-messages-cannot-be-named[command=DELE 1]", "rfc1939-5-i6"),
    ("pop3-double-ok", "pop3/lock/refusal-says-in-use", "pop3-unasked-reply"),
    ("pop3-duplicate-uidl", "pop3/uidl/differs-for-identical-messages", "rfc1939-7-i5"),
    ("pop3-empty-uidl-disconnect", "pop3/core/empty-maildrop", "rfc1939-5-i5"),
    ("pop3-greeting-negative", "pop3/ext/stls", "pop3-greeting-not-positive"),
    ("pop3-keywords-case-sensitive", "pop3/core/keywords-ignore-case[command=Stat]", "rfc1939-3-i2"),
    ("pop3-list-shows-deleted", "pop3/core/marked-messages-are-not-listed", "rfc1939-5-i2"),
    ("pop3-listing-with-tab", "pop3/core/list-gives-exact-sizes", "rfc1939-5-9"),
    ("pop3-lock-outlives-connection", "pop3/core/over-long-line-is-refused", "rfc1939-3-5"),
    ("pop3-long-reply", "pop3/ext/stls", "pop3-line-length"),
    ("pop3-marked-message-served", "pop3/core/marked-messages-cannot-be-named[command=LIST 1]", "rfc1939-5-i6"),
    ("pop3-msgno-overflow", "pop3/core/numbers-are-read-whole[command=DELE 1x]", "rfc1939-3-5"),
    ("pop3-negative-index", "pop3/core/malformed-commands-are-refused[command=RETR -1]", "rfc1939-3-5"),
    ("pop3-no-dot-stuffing", "pop3/core/retr-gives-every-octet", "promise/pop3-last-copy"),
    ("pop3-no-exclusive-lock", "pop3/lock/second-session-is-refused", "rfc1939-4-3"),
    ("pop3-numbers-shift", "pop3/core/marked-messages-are-not-listed", "rfc1939-5-i2"),
    ("pop3-pass-without-user", "pop3/core/pass-needs-user", "rfc1939-7-12"),
    ("pop3-pipelined-retr-interleaved", "pop3/ext/pipelined-retrievals", "rfc2449-6.6-1"),
    ("pop3-quit-expunges-new-arrivals", "mixed/arrival/quit-spares-new-mail", "rfc1939-6-3"),
    ("pop3-quit-no-reply", "mixed/flags/top-is-no-reading", "promise/imap-every-device"),
    ("pop3-quit-ok-but-not-expunged", "mixed/arrival/delivery-races-quit", "rfc1939-6-3"),
    ("pop3-quit-undeletes", "mixed/deletion/pop3-quit-does-not-undelete", "rfc3501-2.3.2-i3"),
    ("pop3-retr-empty-body", "mixed/deletion/imap-expunge-under-open-pop3", "rfc1939-4-i4"),
    ("pop3-retr-hides-message", "mixed/promise/reading-keeps-mail", "promise/imap-keeps-mail"),
    ("pop3-rset-keeps-marks", "pop3/core/rset-unmarks-everything", "rfc1939-5-i8"),
    ("pop3-sees-all-mailboxes", "imap/core/copy-keeps-flags", "rfc3501-6.4.7-1"),
    ("pop3-size-mismatch", "pop3/ext/stls", "rfc2595-4-i1"),
    ("pop3-stat-before-login", "pop3/core/commands-of-transaction-need-a-login[command=STAT]", "rfc1939-3-6"),
    ("pop3-stat-counts-deleted-or-new", "mixed/arrival/delivery-during-pop3-session", "rfc1939-4-i4"),
    ("pop3-stat-with-unit", "pop3/ext/stls", "pop3-listing-extra"),
    ("pop3-status-in-lower-case", "pop3/ext/stls", "pop3-status-indicator-case"),
    ("pop3-status-without-sign", "pop3/core/empty-maildrop", "pop3-reply-syntax"),
    ("pop3-top-line-count-off", "pop3/core/top-gives-as-many-lines", "rfc1939-7-i1"),
    ("pop3-top-noargs-crash", "pop3/core/top-needs-two-numbers[command=TOP]", "rfc1939-3-5"),
    ("pop3-top-truncated", "pop3/core/top-of-a-large-message", "rfc1939-7-i2"),
    ("pop3-uidl-changes-after-restart", "pop3/uidl/survives-a-restart", "rfc1939-7-i5"),
    ("pop3-uidl-changes-on-flag-change", r"mixed/uidl/flags-leave-the-unique-id[change=FLAGS (\Answered)]", "rfc1939-7-i5"),
    ("pop3-uidl-per-session", "pop3/uidl/persists-across-sessions", "pop3-message-lost"),
    ("pop3-uidl-skips-entries", "pop3/uidl/lists-every-message", "rfc1939-7-i3"),
    ("pop3-unique-id-with-space", "pop3/uidl/survives-a-restart", "pop3-unique-id-syntax"),
    ("bare-lf-dot-ends-data", "lmtp/core/bare-line-feeds-end-nothing", "rfc5321-4.1.1.4-5"),
    ("lmtp-eof-delivers-truncated", "lmtp/core/half-a-message-is-not-delivered", "rfc5321-4.1.1.10-4"),
    ("lmtp-noop-param-crash", "lmtp/core/noop-with-a-parameter", "rfc5321-4.1.1.9-1"),
    ("lmtp-one-rcpt-fails-all", "lmtp/core/unknown-recipient-is-refused", "rfc2033-4.2-2"),
    ("lmtp-pipeline-reply-count", "lmtp/core/one-reply-for-each-recipient", "rfc2033-4.2-2"),
    ("rset-keeps-recipients", "lmtp/core/rset-forgets-the-recipients", "rfc5321-4.1.1.5-1"),
    ("smtp-bare-lf-reply", "lmtp/core/lines-with-full-stops", "smtp-line-end"),
    ("smtp-enhanced-code-class", "lmtp/core/lines-with-full-stops", "smtp-enhanced-code-class"),
    ("smtp-keeps-stuffing", "lmtp/core/dots-arrive-as-sent", "rfc5321-4.1.1.4-6"),
    ("smtp-long-reply", "lmtp/core/lines-with-full-stops", "smtp-line-length"),
    ("smtp-reply-code-out-of-range", "lmtp/core/lines-with-full-stops", "rfc5321-4.1.1.4-6"),
    ("smtp-reply-lines-differ", "lmtp/core/lines-with-full-stops", "smtp-reply-lines-differ"),
    ("smtp-reply-not-ascii", "lmtp/core/lines-with-full-stops", "smtp-text-octets"),
    ("smtp-reply-without-space", "lmtp/core/lines-with-full-stops", "smtp-reply-syntax"),
    (
        "starttls-command-injection",
        "pop3/ext/stls-forgets-what-came-in-clear",
        "pop3-clear-command-kept",
    ),
    ("smtp-strips-high-bit", "lmtp/core/eighth-bit-survives", "rfc5321-4.1.1.4-6"),
];

/// What every row shares.
struct Suite {
    library: Library,
    messages: Arc<Messages>,
}

struct Silent;

impl Progress for Silent {
    fn selected(&self, _: usize) {}
    fn started(&self, _: &str) {}
    fn finished(&self, _: &ScenarioResult) {}
}

async fn run_with(fault: Fault, scenario: &str, suite: &Suite) -> RunResult {
    let Suite { library, messages } = suite;
    let base = scenario.split('[').next().unwrap_or_default().to_owned();
    let chosen = select(&library.scenarios, &[base]).unwrap_or_else(|error| panic!("{error}"));
    let target = Target::start(&Spec::Embedded(vec![fault]))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let options = Options {
        jobs: 4,
        shard: None,
        seed: 0,
        timeout_factor: 1.0,
        fail_fast: false,
        strict: false,
        run_limit: Duration::from_secs(60),
        target_arguments: String::new(),
        selectors: Vec::new(),
    };
    let messages = Arc::clone(messages);
    let mut variants = run::plan(&chosen);
    variants.retain(|variant| variant.id.starts_with(scenario));
    let target = Arc::new(target);
    let never = std::future::pending();
    run::run(
        variants,
        &target,
        &messages,
        &options,
        Arc::new(Silent),
        never,
    )
    .await
    .unwrap_or_else(|error| panic!("{error}"))
}

/// What is wrong with a row; `None` if the fault is caught for the stated reason.
fn complaint(row: &(&str, &str, &str), result: &RunResult) -> Option<String> {
    let (fault, scenario, rule) = row;
    let findings: Vec<&str> = result
        .scenarios
        .iter()
        .filter(|result| result.outcome == Outcome::Fail)
        .flat_map(|result| &result.findings)
        .map(|finding| finding.rule.as_str())
        .collect();
    if findings.contains(rule) {
        return None;
    }
    let outcomes: Vec<String> = result
        .scenarios
        .iter()
        .map(|r| {
            format!(
                "{} {}",
                r.outcome.name(),
                r.reason.clone().unwrap_or_default()
            )
        })
        .collect();
    Some(format!(
        "{fault}: {scenario} does not show {rule}; it found {findings:?} ({})",
        outcomes.join("; ")
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_caught_for_the_stated_reason() {
    let library = Library::shipped();
    let messages = Arc::new(library.messages.clone());
    let suite = Arc::new(Suite { library, messages });
    let mut running = tokio::task::JoinSet::new();
    for row in CAUGHT {
        let fault = Fault::find(row.0).unwrap_or_else(|| panic!("no fault {}", row.0));
        let suite = Arc::clone(&suite);
        running.spawn(async move { complaint(row, &run_with(fault, row.1, &suite).await) });
    }
    let complaints: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// `docs/faults.md` says of each fault what it is and who catches it.
#[test]
fn every_fault_is_documented() {
    let text = std::fs::read_to_string("docs/faults.md").unwrap();
    let row = |fault: &&Fault| {
        let caught = CAUGHT.iter().find(|(id, ..)| *id == fault.id());
        let caught = caught.map(|(_, scenario, rule)| format!("`{scenario}`: `{rule}`"));
        let caught = caught.unwrap_or_default();
        let (id, summary, origin) = (fault.id(), fault.summary(), fault.origin());
        !text.contains(&format!("| `{id}` | {summary} | {origin} | {caught} |"))
    };
    let missing: Vec<&str> = Fault::ALL.iter().filter(row).map(|f| f.id()).collect();
    assert!(
        missing.is_empty(),
        "docs/faults.md lacks or misstates {missing:?}"
    );
}

#[test]
fn every_fault_has_a_row() {
    let named: BTreeSet<&str> = CAUGHT.iter().map(|(fault, ..)| *fault).collect();
    let missing: Vec<&str> = Fault::ALL
        .iter()
        .map(|fault| fault.id())
        .filter(|id| !named.contains(id))
        .collect();
    assert!(
        missing.is_empty(),
        "name the scenario and rule that catch {missing:?}"
    );
}
