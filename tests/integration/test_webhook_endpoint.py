"""The webhook endpoint on a real socket: what it takes, refuses and keeps to itself."""

from __future__ import annotations

import json
import logging
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from support.webhooks import SECRET, form_headers, stripe_headers, submission

from syncworker.engine.mappings import checked
from syncworker.errors import MappingError, SettingsError
from syncworker.sources.webhook_endpoint import MOST_BYTES, endpoint
from syncworker.sources.webhook_receiver import Receiver
from syncworker.sources.webhook_server import WebhookServer
from syncworker.store import schema
from syncworker.store.database import Database
from syncworker.store.forgotten import SqlForgotten
from syncworker.store.inbox import SqlInbox
from syncworker.store.tables import inbox

DOCS = Path(__file__).parents[2] / "docs" / "sources" / "webhook.md"
MAPPING = """\
version: 1
hubspot: {credentials: env:TOKEN}
reporting: {currency: EUR}
sources:
  app: {kind: sql, url: env:DB, streams: {accounts: {query: x}}}
  website: {kind: webhook, secret: env:WEBSITE, streams: [demo_requests]}
  trial: {kind: webhook, secret: env:MISSING, streams: [trials]}
  stripe: {kind: webhook, format: stripe, secret: env:STRIPE, streams: [subscriptions]}
  slow: {kind: webhook, secret: env:WEBSITE, streams: [trials], tolerance_seconds: 3600}
objects:
  companies: {match: {property: domain, column: domain}}
"""
EVENT = {"id": "evt_1", "type": "customer.subscription.updated", "created": 1, "data": {}}


class Site:
    """A running endpoint and its inbox."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'state.db'}")
        schema.upgrade(self.database)
        self.told: list[str] = []
        self.mapping = MAPPING
        self.secrets = {"env:WEBSITE": SECRET, "env:STRIPE": "whsec_made_up"}
        self.forgotten = SqlForgotten(self.database)
        receiver = Receiver(
            kept_out=self.forgotten.kept_out,
            portals=lambda: ["acme"],
            mapping=lambda portal: checked(portal, self.mapping),
            secret=self._secret,
            inbox=SqlInbox(self.database),
            clock=lambda: datetime.now(UTC),
            on_stored=self.told.append,
        )
        self.server = WebhookServer(endpoint(receiver, read_seconds=0.5), host="127.0.0.1", port=0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def _secret(self, reference: str) -> str:
        if reference not in self.secrets:
            raise SettingsError(f"{reference}: there is no such variable")
        return self.secrets[reference]

    def post(
        self, body: bytes, headers: dict[str, str] | None = None, path: str = "/acme/website"
    ) -> tuple[int, str]:
        headers = form_headers(body) if headers is None else headers
        answer = requests.post(self.url + path, body, headers=headers, timeout=10)
        return answer.status_code, answer.json()["result"]

    def rows(self) -> list[tuple[Any, ...]]:
        row = inbox.c
        query = sa.select(row.portal, row.source, row.stream, row.delivery, row.body)
        with self.database.read() as connection:
            return [tuple(found) for found in connection.execute(query.order_by(row.id))]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    with made.server:
        yield made


def body(**more: object) -> bytes:
    return json.dumps(submission(1, **more)).encode()


def test_a_signed_submission_is_stored_as_it_came_and_once(site: Site) -> None:
    text = '{"submission_id": "s1",  "email": "jörg@x.example"}\n'.encode()

    assert site.post(text) == (202, "stored")
    assert site.post(text) == (200, "stored already")

    assert site.rows() == [("acme", "website", "demo_requests", "s1", text.decode())]
    assert site.told == ["acme"]


def test_what_somebody_sends_who_was_forgotten_is_not_stored(site: Site) -> None:
    text = b'{"submission_id": "s1", "email": "Ann@Northwind.example"}'
    keys = {"email": ["ann@northwind.example"]}
    site.forgotten.keep_out("acme", keys, "r", datetime.now(UTC))
    assert site.post(text) == (200, "ignored")
    assert site.rows() == []
    site.forgotten.let_in("acme", keys)
    assert site.post(text) == (202, "stored")


def test_a_submission_without_an_id_is_known_by_its_body(site: Site) -> None:
    first, second = b'{"email": "a@x.example"}', b'{"email":"a@x.example"}'
    assert [site.post(one)[0] for one in (first, first, second)] == [202, 200, 202]
    assert all(re.fullmatch("sha256:[0-9a-f]{64}", row[3]) for row in site.rows())


@pytest.mark.parametrize("id_", ["x" * 201, "a\0b", "\ud800", "new\nline"])
def test_an_id_that_no_index_takes_is_named_by_its_digest(site: Site, id_: str) -> None:
    assert [site.post(body(submission_id=id_))[0] for _ in range(2)] == [202, 200]
    assert site.rows()[0][3].startswith("sha256:")


@pytest.mark.parametrize(("id_", "delivery"), [(42, "42"), (" s 1 ", "s 1"), ("ü", "ü")])
def test_an_id_is_kept_as_text(site: Site, id_: object, delivery: str) -> None:
    assert site.post(body(submission_id=id_))[0] == 202
    assert site.rows()[0][3] == delivery


def test_stripes_event_is_stored_by_its_id_and_other_events_are_of_no_interest(
    site: Site,
) -> None:
    secret = site.secrets["env:STRIPE"]
    event, other = (json.dumps(one).encode() for one in (EVENT, {**EVENT, "type": "invoice.paid"}))

    for expected, one in (((202, "stored"), event), ((200, "ignored"), other)):
        assert site.post(one, stripe_headers(one, secret=secret), "/acme/stripe") == expected

    assert [row[1:4] for row in site.rows()] == [("stripe", "subscriptions", "evt_1")]


def test_while_a_secret_is_replaced_one_right_signature_of_several_is_enough(site: Site) -> None:
    event = json.dumps(EVENT).encode()
    old = stripe_headers(event, secret="replaced")["Stripe-Signature"]
    new = stripe_headers(event, secret=site.secrets["env:STRIPE"])["Stripe-Signature"]
    both = {"Content-Type": "application/json", "Stripe-Signature": f"{old}, {new.split(',')[1]}"}

    assert site.post(event, both, "/acme/stripe") == (202, "stored")
    alone = {**both, "Stripe-Signature": old}
    assert site.post(event, alone, "/acme/stripe") == (401, "the signature does not fit")


UNREADABLE = (401, "the signature is missing or cannot be read")
WRONG = (401, "the signature does not fit")
OLD = (401, "the request is too old, or a clock is wrong")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"X-Signature-256": ""}, UNREADABLE),
        ({"X-Signature-256": "sha1=" + "0" * 64}, UNREADABLE),
        ({"X-Signature-256": "sha256=" + "0" * 63}, UNREADABLE),
        ({"X-Signature-256": "sha256=" + "0" * 64}, WRONG),
        ({"X-Timestamp": ""}, UNREADABLE),
        ({"X-Timestamp": "now"}, UNREADABLE),
        ({"X-Timestamp": "-1"}, UNREADABLE),
        ({"X-Timestamp": "1"}, WRONG),
        (form_headers(b"another body"), WRONG),
        (form_headers(body(), secret="guessed"), WRONG),
        (form_headers(body(), at=1_700_000_000), OLD),
    ],
)
def test_what_is_not_signed_well_and_lately_is_refused(
    site: Site, change: dict[str, str], expected: tuple[int, str]
) -> None:
    assert site.post(body(), {**form_headers(body()), **change}) == expected
    assert (site.rows(), site.told) == ([], [])


def test_how_old_a_request_may_be_is_a_setting_and_holds_both_ways(site: Site) -> None:
    for path, off, status in (
        ("/acme/website", -290, 202),
        ("/acme/website", -310, 401),
        ("/acme/website", 310, 401),
        ("/acme/slow", -310, 202),
        ("/acme/slow", -3700, 401),
    ):
        text = body(submission_id=f"{path}{off}")
        headers = form_headers(text, at=time.time() + off)
        assert site.post(text, headers, path)[0] == status


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "the body is not a JSON object"),
        (b"{", "the body is not a JSON object"),
        (b"[1]", "the body is not a JSON object"),
        (b'"text"', "the body is not a JSON object"),
        (b"[" * 100_000, "the body is not a JSON object"),
        (b'{"n": ' + b"9" * 5000 + b"}", "the body is not a JSON object"),
        (b'{"email": "\xff"}', "the body is not UTF-8"),
    ],
)
def test_what_is_no_json_object_is_refused(site: Site, text: bytes, says: str) -> None:
    assert site.post(text) == (400, says)
    assert site.rows() == []


@pytest.mark.parametrize(
    "path", ["/acme/app", "/acme/nothing", "/beta/website", "/acme", "/", "/acme/website/x"]
)
def test_where_no_webhook_is_nothing_is_found(site: Site, path: str) -> None:
    assert site.post(body(), path=path) == (404, "there is no such webhook")


def test_only_posts_of_json_are_taken(site: Site) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = requests.request(method, f"{site.url}/acme/website", timeout=10)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
        assert answer.json() == {"result": "this takes POST only"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        headers = {**form_headers(body()), "Content-Type": kind}
        assert site.post(body(), headers) == (415, "the content type is not application/json")
    assert site.rows() == []


def test_a_body_of_a_mebibyte_is_taken_and_a_larger_one_is_not(site: Site) -> None:
    def sized(size: int) -> bytes:
        return body(page="x" * (size - len(body(page=""))))

    assert len(sized(MOST_BYTES)) == MOST_BYTES
    assert site.post(sized(MOST_BYTES)) == (202, "stored")
    assert site.post(sized(MOST_BYTES + 1)) == (413, "the body is larger than 1 MiB")
    large = sized(3 * MOST_BYTES)
    chunked = iter([large[:MOST_BYTES], large[MOST_BYTES:]])
    answer = requests.post(
        f"{site.url}/acme/website", chunked, headers=form_headers(large), timeout=10
    )
    assert answer.status_code == 413
    assert len(site.rows()) == 1


def test_a_body_that_does_not_come_is_not_waited_for(site: Site) -> None:
    head = (
        "POST /acme/website HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n{"
    )
    with socket.create_connection(("127.0.0.1", site.server.port)) as slow:
        slow.sendall(head.encode())
        slow.settimeout(10)
        assert slow.recv(100).startswith(b"HTTP/1.1 408")
    with socket.create_connection(("127.0.0.1", site.server.port)) as gone:
        gone.sendall(head.encode())
    assert site.post(body()) == (202, "stored"), "others are served"


def test_while_the_database_is_away_the_sender_is_asked_to_try_again(site: Site) -> None:
    def rename(old: str, new: str) -> None:
        with site.database.write() as connection:
            connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))

    assert requests.get(f"{site.url}/health", timeout=10).json() == {"result": "ok"}
    rename("inbox", "away")
    answer = requests.post(
        f"{site.url}/acme/website", body(), headers=form_headers(body()), timeout=10
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert requests.get(f"{site.url}/health", timeout=10).status_code == 503
    rename("away", "inbox")
    assert site.post(body()) == (202, "stored")
    assert requests.get(f"{site.url}/health", timeout=10).status_code == 200


def test_while_a_secret_or_the_mapping_is_wrong_nothing_is_lost(site: Site) -> None:
    assert site.post(body(), path="/acme/trial") == (503, "try again later")
    site.mapping = "version: 2"
    with pytest.raises(MappingError):
        checked("acme", site.mapping)
    assert site.post(body()) == (503, "try again later")


def test_a_defect_is_answered_without_its_words(site: Site) -> None:
    site.secrets["env:WEBSITE"] = None
    assert site.post(body()) == (503, "try again later")


def test_no_log_line_has_an_address_or_a_body(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.post(body())
    site.post(body(), {**form_headers(body()), "X-Timestamp": "1"})
    site.post(body()[:-1])
    site.post(body(), path="/acme/trial")

    assert "request to website refused: the signature does not fit" in caplog.text
    assert "env:MISSING" in caplog.text
    for word in ("company-1", "user@", "submission"):
        assert word not in caplog.text


def test_the_example_of_the_page_is_taken(site: Site, tmp_path: Path) -> None:
    example = re.search(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert example
    code = example[1].replace("https://hooks.example.com", site.url)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"WEBSITE_SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "202 stored"), done.stderr
    assert [row[1] for row in site.rows()] == ["website"]
