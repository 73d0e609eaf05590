//! What another implementation writes: every response that imap-codec encodes, the grammar accepts.

use arbitrary::{Arbitrary as _, Unstructured};
use imap_codec::ResponseCodec;
use imap_codec::encode::Encoder as _;
use imap_codec::imap_types::response::Response;
use mailspec::wire::imap::{self, Context};

/// Octets without end, the same in every run.
fn octets(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(2048).collect()
}

/// A session in which everything that imap-codec knows was asked for.
fn context() -> Context {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Context {
        capabilities: set(&["IMAP4REV1", "IMAP4REV2"]),
        enabled: set(&["IMAP4REV2", "QRESYNC", "METADATA", "UTF8=ACCEPT"]),
        ..Context::default()
    }
}

/// True for what imap-codec writes against the RFCs: its types are wider than the ABNF.
fn is_theirs(rule: &str, found: &[u8], line: &[u8]) -> bool {
    let has = |part: &str| {
        line.windows(part.len())
            .any(|window| window == part.as_bytes())
    };
    match rule {
        // numbers of 64 bits, where RFC 9051 §9 has 63
        "imap-number-range" => found.len() >= 19,
        // a mod-sequence without hits (RFC 7162 §7)
        "imap-search" => has("SEARCH (MODSEQ ") || has("SORT (MODSEQ "),
        // asterisks among known UIDs (RFC 7162 §7)
        "imap-vanished" => found == b"*",
        // non-synchronizing literals from a server (RFC 9051 §4.3)
        "imap-literal" => found == b"+",
        // any string for an entry (RFC 5464 §3.2)
        "imap-metadata" => has("METADATA "),
        // a field twice (RFC 2971 §3.3)
        "imap-id-limits" => has("ID ("),
        "imap-capability-missing-rev" => !has("IMAP4REV1"),
        _ => false,
    }
}

#[test]
fn wire_accepts_what_imap_codec_writes() {
    let context = context();
    let mut refused = Vec::new();
    let (mut judged, mut theirs) = (0, 0);
    for seed in 0..20_000 {
        let octets = octets(seed);
        let Ok(response) = Response::arbitrary(&mut Unstructured::new(&octets)) else {
            continue;
        };
        let encoded = ResponseCodec::default().encode(&response).dump();
        judged += 1;
        for found in imap::parse(&encoded, &context).1 {
            let (rule, at) = (found.rule.id(), &encoded[found.span.clone()]);
            if is_theirs(rule, at, &encoded) {
                theirs += 1;
            } else {
                let line = encoded.escape_ascii();
                refused.push(format!("{rule} {}: {line}", found.expected));
            }
        }
    }
    assert!(judged > 10_000, "{judged} responses only");
    assert!(
        theirs < judged / 10,
        "{theirs} findings in {judged} responses"
    );
    assert!(
        refused.is_empty(),
        "{} of {judged}: {refused:#?}",
        refused.len()
    );
}
