//! Who sent which octets when: plain data.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Octets as a string that a person can read and that loses nothing.
///
/// Printable ASCII stands for itself; `\r`, `\n`, `\t` and `\xNN` stand for the rest. A backslash
/// is written twice only where it would be misread: before `r`, `n`, `t`, `x` or a backslash, and
/// at the end. So `(\Seen)` stays as it is.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Octets(pub Vec<u8>);

impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let followers = self.0.iter().copied().map(Some).skip(1).chain([None]);
        for (&octet, next) in self.0.iter().zip(followers) {
            write_octet(f, octet, next)?;
        }
        Ok(())
    }
}

/// One octet in the notation of [`Octets`], before `next`.
fn write_octet(f: &mut impl fmt::Write, octet: u8, next: Option<u8>) -> fmt::Result {
    match octet {
        b'\r' => f.write_str("\\r"),
        b'\n' => f.write_str("\\n"),
        b'\t' => f.write_str("\\t"),
        b'\\' if next.is_none_or(|next| b"rntx\\".contains(&next) || !is_plain(next)) => {
            f.write_str("\\\\")
        }
        _ if is_plain(octet) => f.write_char(char::from(octet)),
        _ => write!(f, "\\x{octet:02x}"),
    }
}

/// True for what stands for itself.
fn is_plain(octet: u8) -> bool {
    (0x20..=0x7e).contains(&octet)
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Octets {
    /// The notation of each octet; together they are the notation of the whole.
    pub fn cells(&self) -> Vec<String> {
        let followers = self.0.iter().copied().map(Some).skip(1).chain([None]);
        let octets = self.0.iter().zip(followers);
        octets
            .map(|(&octet, next)| {
                let mut cell = String::new();
                // Writing to a string never fails.
                let _ = write_octet(&mut cell, octet, next);
                cell
            })
            .collect()
    }

    /// Reads the notation that `Display` writes; `None` if an escape is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let mut octets = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let [first, tail @ ..] = rest {
            rest = tail;
            if *first != b'\\' {
                octets.push(*first);
                continue;
            }
            let [kind, tail @ ..] = rest else { return None };
            rest = tail;
            match kind {
                b'r' => octets.push(b'\r'),
                b'n' => octets.push(b'\n'),
                b't' => octets.push(b'\t'),
                b'\\' => octets.push(b'\\'),
                b'x' => {
                    let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                    octets.push(u8::from_str_radix(digits, 16).ok()?);
                    rest = &rest[2..];
                }
                _ => octets.extend([b'\\', *kind]),
            }
        }
        Some(Self(octets))
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("malformed octet escape"))
    }
}

impl schemars::JsonSchema for Octets {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Octets".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "octets: \\r \\n \\t and \\xNN escape what is not printable ASCII; \\\\ is a backslash"
        })
    }
}

/// Which way octets went, or what happened to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From mailspec to the server.
    Client,
    /// From the server to mailspec.
    Server,
    /// A fact about the connection, in words: opened, TLS started, closed, reset.
    Event,
}

/// One entry of a transcript: octets as they were written or read at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Entry {
    /// Microseconds since the scenario began, from a monotonic clock.
    pub at_us: u64,
    /// The connection's name: an actor of the scenario, or one of mailspec's own (`(set-up)`).
    pub actor: String,
    /// Which way.
    pub direction: Direction,
    /// The octets, or the words of an event.
    pub octets: Octets,
}

/// All octets of all connections of one scenario, in the order of their times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Transcript(pub Vec<Entry>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_is_doubled_only_where_it_would_be_misread() {
        let table = [
            (r"(\Seen)", r"(\Seen)"),
            (r"\recent", r"\\recent"),
            (r"a\\b", r"a\\\b"),
            (r"a\", r"a\\"),
        ];
        for (octets, notation) in table {
            assert_eq!(Octets(octets.into()).to_string(), notation);
            assert_eq!(Octets::parse(notation), Some(Octets(octets.into())));
        }
        assert_eq!(Octets(b"\\\r".to_vec()).to_string(), r"\\\r");
    }

    #[test]
    fn octets_survive_their_notation() {
        let all = Octets((0..=255).collect());
        assert_eq!(all.cells().concat(), all.to_string());
        assert_eq!(Octets::parse(&all.to_string()), Some(all));
        for one in 0..=255 {
            for other in 0..=255 {
                let pair = Octets(vec![b'\\', one, b'\\', other]);
                assert_eq!(Octets::parse(&pair.to_string()), Some(pair));
            }
        }
        assert_eq!(Octets::parse("\\x4"), None);
        assert_eq!(Octets::parse("a\\"), None);
    }
}
