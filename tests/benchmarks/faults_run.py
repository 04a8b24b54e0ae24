"""50,000 records into a portal that fails all the time; nothing may be lost, wrong or there twice.

    python tests/benchmarks/faults_run.py [COMPANIES] [CONTACTS] [FAULTS]

A first sync creates every company and contact through a worker while the sandbox answers with 429s,
500s, timeouts and resets, and one record in two hundred is one that HubSpot does not take. Then
every record is compared: source, ledger, dead letters and portal. Nothing is retried by hand; a run
that ends as failed is begun again as the schedule would, and counted.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.workspace import AS_OF, PORTAL, Workspace

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.rates import Rates
from syncworker.sandbox.server import SandboxServer

FAULTS = "429:5%,500:2%,timeout:1%,reset:1%"
_PAUSE = 1.0  # seconds until a request that times out is cut
_EVERY = 200  # one record in so many is invalid
_MAPPING = """\
version: 1
hubspot: {{credentials: env:ACME_TOKEN, base_url: "{url}"}}
sources:
  app:
    kind: sql
    url: env:ACME_DATABASE
    streams:
      accounts: {{query: "SELECT * FROM accounts"}}
      users: {{query: "SELECT * FROM users"}}
      subscriptions: {{query: "SELECT * FROM subscriptions"}}
      subscription_items: {{query: "SELECT * FROM subscription_items"}}
objects:
  companies:
    match:
      - {{property: saas_account_id, column: account_id}}
      - {{property: domain, column: domain}}
    policy: upsert
    properties:
      saas_mrr: mrr
      saas_subscription_status: subscription_status
  contacts:
    match: {{property: email, column: email}}
    policy: upsert
    properties:
      saas_account_mrr: mrr
      saas_account_status: subscription_status
"""


def main(companies: int, contacts: int, faults: str) -> None:
    """Sync until it is done, then compare everything with everything."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    with SandboxServer(Portal()) as server:
        workspace = Workspace(folder, server)
        workspace.env = {
            "ACME_TOKEN": server.token,
            "ACME_DATABASE": workspace.env["ACME_DATABASE"],
        }
        workspace.write_mapping(_MAPPING)
        _fill(workspace, companies, contacts)
        created = workspace.run("properties", "create", PORTAL)
        assert created.returncode == 0, created.stderr
        server.portal.faults.rates = Rates.parse(faults, seed=7, pause=_PAUSE)
        server.portal.stats.reset()
        started = time.monotonic()
        runs = 0
        with workspace.worker():
            while not workspace.socket.exists():
                time.sleep(0.1)
            while True:
                runs += 1
                run = _sync(workspace)
                print(
                    f"run {runs}: {run['status']} {run['message']} {run['summary'].get('outcomes')}"
                )
                if run["status"] in {"done", "rejects"}:
                    break
                assert runs < 10, "never done"
        seconds = time.monotonic() - started
        stats = server.portal.stats
        print(
            f"{companies + contacts:,} records under {faults}: {seconds:.1f} s, {runs} runs, "
            f"{stats.requests} requests ({stats.writes} writes), statuses {dict(stats.by_status)}"
        )
        server.portal.faults.rates = Rates()
        _compare(workspace, companies, contacts)


def _sync(workspace: Workspace) -> dict[str, Any]:
    begun = workspace.run("sync", PORTAL, "--as-of", AS_OF.isoformat(), "--enqueue")
    assert begun.returncode == 0, begun.stderr
    query = "SELECT id FROM runs WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1"
    before = found = _state(workspace, query)
    while found == before:
        time.sleep(1)
        found = _state(workspace, query)
    shown = workspace.run("runs", "show", found[0][0], "--format", "json")
    run: dict[str, Any] = json.loads(shown.stdout)
    return run


def _state(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(workspace.folder / ".syncworker" / "state.db")) as state:
        return state.execute(query).fetchall()


def _compare(workspace: Workspace, companies: int, contacts: int) -> None:
    ledger = {
        (name, key): (hubspot_id, json.loads(values))
        for name, key, hubspot_id, values in _state(
            workspace, 'SELECT object, key, hubspot_id, "values" FROM ledger'
        )
    }
    letters = {
        (name, key): cause
        for name, key, cause in _state(
            workspace,
            "SELECT subject, key, cause FROM dead_letters "
            "WHERE kind = 'record' AND resolved_at IS NULL",
        )
    }
    expected = {("companies", f"a{i}") for i in range(companies)}
    expected |= {("contacts", f"u{i}") for i in range(contacts)}
    lost = expected - ledger.keys() - letters.keys()
    both = ledger.keys() & letters.keys()
    wrong = 0
    for (name, _), (hubspot_id, values) in ledger.items():
        record = workspace.portal.records(name).live[hubspot_id]
        wrong += any(record.values.get(prop, "") != value for prop, value in values.items())
    doubles = {}
    for name, prop in (
        ("contacts", "email"),
        ("companies", "domain"),
        ("companies", "saas_account_id"),
    ):
        held = Counter(r.values.get(prop) for r in workspace.portal.records(name).live.values())
        doubles[f"{name}.{prop}"] = sum(times - 1 for times in held.values() if times > 1)
    live = {name: len(workspace.portal.records(name).live) for name in ("companies", "contacts")}
    mrr = {f"a{i}": str((1000 + i) / 100).removesuffix(".0") for i in range(companies)}
    stale = sum(
        float(values.get("saas_mrr") or "nan") != float(mrr[key])
        for (name, key), (_, values) in ledger.items()
        if name == "companies"
    )
    print(
        f"in the portal {live}; ledger {len(ledger):,}; dead letters {len(letters):,} "
        f"{dict(Counter(letters.values()))}; neither {len(lost)}; both {len(both)}; "
        f"ledger and portal differ in {wrong}; not the source's value {stale}; doubles {doubles}"
    )
    assert not lost
    assert not wrong
    assert not stale
    assert not any(doubles.values())
    assert len(letters) + len(ledger) - len(both) == companies + contacts
    assert set(letters.values()) <= {"INVALID_EMAIL", "VALUE_TOO_LONG"}, letters


def _fill(workspace: Workspace, companies: int, contacts: int) -> None:
    then = (AS_OF - timedelta(days=400)).isoformat()
    long_name = "x" * 65_537  # HubSpot takes 65,536
    workspace.sql(
        "INSERT INTO accounts VALUES (?, ?, ?, ?)",
        [
            (
                f"a{i}",
                long_name if i % _EVERY == 0 else f"Company {i}",
                f"company-{i}.example",
                then,
            )
            for i in range(companies)
        ],
    )
    workspace.sql(
        "INSERT INTO users VALUES (?, ?, ?, ?)",
        [(f"u{i}", f"a{i % companies}", _address(i), then) for i in range(contacts)],
    )
    workspace.sql(
        "INSERT INTO subscriptions VALUES (?, ?, 'active', ?, NULL, NULL)",
        [(f"s{i}", f"a{i}", then) for i in range(companies)],
    )
    workspace.sql(
        "INSERT INTO subscription_items VALUES (?, ?, ?, 1, 'month', 'EUR')",
        [(f"i{i}", f"s{i}", 1000 + i) for i in range(companies)],
    )


def _address(number: int) -> str:
    # A source may have what HubSpot's own rule for addresses does not take: one letter at the end.
    ending = "example" if number % _EVERY else "e"
    return f"user-{number}@company-{number}.{ending}"


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(
        int(arguments[0]) if arguments else 10_000,
        int(arguments[1]) if len(arguments) > 1 else 40_000,
        arguments[2] if len(arguments) > 2 else FAULTS,
    )
