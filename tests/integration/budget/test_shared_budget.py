"""The shared budget on a real Valkey and the real clock: processes, priorities, outages."""

from __future__ import annotations

import itertools
import json
import logging
import math
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from support.valkey import start_valkey

from syncworker.hubspot import redis_budget
from syncworker.hubspot.budget import Budget, Limits, LocalBudget, Priority, limits
from syncworker.hubspot.local_state import LocalState
from syncworker.hubspot.redis_budget import RedisBudget

WORKER = """
import json, sys, time
import redis
from syncworker.hubspot.budget import Limits
from syncworker.hubspot.redis_budget import RedisBudget

client = redis.Redis(unix_socket_path=sys.argv[1])
budget = RedisBudget(client, "acme", "free", allowed=Limits(burst=40, window=2.0))
client.incr("ready")
while not client.get("go"):
    time.sleep(0.01)
until = time.monotonic() + 5
sent = []
while time.monotonic() < until:
    budget.acquire()
    sent.append(budget._sent())
print(json.dumps(sent))
"""
Make = Callable[[Priority], Budget]


def connect(socket: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(socket), socket_timeout=1, retry=Retry(NoBackoff(), 1))


@pytest.fixture
def client(socket: Path) -> Iterator[redis.Redis]:
    client = connect(socket)
    yield client
    client.close()


@pytest.fixture(params=["local", "valkey"])
def make(request: pytest.FixtureRequest, client: redis.Redis) -> Make:
    """Budgets of one portal that takes 60 requests in any two seconds."""
    allowed = Limits(burst=60, window=2.0)
    if request.param == "local":
        state = LocalState(allowed)
        return lambda priority: LocalBudget("free", priority=priority, state=state)
    key = uuid4().hex
    return lambda priority: RedisBudget(client, key, "free", priority=priority, allowed=allowed)


def most_in(times: list[float], window: float) -> int:
    times = sorted(times)
    first = itertools.count()
    start = next(first)
    most = 0
    for place, at in enumerate(times):
        while times[start] <= at - window:
            start = next(first)
        most = max(most, place - start + 1)
    return most


def test_processes_share_one_allowance_and_use_nearly_all_of_it(
    socket: Path, client: redis.Redis
) -> None:
    command = [sys.executable, "-c", WORKER, str(socket)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    while int(client.get("ready") or 0) < 3:
        time.sleep(0.02)
    client.set("go", 1)
    answers = [worker.communicate()[0] for worker in workers]
    sent = sorted(at for answer in answers for at in json.loads(answer))
    assert most_in(sent, 2.0 * 1.02 - 1e-4) == 40
    used = sum(at <= sent[0] + 5 for at in sent)
    assert used >= 0.9 * 40 * 5 / 2, "the benchmark is stricter: other tests run beside this one"


class Asking(threading.Thread):
    """Asks for budget until told to stop, and notes how long each request waited."""

    def __init__(self, budget: Budget, stop: threading.Event, pause: float = 0.0) -> None:
        super().__init__()
        self.budget = budget
        self.waits: list[float] = []
        self._stop_asking = stop
        self._pause = pause
        self.start()

    def run(self) -> None:
        while not self._stop_asking.is_set():
            began = time.monotonic()
            self.budget.acquire()
            self.waits.append(time.monotonic() - began)
            time.sleep(self._pause)


def asking(make: Make, seconds: float, *several: tuple[Priority, float]) -> list[Asking]:
    stop = threading.Event()
    threads = [Asking(make(priority), stop, pause) for priority, pause in several]
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return threads


def p95(waits: list[float]) -> float:
    return sorted(waits)[math.ceil(len(waits) * 0.95) - 1]


def test_who_waits_at_a_screen_is_served_before_a_backfill(make: Make) -> None:
    mixed: list[tuple[Priority, float]] = [
        ("interactive", 0.1),
        ("backfill", 0),
        ("backfill", 0),
        ("backfill", 0),
    ]
    person, *backfills = asking(make, 4, *mixed)
    backfilled = [wait for thread in backfills for wait in thread.waits]
    assert p95(person.waits) < 0.3
    assert p95(person.waits) * 1.5 < p95(backfilled)
    assert person.budget.waited == pytest.approx(sum(person.waits), abs=0.2)


def test_higher_priorities_that_take_all_they_get_leave_the_lower_ones_their_minimum(
    make: Make,
) -> None:
    mixed: list[tuple[Priority, float]] = [
        ("interactive", 0),
        ("interactive", 0),
        ("interactive", 0),
        ("scheduled", 0),
        ("backfill", 0),
    ]
    *people, scheduled, backfill = asking(make, 4, *mixed)
    total = sum(len(t.waits) for t in (*people, scheduled, backfill))
    assert len(backfill.waits) >= 0.04 * total
    assert len(scheduled.waits) >= 0.08 * total
    assert sum(len(t.waits) for t in people) > 0.6 * total
    assert total >= 0.9 * 60 * 2


def test_waiting_asks_valkey_a_few_times_and_not_all_the_time(client: redis.Redis) -> None:
    key = uuid4().hex
    allowed = Limits(burst=20, window=2.0)

    def budget(priority: Priority) -> Budget:
        return RedisBudget(client, key, "free", priority=priority, allowed=allowed)

    client.config_resetstat()
    threads = asking(budget, 3, *[("scheduled", 0)] * 4)
    sent = sum(len(t.waits) for t in threads)
    asked = client.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert asked < 8 * sent


def test_every_key_expires_and_has_nothing_but_the_digest_in_its_name(
    client: redis.Redis,
) -> None:
    key = uuid4().hex
    budget = RedisBudget(client, key, "free", allowed=Limits(burst=1, window=0.1), sleep=wake)
    budget.acquire(search=True)
    with pytest.raises(Awake):
        budget.acquire()
    names = sorted(client.keys(f"*{key}*"))
    assert [name.decode().split(":", 2)[-1] for name in names] == [
        f"{{{key}}}:searched",
        f"{{{key}}}:sent",
        f"{{{key}}}:state",
        f"{{{key}}}:waiting-scheduled",
    ]
    assert all(client.ttl(name) > 0 or client.pttl(name) > 0 for name in names)


class Awake(Exception):
    pass


def wake(seconds: float) -> None:
    raise Awake


def test_a_valkey_that_forgot_everything_learns_from_the_next_answer(client: redis.Redis) -> None:
    slept: list[float] = []
    budget = RedisBudget(client, uuid4().hex, "free", sleep=slept.append)
    for _ in range(50):
        budget.acquire()
    client.flushall()
    client.script_flush()
    budget.acquire()
    assert not slept
    budget.learn({"x-hubspot-ratelimit-max": "100", "x-hubspot-ratelimit-remaining": "49"})
    other = RedisBudget(client, "other", "free", sleep=slept.append)
    other.acquire()
    assert not slept, "another portal is another budget"
    thread = threading.Thread(target=lambda: [budget.acquire() for _ in range(3)])
    thread.start()
    thread.join()
    assert sum(slept) > 0.1, "50 requests are out there: go slowly"


def test_without_valkey_each_process_goes_on_with_a_quarter_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redis_budget, "_ASK_AGAIN_SECONDS", 0.2)
    caplog.set_level(logging.INFO)
    slept: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        client = connect(Path(folder) / "valkey.sock")
        allowed = limits("professional", time_zone="Europe/Berlin")
        budget = RedisBudget(client, "acme", "professional", allowed=allowed, sleep=slept.append)
        with start_valkey(Path(folder)):
            budget.acquire()
        began = time.monotonic()
        for _ in range(23):
            budget.acquire()
            budget.learn({"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-remaining": "99"})
        assert time.monotonic() - began < 1
        assert not slept
        local = budget._alone
        assert local.limit == 47
        budget.refused("SECONDLY", 1)
        time.sleep(0.25)
        budget.refused("SECONDLY", 1)
        with start_valkey(Path(folder)):
            time.sleep(0.25)
            budget.acquire()
            assert client.keys("*acme*")
        client.close()
    told = [record.getMessage() for record in caplog.records]
    assert [text.split(":")[0] for text in told] == [
        "Redis does not answer (ConnectionError)",
        "Redis answers again",
    ]
    assert "pat-" not in caplog.text
