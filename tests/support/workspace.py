"""A user's folder for end-to-end tests: a source database, a mapping, a sandbox portal, commands.

Commands run as processes of their own, as a user would type them.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support import commands

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer
from syncworker.settings import Settings

AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PORTAL = "acme"

MAPPING = """\
# yaml-language-server: $schema=./mapping.schema.json
version: 1
hubspot: {{credentials: env:ACME_TOKEN, base_url: "{url}"}}
reporting: {{timezone: Europe/Berlin, currency: EUR}}
sources:
  app:
    kind: sql
    url: env:ACME_DATABASE
    streams:
      accounts: {{query: "SELECT * FROM accounts"}}
      users: {{query: "SELECT * FROM users"}}
      events: {{query: "SELECT * FROM events", cursor: received_at, overlap: 1h}}
      subscriptions: {{query: "SELECT * FROM subscriptions"}}
      subscription_items: {{query: "SELECT * FROM subscription_items"}}
objects:
  companies:
    match: {{property: domain, column: domain}}
    properties:
      saas_mrr: mrr
      saas_subscription_status: subscription_status
      saas_usage_28d: usage_28d
      saas_churned: churned
      saas_health_computed_at: health_computed_at
  contacts:
    match: {{property: email, column: email}}
    policy: upsert
    properties:
      saas_user_usage_28d: user_usage_28d
{more}
"""

_TABLES = """
CREATE TABLE accounts (account_id TEXT, name TEXT, domain TEXT, created_at TEXT);
CREATE TABLE users (user_id TEXT, account_id TEXT, email TEXT, created_at TEXT);
CREATE TABLE events (event_id TEXT, user_id TEXT, name TEXT, ts TEXT, received_at TEXT);
CREATE TABLE subscriptions (sub_id TEXT, account_id TEXT, status TEXT, started_at TEXT,
  cancel_at TEXT, ended_at TEXT);
CREATE TABLE subscription_items (item_id TEXT, sub_id TEXT, unit_amount INTEGER, quantity INTEGER,
  interval TEXT, currency TEXT);
"""


class Workspace:
    """One user's folder.

    Args:
        folder: An empty folder, or a copy of another workspace's.
        server: A running sandbox portal.

    Attributes:
        env: Variables of every command, beside a clean environment.
    """

    def __init__(self, folder: Path, server: SandboxServer) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.server = server
        self.database = folder / "app.db"
        self.env = {
            "ACME_TOKEN": server.token,
            "ACME_DATABASE": f"sqlite:///{self.database}",
            "SYNCWORKER_LEASE_SECONDS": "2",
            "SYNCWORKER_TICK_SECONDS": "1",
            "SYNCWORKER_RETRY_DELAY_SECONDS": "0.5",
            "SYNCWORKER_STOP_SECONDS": "0.5",
        }
        if not self.database.exists():
            self.sql(_TABLES)
            self.write_mapping()

    @property
    def portal(self) -> Portal:
        """The sandbox portal's state."""
        return self.server.portal

    @property
    def socket(self) -> Path:
        """Where the workspace's own broker listens."""
        return Settings(home=self.folder / ".syncworker").socket

    def write_mapping(self, text: str = MAPPING, *, name: str = PORTAL, more: str = "") -> Path:
        """Write mappings/<name>.yaml."""
        path = self.folder / "mappings" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(url=self.server.url, more=more), "utf-8")
        return path

    def sql(self, script: str, rows: list[tuple[Any, ...]] | None = None) -> None:
        """Run a script, or one statement for many rows, on the source database."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            if rows is None:
                connection.executescript(script)
            else:
                connection.executemany(script, rows)

    def fill(self, accounts: int, *, in_portal: bool = True) -> None:
        """Make accounts with a user, a subscription and five recent events each."""
        then = (AS_OF - timedelta(days=400)).isoformat()
        numbers = range(accounts)
        self.sql(
            "INSERT INTO accounts VALUES (?, ?, ?, ?)",
            [(f"a{i}", f"Company {i}", f"company-{i}.example", then) for i in numbers],
        )
        self.sql(
            "INSERT INTO users VALUES (?, ?, ?, ?)",
            [(f"u{i}", f"a{i}", f"user@company-{i}.example", then) for i in numbers],
        )
        self.sql(
            "INSERT INTO subscriptions VALUES (?, ?, 'active', ?, NULL, NULL)",
            [(f"s{i}", f"a{i}", then) for i in numbers],
        )
        self.sql(
            "INSERT INTO subscription_items VALUES (?, ?, ?, 1, 'month', 'EUR')",
            [(f"i{i}", f"s{i}", 1000 + i) for i in numbers],
        )
        self.sql(
            "INSERT INTO events VALUES (?, ?, 'report_created', ?, ?)",
            [
                (f"e{i}-{k}", f"u{i}", moment, moment)
                for i in numbers
                for k in range(5)
                for moment in [(AS_OF - timedelta(days=k, hours=1 + i % 24)).isoformat()]
            ],
        )
        if in_portal:
            for i in numbers:
                company = {"name": f"Company {i}", "domain": f"company-{i}.example"}
                self.portal.put("companies", company)

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `syncworker …` and wait for it."""
        return commands.run(arguments, folder=self.folder, env=self.environment(env), seconds=180)

    def sync(self, *arguments: str, **env: str) -> dict[str, Any]:
        """Run `syncworker sync acme --format json` at AS_OF and return what it printed."""
        return self.sync_now("--as-of", AS_OF.isoformat(), *arguments, **env)

    def sync_now(self, *arguments: str, **env: str) -> dict[str, Any]:
        """The same of the time it is: after a worker has read the sources, AS_OF is past."""
        done = self.run("sync", PORTAL, "--format", "json", *arguments, **env)
        assert done.stdout, done.stderr
        result: dict[str, Any] = json.loads(done.stdout)
        return result | {"exit": done.returncode}

    def ready(self, accounts: int) -> None:
        """Fill source and portal, and create the properties."""
        self.fill(accounts)
        created = self.run("properties", "create", PORTAL)
        assert created.returncode == 0, created.stderr

    @contextmanager
    def worker(self, **env: str) -> Iterator[subprocess.Popen[bytes]]:
        """`syncworker worker` for as long as the block lasts; its log is worker.log."""
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "syncworker", "worker"],
                cwd=self.folder,
                env=self.environment(env),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                kill_tree(process.pid)
                process.wait()

    def log(self) -> str:
        """What workers have logged."""
        return (self.folder / "worker.log").read_text()

    def environment(self, more: dict[str, str] | None = None) -> dict[str, str]:
        """Variables of a command: a clean environment, `env`, and `more`."""
        kept = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("SYNCWORKER_", "ACME_", "PYTHONDONTWRITEBYTECODE"))
        }
        # Commands start as they do for a user, whose modules are compiled.
        compiled = {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "syncworker-pycache")}
        return {**kept, **compiled, **self.env, **(more or {})}


def kill_tree(pid: int) -> None:
    """SIGKILL a process and everything it started, sessions of its own included."""
    for child in children(pid):
        kill_tree(child)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            after_name = stat.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def wait_until(condition: Callable[[], bool], *, seconds: float = 60, what: str = "") -> None:
    """Wait for a condition, or fail saying what it was."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what or 'condition'} not within {seconds} s"
        time.sleep(0.05)
