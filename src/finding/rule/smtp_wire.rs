//! Rules of SMTP and LMTP replies.

use super::table;

table! {
    REPLY_SYNTAX: "smtp-reply-syntax", Must, "rfc5321#4.2",
        "Every reply line is a three-digit code, a space or hyphen, text and CRLF.",
        breach "25O ok";
}
