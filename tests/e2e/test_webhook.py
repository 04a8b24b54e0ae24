"""A demo request on the website is on the contact in HubSpot seconds later."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from support.webhooks import Endpoint, endpoint, form_headers, submission
from support.workspace import MAPPING, PORTAL, Workspace, wait_until

SECONDS = 15.0
WITH_WEBSITE = MAPPING.replace(
    "objects:",
    "  website: {{kind: webhook, secret: env:ACME_WEBSITE, streams: [demo_requests]}}\nobjects:",
).replace(
    "      saas_user_usage_28d: user_usage_28d",
    "      request_a_demo_date: last_demo_request_at\n      saas_demo_count: demo_count",
)


@pytest.fixture
def website(synced: Workspace) -> Workspace:
    """Synced once; demo requests from the website are mapped and the portal is prepared."""
    synced.env["ACME_WEBSITE"] = "what-only-the-website-knows"
    synced.write_mapping(WITH_WEBSITE)
    assert synced.run("properties", "create", PORTAL).returncode == 0
    return synced


@pytest.fixture
def listening(website: Workspace) -> Iterator[Endpoint]:
    with endpoint(website) as made:
        yield made


def contact(workspace: Workspace, number: int) -> dict[str, str]:
    email = f"user@company-{number}.example"
    found = workspace.portal.records("contacts").live.values()
    return next((c.values for c in found if c.values["email"] == email), {})


def rows(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    path = workspace.folder / ".syncworker" / "state.db"
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        return connection.execute(query).fetchall()


def stored(workspace: Workspace) -> int:
    return int(rows(workspace, "SELECT count(*) FROM inbox")[0][0])


def idle(workspace: Workspace) -> bool:
    return not rows(workspace, "SELECT id FROM runs WHERE finished_at IS NULL")


def ticked(workspace: Workspace) -> bool:
    return bool(rows(workspace, "SELECT slot FROM slots WHERE job = 'inbox'"))


@pytest.mark.long
def test_a_demo_request_is_on_the_contact_within_seconds_and_again_changes_nothing(
    website: Workspace, listening: Endpoint
) -> None:
    with website.worker():
        wait_until(lambda: ticked(website), what="the worker's first tick")
        before = len(rows(website, "SELECT id FROM runs"))
        sent = time.monotonic()
        body = json.dumps(submission(3)).encode()

        first = listening.post(body)
        wait_until(lambda: contact(website, 3).get("saas_demo_count") == "1", what="the contact")
        seconds = time.monotonic() - sent
        wait_until(lambda: idle(website), what="the run's end")
        website.portal.stats.reset()
        again = listening.post(body)
        time.sleep(2.5)  # two ticks

        assert (first.status_code, first.json()) == (202, {"result": "stored"})
        assert seconds < SECONDS, seconds
        assert contact(website, 3)["request_a_demo_date"]
        assert (again.status_code, again.json()) == (200, {"result": "stored already"})
        assert website.portal.stats.writes == 0
        assert stored(website) == 1
        runs = rows(website, "SELECT status, options FROM runs ORDER BY id")[before:]
        told = {"streams": ["website.demo_requests"], "people": []}
        assert [(status, json.loads(options)) for status, options in runs] == [("done", told)]
    assert "user@" not in (website.folder / "webhook.log").read_text() + website.log()


@pytest.mark.long
def test_only_the_person_and_their_account_are_sent(
    website: Workspace, listening: Endpoint
) -> None:
    website.sql("UPDATE subscription_items SET unit_amount = unit_amount + 100")
    assert website.run("extract", PORTAL).returncode == 0  # reads the app, sends nothing
    with website.worker():
        assert listening.post(submission(4)).status_code == 202
        wait_until(lambda: contact(website, 4).get("saas_demo_count") == "1", what="the contact")
        wait_until(lambda: idle(website), what="the run's end")

    companies = website.portal.records("companies").live.values()
    mrr = {c.values["domain"]: c.values["saas_mrr"] for c in companies}
    assert mrr["company-4.example"] == "11.04"
    assert mrr["company-5.example"] == "10.05", "others wait for the next sync"
    assert website.run("sync", PORTAL).returncode == 0  # of now: the webhook was read just now
    companies = website.portal.records("companies").live.values()
    mrr = {c.values["domain"]: c.values["saas_mrr"] for c in companies}
    assert mrr["company-5.example"] == "11.05"


@pytest.mark.long
def test_a_stranger_becomes_a_contact_and_a_sync_without_a_worker_reads_the_inbox(
    website: Workspace, listening: Endpoint
) -> None:
    assert listening.post(submission(77)).status_code == 202
    assert contact(website, 77) == {}

    done = website.run("sync", PORTAL)

    assert done.returncode == 0, done.stdout
    assert contact(website, 77)["saas_demo_count"] == "1"


@pytest.mark.long
def test_what_came_while_the_portal_was_held_is_taken_by_one_run_as_soon_as_it_is_free(
    website: Workspace, listening: Endpoint
) -> None:
    with website.worker(SYNCWORKER_TICK_SECONDS="3600"):
        wait_until(lambda: ticked(website), what="the worker's first tick")
        held = website.run("sync", PORTAL, "--enqueue")
        for number in range(5):
            assert listening.post(submission(number)).status_code == 202
        wait_until(
            lambda: all(contact(website, n).get("saas_demo_count") == "1" for n in range(5)),
            what="the contacts",
        )
        wait_until(lambda: idle(website), what="the runs' end")

    assert held.returncode == 0, held.stderr
    assert len(rows(website, "SELECT id FROM runs WHERE options LIKE '%people%'")) <= 2


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"X-Signature-256": "sha256=" + "0" * 64}, "the signature does not fit"),
        ({"X-Signature-256": "md5=1"}, "the signature is missing or cannot be read"),
    ],
)
def test_a_request_that_is_not_signed_well_is_refused_and_not_stored(
    website: Workspace, listening: Endpoint, headers: dict[str, str], says: str
) -> None:
    body = json.dumps(submission(1)).encode()

    refused = listening.post(body, headers={**form_headers(body), **headers})

    assert (refused.status_code, refused.json()) == (401, {"result": says})
    assert stored(website) == 0


def test_a_request_that_was_signed_minutes_ago_is_a_replay(
    website: Workspace, listening: Endpoint
) -> None:
    body = json.dumps(submission(1)).encode()

    refused = listening.post(body, headers=form_headers(body, at=time.time() - 301))

    assert (refused.status_code, refused.json()["result"][:22]) == (401, "the request is too old")
    assert stored(website) == 0
    assert listening.post(body, headers=form_headers(body, at=time.time() - 240)).ok


@pytest.mark.long
def test_an_endpoint_that_is_killed_and_started_again_has_lost_nothing(website: Workspace) -> None:
    answered = 0
    with endpoint(website) as first, ThreadPoolExecutor(4) as senders:
        futures = [senders.submit(first.post, submission(number)) for number in range(40)]
        wait_until(lambda: stored(website) >= 10, what="some deliveries")
        first.kill()
        for future in futures:
            if future.exception() is None:
                answered += future.result().status_code == 202
    kept = stored(website)

    with endpoint(website, "again") as second:
        statuses = [second.post(submission(number)).status_code for number in range(40)]

    assert kept >= answered >= 1
    assert statuses.count(200) == kept
    assert stored(website) == 40
    done = website.run("sync", PORTAL)
    assert done.returncode == 0, done.stdout
    assert all(contact(website, number)["saas_demo_count"] == "1" for number in range(40))


@pytest.mark.long
def test_of_two_endpoints_that_get_the_same_requests_at_once_each_is_stored_once(
    website: Workspace, listening: Endpoint
) -> None:
    with endpoint(website, "second") as second, ThreadPoolExecutor(8) as senders:
        futures = [
            senders.submit(one.post, submission(number))
            for number in range(25)
            for one in (listening, second)
        ]
        statuses = [future.result().status_code for future in futures]

    assert sorted(statuses) == [200] * 25 + [202] * 25
    assert stored(website) == 25
