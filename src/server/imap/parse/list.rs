//! Arguments of LIST (RFC 9051 §6.3.9) and STATUS.

use super::{ParseError, ParseResult, Parser};

/// What STATUS can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server::imap) enum StatusItem {
    /// `DELETED`
    Deleted,
    /// `HIGHESTMODSEQ`
    HighestModseq,
    /// `MESSAGES`
    Messages,
    /// `RECENT`
    Recent,
    /// `SIZE`
    Size,
    /// `UIDNEXT`
    UidNext,
    /// `UIDVALIDITY`
    UidValidity,
    /// `UNSEEN`
    Unseen,
}

/// Which mailboxes an extended LIST selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::server::imap) struct ListSelection {
    /// `RECURSIVEMATCH`
    pub(in crate::server::imap) recursive_match: bool,
    /// `SPECIAL-USE`
    pub(in crate::server::imap) special_use: bool,
    /// `SUBSCRIBED`
    pub(in crate::server::imap) subscribed: bool,
}

/// What an extended LIST returns beside the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::server::imap) struct ListReturn {
    /// `CHILDREN`
    pub(in crate::server::imap) children: bool,
    /// `SPECIAL-USE`
    pub(in crate::server::imap) special_use: bool,
    /// `STATUS (…)`; empty if not asked for.
    pub(in crate::server::imap) status: Vec<StatusItem>,
    /// `SUBSCRIBED`
    pub(in crate::server::imap) subscribed: bool,
}

impl Parser<'_> {
    /// `list-select-opts`
    pub(in crate::server::imap) fn list_selection(&mut self) -> ParseResult<ListSelection> {
        let mut options = ListSelection::default();
        self.list_or_empty(|p| {
            match p.keyword()?.as_str() {
                "RECURSIVEMATCH" => options.recursive_match = true,
                "REMOTE" => {}
                "SPECIAL-USE" => options.special_use = true,
                "SUBSCRIBED" => options.subscribed = true,
                _ => return Err(ParseError::Syntax("unknown LIST selection option")),
            }
            Ok(())
        })?;
        if options.recursive_match && !options.subscribed {
            return Err(ParseError::Syntax("RECURSIVEMATCH needs SUBSCRIBED"));
        }
        Ok(options)
    }

    /// `list-return-opts`, without `RETURN`
    pub(in crate::server::imap) fn list_return(&mut self) -> ParseResult<ListReturn> {
        let mut options = ListReturn::default();
        self.list_or_empty(|p| {
            match p.keyword()?.as_str() {
                "CHILDREN" => options.children = true,
                "SPECIAL-USE" => options.special_use = true,
                "STATUS" => {
                    p.sp()?;
                    options.status = p.list(Self::status_item)?;
                }
                "SUBSCRIBED" => options.subscribed = true,
                _ => return Err(ParseError::Syntax("unknown LIST return option")),
            }
            Ok(())
        })?;
        Ok(options)
    }

    /// `mbox-or-pat`, and whether it was given as a list of patterns
    pub(in crate::server::imap) fn patterns(&mut self) -> ParseResult<(Vec<String>, bool)> {
        if self.peek() == Some(b'(') {
            Ok((self.list(Self::list_mailbox)?, true))
        } else {
            Ok((vec![self.list_mailbox()?], false))
        }
    }

    /// `status-att`
    pub(in crate::server::imap) fn status_item(&mut self) -> ParseResult<StatusItem> {
        Ok(match self.keyword()?.as_str() {
            "DELETED" => StatusItem::Deleted,
            "HIGHESTMODSEQ" => StatusItem::HighestModseq,
            "MESSAGES" => StatusItem::Messages,
            "RECENT" => StatusItem::Recent,
            "SIZE" => StatusItem::Size,
            "UIDNEXT" => StatusItem::UidNext,
            "UIDVALIDITY" => StatusItem::UidValidity,
            "UNSEEN" => StatusItem::Unseen,
            _ => return Err(ParseError::Syntax("unknown STATUS item")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        let parse = |s: &'static str| Parser::new(s.as_bytes(), false);
        assert!(parse("()").list_selection().is_ok());
        assert!(
            parse("(SUBSCRIBED RECURSIVEMATCH)")
                .list_selection()
                .is_ok()
        );
        assert!(parse("(RECURSIVEMATCH)").list_selection().is_err());
        assert!(parse("(REMOTE RECURSIVEMATCH)").list_selection().is_err());
        assert!(
            parse("(STATUS (MESSAGES UNSEEN) CHILDREN)")
                .list_return()
                .is_ok()
        );
        assert!(parse("(STATUS ())").list_return().is_err());
        assert_eq!(parse("(\"a\" %)").patterns().unwrap().0, ["a", "%"]);
        assert_eq!(parse("*%]").patterns().unwrap().0, ["*%]"]);
    }
}
