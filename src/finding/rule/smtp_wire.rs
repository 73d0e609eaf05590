//! Rules of SMTP and LMTP replies.

use super::table;

table! {
    REPLY_SYNTAX: "smtp-reply-syntax", Must, "rfc5321#4.2",
        "Every reply line is a three-digit code, a space or hyphen, text and CRLF.",
        breach "250ok";
    REPLY_CODE: "smtp-reply-code", Must, "rfc5321#4.2",
        "A reply code is three digits, the first 2 to 5, the second 0 to 5.",
        breach "199 hello";
    REPLY_LINES_DIFFER: "smtp-reply-lines-differ", Must, "rfc5321#4.2.1",
        "Every line of a reply has the same code, and only the last has no hyphen.",
        breach "250-one, then 251 two";
    LINE_END: "smtp-line-end", Must, "rfc5321#2.3.8",
        "Every line ends with CRLF, and CR and LF stand nowhere else.",
        breach "250 ok\\n";
    LINE_LENGTH: "smtp-line-length", Should, "rfc5321#4.5.3.1.5",
        "A reply line has at most 512 octets, code and CRLF included.",
        breach "250 followed by 600 octets of text";
    TEXT_OCTETS: "smtp-text-octets", Must, "rfc5321#4.2",
        "Reply text is printable ASCII and tabs; with SMTPUTF8 it may be UTF-8.",
        breach "250 caf\\xe9";
    ENHANCED_CODE_CLASS: "smtp-enhanced-code-class", Must, "rfc2034#4",
        "The class of an enhanced status code is the first digit of the reply code.",
        breach "550 2.1.1 no such user";
    HELLO_SYNTAX: "smtp-hello-syntax", Must, "rfc5321#4.1.1.1",
        "Greeting and EHLO reply begin with a domain; other lines are a keyword and parameters.",
        breach "250-mail.example.org, then 250 SIZE  1000";
    ENHANCED_CODE_MISSING: "smtp-enhanced-code-missing", Must, "rfc2034#4",
        "With ENHANCEDSTATUSCODES every 2xx, 4xx and 5xx line but those of EHLO begins with one.",
        breach "250 ok";
}
