//! The misconfigurations, each with what has to be said about it.

use mailspec::server::{Ports, Server};

use super::*;
use crate::middleman::{Middleman, Script, tls_server};

/// Host, port, protocol, TLS: before anybody logs in.
pub(super) async fn at_the_door(ports: Ports, authority: &str) -> Vec<Case> {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed_port = closed.local_addr().unwrap().port();
    drop(closed);
    let with_authority = |urls: &[String]| {
        let mut arguments = target(urls);
        arguments.push(authority.to_owned());
        arguments
    };
    let web = Middleman::scripted(Script::web()).await;
    let silent = Middleman::scripted(Script::silent()).await;
    let hangs = Middleman::scripted(Script::greets_and_hangs("* OK ready\r\n")).await;
    let busy = Middleman::scripted(Script::says("* BYE too many connections\r\n")).await;
    let endless = Middleman::scripted(Script::endless()).await;
    let no_starttls = Middleman::with_tls(ports.imap)
        .answer("STARTTLS", "{tag} NO no certificate")
        .listen()
        .await;
    let no_stls = Middleman::before(ports.pop3)
        .answer("STLS", "-ERR unknown command")
        .listen()
        .await;
    vec![
        Case::new(
            "no such host",
            target(&["--target=imap://mail.invalid".to_owned()]),
        )
        .says("dns", "mail.invalid has no address", "", "spelling"),
        Case::new("nothing listens", target(&[url("imap", closed_port)])).says(
            "port",
            format!("nothing listens at port {closed_port}"),
            "refused",
            "registered: 143",
        ),
        Case::new("POP3 behind imap://", target(&[url("imap", ports.pop3)])).says(
            "greeting",
            "a POP3 server answers here, not IMAP",
            "+OK mailspec ready",
            format!("write pop3://127.0.0.1:{}", ports.pop3),
        ),
        Case::new("IMAP behind pop3://", target(&[url("pop3", ports.imap)])).says(
            "greeting",
            "an IMAP server answers here, not POP3",
            "* OK [CAPABILITY",
            format!("write imap://127.0.0.1:{}", ports.imap),
        ),
        Case::new("SMTP behind lmtp://", target(&[url("lmtp", ports.smtp)])).says(
            "greeting",
            "an SMTP server answers here",
            "5",
            format!("write smtp://127.0.0.1:{}", ports.smtp),
        ),
        Case::new("a web server", target(&[url("imap", web)])).says(
            "greeting",
            "a web server answers here",
            "HTTP/1.1 400",
            "registered: 143",
        ),
        Case::new("TLS port in clear", target(&[url("imap", ports.imaps)])).says(
            "tls",
            "the server speaks TLS from the first octet",
            "ServerHello",
            format!("write imaps://127.0.0.1:{}", ports.imaps),
        ),
        Case::new("clear port with TLS", target(&[url("pop3s", ports.pop3)])).says(
            "tls",
            "the server speaks in clear, not TLS",
            "+OK mailspec ready",
            format!("pop3+starttls://127.0.0.1:{}", ports.pop3),
        ),
        Case::new(
            "STARTTLS advertised and failing",
            with_authority(&[url("imap+starttls", no_starttls)]),
        )
        .says(
            "tls",
            "STARTTLS is advertised and fails",
            "NO no certificate",
            "certificate or key",
        ),
        Case::new(
            "STLS missing",
            with_authority(&[url("pop3+starttls", no_stls)]),
        )
        .says(
            "tls",
            "the server does not offer STLS",
            "-ERR unknown command",
            format!("write pop3://127.0.0.1:{no_stls}"),
        ),
        Case::new("greets and hangs", target(&[url("imap", hangs)])).says(
            "greeting",
            "CAPABILITY is not answered",
            "no answer to CAPABILITY within 10s",
            "hangs",
        ),
        Case::new("says nothing", target(&[url("imap", silent)])).says(
            "greeting",
            "the server takes connections and says nothing",
            "no answer",
            "restart it",
        ),
        Case::new("refuses sessions", target(&[url("imap", busy)])).says(
            "greeting",
            "the server refuses sessions",
            "* BYE too many connections",
            "too many connections",
        ),
        Case::new("an endless greeting", target(&[url("imap", endless)]))
            .says("greeting", "", "", ""),
    ]
}

/// Certificates that nobody should accept.
pub(super) async fn certificates(home: &tempfile::TempDir) -> Vec<Case> {
    let server = server().await;
    let untrusted = url("imaps", server.ports().imaps);
    // It has to live as long as the test.
    Box::leak(Box::new(server));
    let mut cases = vec![
        Case::new("untrusted certificate", target(&[untrusted])).says(
            "tls",
            "nobody whom mailspec trusts has signed the certificate",
            "UnknownIssuer",
            "--ca",
        ),
    ];
    for (name, host, years, finding, observed) in [
        (
            "expired certificate",
            "127.0.0.1",
            (2020, 2021),
            "the certificate expired on 2021-01-01",
            "expired",
        ),
        (
            "certificate of another host",
            "mail.example.org",
            (2020, 2099),
            "the certificate is not for 127.0.0.1; its names are: mail.example.org",
            "not valid for name",
        ),
    ] {
        let (port, pem) = tls_server(host, years, "* OK ready\r\n").await;
        let file = home.path().join(format!("{host}-{}.pem", years.1));
        fs::write(&file, pem).unwrap();
        let mut arguments = target(&[url("imaps", port)]);
        arguments.push(format!("--ca={}", file.display()));
        cases.push(Case::new(name, arguments).says("tls", finding, observed, ""));
    }
    cases
}

/// Who may come in.
pub(super) async fn logins(ports: Ports) -> Vec<Case> {
    let login_disabled = Middleman::before(ports.imap)
        .replace("SASL-IR", "LOGINDISABLED")
        .answer("LOGIN", "{tag} OK the password went out in clear")
        .listen()
        .await;
    let no_user = Middleman::before(ports.pop3)
        .replace("USER\r\n", "X-OTHER\r\n")
        .answer("USER", "-ERR not in clear")
        .listen()
        .await;
    let imap = url("imap", ports.imap);
    let mut wrong_password = target(std::slice::from_ref(&imap));
    *wrong_password.last_mut().unwrap() = "--account=ben:wrong".to_owned();
    let pop3_refuses = Middleman::before(ports.pop3)
        .answer("PASS", "-ERR [AUTH] POP3 is not enabled")
        .listen()
        .await;
    vec![
        Case::new("LOGINDISABLED", target(&[url("imap", login_disabled)])).says(
            "login",
            "the server takes no password in clear",
            "CAPABILITY lists LOGINDISABLED",
            format!("write imap+starttls://127.0.0.1:{login_disabled}"),
        ),
        Case::new("no USER in CAPA", target(&[url("pop3", no_user)])).says(
            "login",
            "the server takes no password in clear",
            "CAPA does not list USER; -ERR not in clear",
            format!("write pop3+starttls://127.0.0.1:{no_user}"),
        ),
        Case::new("wrong password of the second account", wrong_password).says(
            "login",
            format!(
                "imap://127.0.0.1:{}: the server refuses the name or the password",
                ports.imap
            ),
            "AUTHENTICATIONFAILED",
            "correct the account",
        ),
        Case::new(
            "an account that POP3 refuses and IMAP takes",
            target(&[imap, url("pop3", pop3_refuses)]),
        )
        .says(
            "login",
            format!(
                "the name or the password; imap://127.0.0.1:{} takes it",
                ports.imap
            ),
            "-ERR [AUTH] POP3 is not enabled",
            "",
        ),
    ]
}

/// What accounts hold, and where mail goes. Each case has a server of its own.
pub(super) async fn mailboxes(other: &Server, home: &tempfile::TempDir) -> Vec<Case> {
    let mut cases = Vec::new();
    let fresh = async || {
        let server: &Server = Box::leak(Box::new(server().await));
        server.ports()
    };
    let all = |ports: Ports| {
        [
            url("imap", ports.imap),
            url("pop3", ports.pop3),
            url("lmtp", ports.lmtp),
        ]
    };

    let ports = fresh().await;
    let alias = Middleman::before(ports.imap)
        .forward("LOGIN \"ben\"", "LOGIN \"anna\"")
        .listen()
        .await;
    cases.push(
        Case::new("one mailbox under two names", target(&[url("imap", alias)])).says(
            "distinct",
            "it is the same mailbox as that of ",
            "is in INBOX",
            "alias",
        ),
    );

    let ports = fresh().await;
    let elsewhere = [url("imap", ports.imap), url("pop3", other.ports().pop3)];
    cases.push(Case::new("POP3 on another store", target(&elsewhere)).says(
        "same-mail",
        "POP3 shows another mailbox than IMAP",
        "within 1 s",
        "one mail store",
    ));

    let refusals = [
        (
            "quota full",
            "{tag} NO [OVERQUOTA] Quota exceeded",
            "no message can be put into INBOX: its quota is full",
            "raise the quota",
        ),
        (
            "no right to write",
            "{tag} NO [NOPERM] Permission denied",
            "no message can be put into INBOX: it is read-only",
            "right to write",
        ),
    ];
    for (name, answer, finding, cure) in refusals {
        let ports = fresh().await;
        let refuses = Middleman::before(ports.imap)
            .answer("APPEND", answer)
            .listen()
            .await;
        let observed = &answer["{tag} ".len()..];
        cases.push(
            Case::new(name, target(&[url("imap", refuses)])).says("write", finding, observed, cure),
        );
    }

    let ports = fresh().await;
    let read_only = Middleman::before(ports.imap)
        .replace("[READ-WRITE]", "[READ-ONLY]")
        .listen()
        .await;
    cases.push(
        Case::new("read-only INBOX", target(&[url("imap", read_only)])).says(
            "write",
            "messages in INBOX cannot be removed: it is read-only",
            "OK [READ-ONLY]",
            "right to write",
        ),
    );

    let ports = fresh().await;
    let no_create = Middleman::before(ports.imap)
        .answer("CREATE", "{tag} NO not allowed")
        .listen()
        .await;
    cases.push(
        Case::new("no mailbox can be made", target(&[url("imap", no_create)])).says(
            "write",
            "mailboxes cannot be made and removed",
            "NO not allowed",
            "",
        ),
    );

    let ports = fresh().await;
    let full = Middleman::send(
        ports.imap,
        &format!("a LOGIN anna \"{PASSWORD}\"\r\nb APPEND INBOX {{4+}}\r\nx\r\n\n\r\nc LOGOUT\r\n"),
    )
    .await;
    assert!(full.contains("b OK"), "{full}");
    cases.push(Case::new("mail in INBOX", target(&all(ports))).says(
        "empty",
        "it has 1 message in INBOX",
        "",
        "--allow-non-empty",
    ));

    let ports = fresh().await;
    let picky = Middleman::before(ports.lmtp)
        .forward(
            "RCPT TO:<anna@elsewhere.example>",
            "RCPT TO:<nobody@localhost>",
        )
        .listen()
        .await;
    let file = home.path().join("elsewhere.yaml");
    let text = format!(
        "endpoints: [imap://127.0.0.1:{}, lmtp://127.0.0.1:{picky}]\naccounts: [{{user: anna, \
         password: '{PASSWORD}', address: anna@elsewhere.example}}]\n",
        ports.imap
    );
    fs::write(&file, text).unwrap();
    cases.push(
        Case::new("RCPT refused", vec![format!("--target={}", file.display())]).says(
            "delivery",
            "does not take mail to anna@elsewhere.example",
            "550",
            "write address: anna",
        ),
    );

    let ports = fresh().await;
    let sink = Middleman::scripted(Script::mail_sink()).await;
    cases.push(
        Case::new(
            "accepted and lost",
            target(&[url("imap", ports.imap), url("lmtp", sink)]),
        )
        .says(
            "delivery",
            "mail to anna@localhost is accepted and does not arrive",
            "accepted, and not in INBOX within 1 s",
            "queue",
        ),
    );

    let ports = fresh().await;
    let astray = Middleman::before(ports.lmtp)
        .forward("RCPT TO:<anna@", "RCPT TO:<ben@")
        .listen()
        .await;
    cases.push(
        Case::new(
            "delivered to another account",
            target(&[url("imap", ports.imap), url("lmtp", astray)]),
        )
        .says(
            "delivery",
            "mail to anna@localhost arrives at another account",
            "put it into INBOX of ben",
            "address",
        ),
    );

    let ports = fresh().await;
    let one = Middleman::before(ports.imap)
        .at_most(1, "* BYE Maximum number of connections exceeded\r\n")
        .listen()
        .await;
    cases.push(
        Case::new("one session at a time", target(&[url("imap", one)])).says(
            "sessions",
            "only 1 session at a time",
            "Maximum number of connections",
            "limit of sessions",
        ),
    );

    let ports = fresh().await;
    let yesterday = Middleman::before(ports.imap).a_day_late().listen().await;
    cases.push(
        Case::new("clock a day behind", target(&[url("imap", yesterday)])).says(
            "clock",
            "the server's clock is 1 day behind this machine's",
            "INTERNALDATE \"",
            "set the clock",
        ),
    );

    let ports = fresh().await;
    let boasts = Middleman::before(ports.imap)
        .replace("UNSELECT", "UNSELECT ACL")
        .listen()
        .await;
    cases.push(
        Case::new(
            "a capability that is not there",
            target(&[url("imap", boasts)]),
        )
        .says(
            "capabilities",
            "ACL is advertised, and is not there",
            "MYRIGHTS INBOX: ",
            "take it off the list",
        )
        .warns(),
    );
    cases
}
