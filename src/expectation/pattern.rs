//! Patterns in which `*` stands for anything, and everything else for itself.

/// True if the whole text fits.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// What stands for a star that is meant: no name has it.
const STAR: &str = "\0";

/// True if no pattern with a `!` in front fits, and one without, if there are any. Here `\*` is a
/// star and nothing else.
pub(super) fn fit(patterns: &[String], name: &str) -> bool {
    let name = name.replace('*', STAR);
    let negated = |one: &&String| one.starts_with('!');
    let (not, only): (Vec<&String>, Vec<&String>) = patterns.iter().partition(negated);
    let fits = |one: &&String| {
        let pattern = one.trim_start_matches('!').replace("\\*", STAR);
        matches(&pattern, &name)
    };
    !not.iter().any(fits) && (only.is_empty() || only.iter().any(fits))
}

/// The pattern that [`fit`] takes for this name and no other.
pub(super) fn literal(name: &str) -> String {
    name.replace('*', "\\*")
}

/// A pattern for this text that leaves numbers open: they differ from run to run. The code of an
/// SMTP reply is none of them.
pub(super) fn of(text: &str) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_code = digits == 3 && text[digits..].starts_with([' ', '-']);
    let (code, rest) = text.split_at(if is_code { digits } else { 0 });
    let mut pattern = String::with_capacity(text.len());
    pattern.push_str(code);
    for character in rest.chars() {
        let open = character.is_ascii_digit() || character == '*';
        if !open {
            pattern.push(character);
        } else if !pattern.ends_with('*') {
            pattern.push('*');
        }
    }
    pattern
}

/// A pattern that fits whatever either of two patterns fits: what both begin and end with.
pub(super) fn join(one: &str, other: &str) -> String {
    if one == other {
        return one.to_owned();
    }
    let length = |(same, _): &(char, char)| same.len_utf8();
    let alike = |(one, other): &(char, char)| one == other;
    let pairs = one.chars().zip(other.chars());
    let prefix: usize = pairs.take_while(alike).map(|pair| length(&pair)).sum();
    let (head, one, other) = (&one[..prefix], &one[prefix..], &other[prefix..]);
    let pairs = one.chars().rev().zip(other.chars().rev());
    let suffix: usize = pairs.take_while(alike).map(|pair| length(&pair)).sum();
    let tail = &one[one.len() - suffix..];
    format!(
        "{}*{}",
        head.trim_end_matches('*'),
        tail.trim_start_matches('*')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_the_rest_for_itself() {
        let table = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
            ("ab*bc", "abc", false),
            ("a[0]?{x}", "a[0]?{x}", true),
            ("abc", "abcd", false),
            ("*b*b", "ab", false),
            ("a*b", "abc", false),
        ];
        for (pattern, text, fits) in table {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_with_an_exclamation_mark_takes_out() {
        let table: [(&[&str], &str, bool); 11] = [
            (&[], "set=*", true),
            (&["!set=1*"], "set=*", true),
            (&["!set=1*"], "set=1:*", false),
            (&["set=*", "!set=*:*"], "set=*", true),
            (&["set=*", "!set=*:*"], "set=*:1", false),
            (&["set=*", "!set=*:*"], "item=1", false),
            (&[r"set=\*"], "set=*", true),
            (&[r"set=\*"], "set=1", false),
            (&[r"set=\*:*"], "set=*:1", true),
            (&[r"set=\*:*"], "set=1:1", false),
            (&[r"!set=\*"], "set=1:*", true),
        ];
        for (patterns, text, fits) in table {
            let patterns: Vec<String> = patterns.iter().map(|&one| one.to_owned()).collect();
            assert_eq!(fit(&patterns, text), fits, "{patterns:?} {text}");
        }
    }

    #[test]
    fn a_literal_fits_its_name_alone() {
        let names = [
            "set=*",
            "set=*:1",
            "set=1:*",
            "set=1",
            r"flag=\*",
            r"flag=\Seen",
        ];
        for name in names {
            let patterns = [literal(name)];
            let fitting: Vec<&str> = names
                .into_iter()
                .filter(|one| fit(&patterns, one))
                .collect();
            assert_eq!(fitting, [name]);
        }
    }

    #[test]
    fn a_pattern_of_a_text_fits_it_with_other_numbers() {
        assert_eq!(of("* 12 EXISTS 3*4"), "* * EXISTS *");
        assert_eq!(of("250 2.0.0 Saved"), "250 *.*.* Saved");
        assert!(matches(&of("a1 OK [UIDNEXT 7]"), "a22 OK [UIDNEXT 123]"));
    }

    #[test]
    fn what_two_patterns_share_fits_both() {
        let pairs = [
            ("+OK a x", "+OK bc x"),
            ("", "abc"),
            ("aa", "aaa"),
            ("* é 1", "* è 1"),
            ("a*b", "a*c"),
            ("a*b", "ab"),
        ];
        for (one, other) in pairs {
            let joined = join(one, other);
            assert!(matches(&joined, one) && matches(&joined, other), "{joined}");
        }
        assert_eq!(join("+OK a x", "+OK bc x"), "+OK * x");
        assert_eq!(join("same", "same"), "same");
    }
}
