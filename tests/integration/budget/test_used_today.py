"""What the shared budget knows of a portal's day, read without taking anything from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from syncworker import bootstrap
from syncworker.hubspot.budget import Usage, limits
from syncworker.hubspot.budget_seen import used_today
from syncworker.hubspot.redis_budget import RedisBudget
from syncworker.mapping.loader import load
from syncworker.settings import Settings

MAPPING = """\
version: 1
hubspot: {credentials: env:SEEN_TOKEN}
sources: {app: {kind: sql, url: env:X, streams: {accounts: {query: x}}}}
objects: {companies: {match: {property: domain, column: domain}}}
"""


def test_it_tells_what_all_apps_used_and_nothing_once_the_day_is_over(plain: redis.Redis) -> None:
    key, allowed, now = uuid4().hex, limits("professional"), datetime.now(UTC)
    assert used_today(plain, key, allowed, now) is None, "nothing was sent yet"
    budget = RedisBudget(plain, key, "professional")
    budget.acquire()
    assert used_today(plain, key, allowed, now) == (1, 625_000)
    budget.learn_usage(Usage(1_000, 40, now + timedelta(hours=1)))
    assert used_today(plain, key, allowed, now) == (40, 1_000)
    assert used_today(plain, key, allowed, now) == (40, 1_000), "looking takes nothing"
    assert used_today(plain, key, allowed, now + timedelta(hours=1)) is None


def test_an_app_without_a_daily_limit_has_none(plain: redis.Redis) -> None:
    key, allowed = uuid4().hex, limits("professional", app="oauth")
    RedisBudget(plain, key, "professional", allowed=allowed).acquire()
    assert used_today(plain, key, allowed, datetime.now(UTC)) == (1, None)


def test_a_budget_that_does_not_answer_or_cannot_be_asked_for_is_not_known(
    tmp_path: Path, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = redis.Redis(unix_socket_path=str(tmp_path / "gone"), retry=Retry(NoBackoff(), 0))
    assert used_today(gone, "key", limits("free"), datetime.now(UTC)) is None
    mapping = load(MAPPING, "acme.yaml").mapping
    assert mapping is not None
    alone = bootstrap.engine(Settings(home=tmp_path))
    assert alone.used_today("acme", mapping) is None, "no shared budget"
    shared = bootstrap.engine(Settings(home=tmp_path, redis_url=f"unix://{socket}"))
    assert shared.used_today("acme", mapping) is None, "no token"
    monkeypatch.setenv("SEEN_TOKEN", uuid4().hex)
    assert shared.used_today("acme", mapping) is None
