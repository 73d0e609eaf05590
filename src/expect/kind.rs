//! The types that a pattern can demand of a value, by their ABNF names.

use super::set;
use super::token::{Element, Form};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A type of value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind { $($(#[$doc])* $variant,)* }

        impl Kind {
            /// All types, in the order of their names.
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in patterns.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

kinds! {
    /// Any one element.
    Any = "any",
    /// A string in any form: atom, quoted or literal.
    Astring = "astring",
    /// An atom.
    Atom = "atom",
    /// Characters of base64, padded.
    Base64 = "base64",
    /// IMAP's date-time, quoted.
    DateTime = "date-time",
    /// One flag.
    Flag = "flag",
    /// A list of flags.
    FlagList = "flag-list",
    /// A list of anything.
    List = "list",
    /// A literal.
    Literal = "literal",
    /// A mailbox name.
    Mailbox = "mailbox",
    /// A positive 63-bit number.
    ModSequenceValue = "mod-sequence-value",
    /// A 63-bit number.
    ModSequenceValzer = "mod-sequence-valzer",
    /// A string or NIL.
    Nstring = "nstring",
    /// A 32-bit number.
    Number = "number",
    /// A 63-bit number.
    Number64 = "number64",
    /// A positive 32-bit number.
    NzNumber = "nz-number",
    /// 1 to 255 of the characters that object ids have (RFC 8474).
    Objectid = "objectid",
    /// A quoted string.
    Quoted = "quoted",
    /// Numbers and ranges.
    SequenceSet = "sequence-set",
    /// Quoted or literal.
    String = "string",
    /// POP3: 1 to 70 printable characters.
    UniqueId = "unique-id",
    /// A UID.
    Uniqueid = "uniqueid",
    /// UIDs and ranges.
    UidSet = "uid-set",
    /// One word, whatever is in it.
    Word = "word",
}

impl Kind {
    /// The type of this name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// True if the element is of this type.
    pub(super) fn accepts(self, element: &Element) -> bool {
        let octets = element.octets.as_slice();
        let nil = element.form == Form::Atom && octets.eq_ignore_ascii_case(b"NIL");
        match self {
            Self::Any => true,
            Self::Astring | Self::Mailbox | Self::Word => element.form != Form::List,
            Self::Atom => element.form == Form::Atom,
            Self::Base64 => is_base64(octets),
            Self::DateTime => is_date_time(octets),
            Self::Flag => element.form == Form::Atom && !octets.is_empty(),
            Self::FlagList => {
                element.form == Form::List
                    && element.items.iter().all(|item| item.form == Form::Atom)
            }
            Self::List => element.form == Form::List,
            Self::Literal => element.form == Form::Literal,
            Self::ModSequenceValue => number(octets).is_some_and(|n| (1..1 << 63).contains(&n)),
            Self::ModSequenceValzer | Self::Number64 => number(octets).is_some_and(|n| n < 1 << 63),
            Self::Nstring => nil || matches!(element.form, Form::Quoted | Form::Literal),
            Self::Number => number(octets).is_some_and(|n| n < 1 << 32),
            Self::NzNumber | Self::Uniqueid => {
                number(octets).is_some_and(|n| (1..1 << 32).contains(&n))
            }
            Self::Objectid => {
                (1..=255).contains(&octets.len())
                    && octets
                        .iter()
                        .all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(octet))
            }
            Self::Quoted => element.form == Form::Quoted,
            Self::SequenceSet | Self::UidSet => set::parse(octets).is_some(),
            Self::String => matches!(element.form, Form::Quoted | Form::Literal),
            Self::UniqueId => {
                (1..=70).contains(&octets.len()) && octets.iter().all(u8::is_ascii_graphic)
            }
        }
    }
}

/// Digits to a number.
pub(super) fn number(octets: &[u8]) -> Option<u64> {
    let digits = !octets.is_empty() && octets.iter().all(u8::is_ascii_digit);
    digits
        .then(|| std::str::from_utf8(octets).ok()?.parse().ok())
        .flatten()
}

fn is_base64(octets: &[u8]) -> bool {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(octets)
        .is_ok()
}

/// `dd-Mon-yyyy hh:mm:ss +zzzz` (RFC 9051 section 9, date-time), a leading space for one digit.
pub(crate) fn is_date_time(octets: &[u8]) -> bool {
    let shape = b"dd-aaa-dddd dd:dd:dd sdddd";
    octets.len() == shape.len()
        && octets
            .iter()
            .zip(shape)
            .enumerate()
            .all(|(at, (octet, shape))| match shape {
                b'd' => octet.is_ascii_digit() || (at == 0 && *octet == b' '),
                b'a' => octet.is_ascii_alphabetic(),
                b's' => b"+-".contains(octet),
                other => octet == other,
            })
}
