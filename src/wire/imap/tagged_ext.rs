//! The general form of values that extensions add.

use super::parser::{Parsed, Parser};

impl Parser<'_> {
    /// `tagged-ext-val = tagged-ext-simple / "(" [tagged-ext-comp] ")"` (RFC 9051 §9, RFC 4466 §3)
    ///
    /// Lists are passed unread: extensions put strings, NIL and numbers into them.
    pub(super) fn tagged_ext_val(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        self.skip_value();
        if self.cursor.at() == start {
            return self.expected("tagged-ext-val");
        }
        Ok(())
    }
}
