"""Channels over real sockets: what is sent, how it is signed, and what a bad answer means."""

from __future__ import annotations

import hashlib
import hmac
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from smtplib import SMTP
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from support.http_server import Api, Reply, http_server

from syncworker.alerts import channels
from syncworker.engine.alert_stores import AlertDelivery, PartlyTaken
from syncworker.errors import AlertError
from syncworker.mapping.alerts import EmailChannel, SlackChannel, WebhookChannel

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
ACCOUNT = {
    "id": "a1",
    "name": "North <wind> & Co",
    "before": 81,
    "after": 44,
    "url": "https://app.hubspot.example/contacts/7/record/0-2/11",
}
BODY = {
    "event": "opened",
    "portal": "acme",
    "rule": "health_red",
    "title": "acme: the health of North <wind> & Co fell to red",
    "lines": ["North <wind> & Co: health 81 -> 44, MRR 1200.00 EUR"],
    "help": "syncworker explain acme a1",
    "run": "20261121T060000-abc",
    "subjects": ["a1"],
    "accounts": [ACCOUNT],
    "more": 0,
    "opened_at": NOW.isoformat(),
    "closed_at": None,
}
DELIVERY = AlertDelivery(7, "n0t1ce", "acme", "team", "opened", BODY, NOW)
SECRETS = {"env:SECRET": "shared-secret", "env:USER": "me", "env:PASSWORD": "pa55"}


@pytest.fixture
def api() -> Iterator[Api]:
    with http_server() as server:
        server.script(Reply(b"ok"))
        yield server


def send(channel: Any, api: Api | None = None, delivery: AlertDelivery = DELIVERY) -> str:
    values = SECRETS if api is None else {**SECRETS, "env:URL": f"{api.url}/services/T0/hidden"}
    return channels.send(channel, delivery, secret=values.__getitem__, clock=lambda: NOW)


def webhook(**more: Any) -> WebhookChannel:
    return WebhookChannel.model_validate({"kind": "webhook", "url": "env:URL", **more})


def mail(port: int, **more: Any) -> EmailChannel:
    values = {"server": "127.0.0.1", "port": port, "security": "none"}
    people = {"from": "alerts@acme.example", "to": ["ann@acme.example", "bob@acme.example"]}
    return EmailChannel.model_validate({"kind": "email", **values, **people, **more})


def test_a_webhook_is_json_with_a_key_and_a_signature_of_time_and_body(api: Api) -> None:
    assert send(webhook(secret="env:SECRET"), api) == "HTTP 200"
    (asked,) = api.asked
    assert asked.headers["Content-Type"] == "application/json"
    timestamp = asked.headers["X-Timestamp"]
    signed = hmac.new(b"shared-secret", timestamp.encode() + b"." + asked.body, hashlib.sha256)
    assert asked.headers["X-Signature-256"] == f"sha256={signed.hexdigest()}"
    assert int(timestamp) == NOW.timestamp()
    told = asked.json
    assert told["accounts"] == [ACCOUNT]
    assert told["text"].endswith("syncworker explain acme a1")
    of = ("schema_version", "id", "event", "rule", "portal", "subject", "run", "opened_at", "link")
    assert [told[name] for name in of] == [
        *(1, "n0t1ce", "opened", "health_red", "acme", "a1", "20261121T060000-abc"),
        *(NOW.isoformat(), ACCOUNT["url"]),
    ]


def test_slack_gets_a_text_and_blocks_in_its_own_marks(api: Api) -> None:
    long = {**BODY, "title": "x" * 400, "lines": ["y" * 2_000] * 4, "accounts": []}
    slack = SlackChannel(kind="slack", url="env:URL")
    assert send(slack, api) == "HTTP 200"
    send(slack, api, AlertDelivery(8, "n", "acme", "team", "recovered", long, NOW))
    first, second = (asked.json for asked in api.asked)
    assert "X-Signature-256" not in api.asked[0].headers
    assert first["text"].startswith("🔴 acme: the health of North &lt;wind&gt; &amp; Co fell")
    header, section, context = first["blocks"]
    assert header["text"]["text"] == f"🔴 {BODY['title']}"
    assert f"<{ACCOUNT['url']}|open>" in section["text"]["text"]
    assert "Next: `syncworker explain acme a1`" in section["text"]["text"]
    assert "run 20261121T060000-abc" in context["elements"][0]["text"]
    assert len(second["blocks"][0]["text"]["text"]) == 150
    assert all(len(b["text"]["text"]) < 3_000 for b in second["blocks"][1:-1])


@pytest.mark.parametrize(
    ("reply", "retry", "after", "says"),
    [
        (Reply(b"no_service", 404), "retry", 0, "HTTP 404: no_service"),
        (Reply(b"invalid_blocks", 400), "reject", 0, "HTTP 400: invalid_blocks"),
        (Reply(b"", 500), "retry", 0, "HTTP 500"),
        (Reply(b"no /services/T0/hidden here", 404), "retry", 0, "HTTP 404"),
        (Reply(b"slow down", 429, {"Retry-After": "90"}), "retry", 90, "HTTP 429: slow down"),
        (Reply(b"", 429, {"Retry-After": "Sat, 21 Nov 2026 06:02:00 GMT"}), "retry", 120, "429"),
        (Reply(b"", 429, {"Retry-After": "soon"}), "retry", 0, "HTTP 429"),
        (Reply(b"", 302, {"Location": "http://169.254.0.1/"}), "retry", 0, "HTTP 302"),
    ],
)
def test_a_bad_answer_says_whether_and_when_to_try_again(
    api: Api, reply: Reply, retry: str, after: float, says: str
) -> None:
    api.script(reply)
    with pytest.raises(AlertError) as refused:
        send(webhook(), api)

    assert (refused.value.recovery, refused.value.retry_after) == (retry, after)
    assert says in refused.value.message
    assert "hidden" not in str(refused.value) + refused.value.help
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:1/services/hidden", "cannot be reached (ConnectionError)"),
        ("http://hooks.example/services/hidden", "no https:// address"),
        ("hooks/hidden", "no https:// address"),
        ("https://[hidden", "no https:// address"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_showing_it(url: str, says: str) -> None:
    values = {"env:URL": url}
    with pytest.raises(AlertError) as refused:
        channels.send(webhook(), DELIVERY, secret=values.__getitem__, clock=lambda: NOW)

    assert says in refused.value.message
    assert "hidden" not in str(refused.value) + refused.value.help
    assert refused.value.__cause__ is None


class Box:
    """Keeps the mail it gets; refuses addresses of nobody."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _s: Any, _session: Any, envelope: Any, to: str, _o: Any
    ) -> str:
        if to.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        return "451 try later" if "later" in parsed["Subject"] else "250 taken"


class Server(Controller):
    """Listens on a free port."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(scope="module")
def smtp() -> Iterator[Controller]:
    """A mail server that knows one user."""

    def login(_s: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"me", b"pa55"), handled=False)

    controller = Server(
        Box(), hostname="127.0.0.1", port=0, authenticator=login, auth_require_tls=False
    )
    controller.start()
    yield controller
    controller.stop()


def test_a_mail_has_text_and_html_a_short_subject_and_an_id_of_its_own(smtp: Controller) -> None:
    login = {"user": "env:USER", "password": "env:PASSWORD"}
    assert send(mail(smtp.port, **login)) == "taken"
    written = smtp.handler.mails[-1]

    assert written["Subject"] == BODY["title"]
    assert written["To"] == "ann@acme.example, bob@acme.example"
    assert written["Message-ID"] == "<n0t1ce.7@acme.example>"
    plain, rich = (part.get_content() for part in written.iter_parts())
    assert "- North <wind> & Co: health 81 -> 44" in plain
    assert str(ACCOUNT["url"]) in plain
    assert "Next: syncworker explain acme a1" in plain
    assert "North &lt;wind&gt; &amp; Co: health 81 -&gt; 44" in rich
    assert f'<a href="{ACCOUNT["url"]}">open</a>' in rich


def test_a_title_of_several_lines_cannot_add_a_header(smtp: Controller) -> None:
    body = {**BODY, "title": "a\r\nBcc: eve@evil.example\n" + "x" * 200}
    send(mail(smtp.port), delivery=AlertDelivery(9, "n", "acme", "m", "opened", body, NOW))
    written = smtp.handler.mails[-1]

    assert written["Bcc"] is None
    assert len(written["Subject"]) == 120


@pytest.mark.parametrize(
    ("more", "title", "recovery", "says"),
    [
        ({"user": "env:SECRET", "password": "env:SECRET"}, "x", "retry", "refused the login (535)"),
        ({"to": ["nobody@acme.example"]}, "x", "reject", "refused every address in `to` (550)"),
        ({}, "later", "retry", "answered 451: try later"),
        ({"security": "starttls"}, "x", "retry", "does not do what is asked"),
        ({"security": "tls"}, "x", "retry", "cannot be reached"),
        ({"port": 1}, "x", "retry", "cannot be reached: Connection refused"),
    ],
)
def test_what_a_mail_server_does_not_take_is_told_in_our_words(
    smtp: Controller, more: dict[str, Any], title: str, recovery: str, says: str
) -> None:
    channel = mail(**{"port": smtp.port, **more})
    body = {**BODY, "title": title}
    with pytest.raises(AlertError) as refused:
        send(channel, delivery=AlertDelivery(9, "n", "acme", "m", "opened", body, NOW))

    assert refused.value.recovery == recovery
    assert says in refused.value.message
    assert "shared-secret" not in str(refused.value) + refused.value.help


def test_a_mail_that_only_some_addresses_may_get_is_delivered(smtp: Controller) -> None:
    to = ["nobody@acme.example", "ann@acme.example"]
    answer = send(mail(smtp.port, to=to))

    assert answer == "taken, but not for 1 of 2 addresses"
    assert isinstance(answer, PartlyTaken)


def test_a_mail_that_was_taken_counts_though_the_server_is_rude_at_the_farewell(
    smtp: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = SMTP.docmd

    def rude(server: SMTP, command: str, args: str = "") -> tuple[int, bytes]:
        if command.lower() == "quit":
            return 421, b"too busy"
        return said(server, command, args)

    monkeypatch.setattr(SMTP, "docmd", rude)
    assert send(mail(smtp.port)) == "taken"


def test_a_server_that_is_not_who_it_says_gets_no_password(
    smtp: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Certificates are checked: the default context is used, for both kinds of encryption."""
    made: list[ssl.SSLContext] = []
    default = ssl.create_default_context

    def context() -> ssl.SSLContext:
        made.append(default())
        return made[-1]

    monkeypatch.setattr("syncworker.alerts.email.ssl.create_default_context", context)
    for security in ("starttls", "tls"):
        with pytest.raises(AlertError):
            send(mail(smtp.port, security=security))

    assert [(one.verify_mode, one.check_hostname) for one in made] == [
        (ssl.CERT_REQUIRED, True)
    ] * 2


def test_a_message_that_is_sent_again_is_signed_anew(api: Api) -> None:
    later = NOW + timedelta(hours=9)
    channel = webhook(secret="env:SECRET")
    values = {**SECRETS, "env:URL": api.url}
    channels.send(channel, DELIVERY, secret=values.__getitem__, clock=lambda: later)

    assert int(api.asked[0].headers["X-Timestamp"]) == later.timestamp()
