//! Configuration templates: `@NAME@` stands for a value.

/// Replaces every `@NAME@` for which there is a value; other text stays.
pub(super) fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut filled = template.to_owned();
    for (name, value) in values {
        filled = filled.replace(&format!("@{name}@"), value);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_and_addresses_stay() {
        let values = [("PORT", "143".to_owned()), ("DIR", "/d".to_owned())];
        assert_eq!(
            fill(
                "port = @PORT@\nbase = @DIR@/run\npostmaster@localhost",
                &values
            ),
            "port = 143\nbase = /d/run\npostmaster@localhost"
        );
    }
}
