"""syncworker in the test's own process: CSV files, a mapping, a sandbox portal on a real socket."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncworker import bootstrap
from syncworker.engine import inline, properties, sync
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import DeadLetter, Run
from syncworker.planning.records import LedgerRecord
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer
from syncworker.settings import Settings

AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NAME = "acme"
_HEAD = """\
version: 1
hubspot: {{credentials: env:ACME_TOKEN, base_url: "{url}"}}
reporting: {{timezone: Europe/Berlin, currency: EUR}}
sources:
  app:
    kind: files
    path: "{folder}"
    streams:
{streams}
"""


class Company:
    """One user's rows, mapping and portal.

    Args:
        folder: An empty folder.
        server: A running sandbox portal.
        monkeypatch: Sets the token.
        mapping: Everything of the mapping from `objects:` on.
        streams: By stream, its rows.
    """

    def __init__(
        self,
        folder: Path,
        server: SandboxServer,
        monkeypatch: pytest.MonkeyPatch,
        mapping: str,
        **streams: Iterable[Mapping[str, object]],
    ) -> None:
        self.folder = folder
        self._written = 0
        self.server = server
        monkeypatch.setenv("ACME_TOKEN", server.token)
        (folder / "mappings").mkdir()
        for stream, rows in streams.items():
            self.rows(stream, rows)
        self.streams = tuple(streams)
        self.mapping(mapping)
        settings = Settings(home=folder / "home", mappings=folder / "mappings")
        self.engine: Engine = bootstrap.engine(settings)

    @property
    def portal(self) -> Portal:
        """The sandbox's state."""
        return self.server.portal

    def rows(self, stream: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Write a stream's file anew, as of a moment shortly before AS_OF."""
        listed = list(rows)
        path = self.folder / f"{stream}.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(
                file, list(dict.fromkeys(name for row in listed for name in row))
            )
            writer.writeheader()
            writer.writerows(listed)
        # A file changed after a run's moment waits for the next one; each write is a second later.
        self._written += 1
        os.utime(path, (AS_OF.timestamp() - 3600 + self._written,) * 2)

    def mapping(self, text: str) -> None:
        """Write the mapping anew, from `objects:` on."""
        streams = "\n".join(f"      {name}: {{path: {name}.csv}}" for name in self.streams)
        head = _HEAD.format(url=self.server.url, folder=self.folder, streams=streams)
        (self.folder / "mappings" / f"{NAME}.yaml").write_text(head + text, "utf-8")

    def create_properties(self) -> None:
        """`syncworker properties create acme`."""
        mapping = checked(NAME, self.engine.mapping_text(NAME))
        portal = self.engine.connect(NAME, mapping, "interactive")
        for compared in properties.compare(self.engine, NAME, mapping, portal):
            properties.create(self.engine, NAME, portal, compared)

    def sync(self, *, force: bool = False) -> Run:
        """`syncworker sync acme`."""
        run = sync.start(self.engine, NAME, as_of=AS_OF, force=force)
        return inline.carry_out(self.engine, run, "test")

    def link(self, object_name: str, key: str) -> LedgerRecord:
        """The ledger's row of a record."""
        return self.engine.ledger.get(NAME, object_name, [key])[key]

    def letters(self) -> list[DeadLetter]:
        """The open dead letters."""
        return self.engine.letters.open(NAME, run_id=None, most=1_000)

    def values(self, object_name: str, key: str) -> dict[str, str]:
        """What HubSpot holds of the record that is linked to a key."""
        return self.portal.records(object_name).live[self.link(object_name, key).hubspot_id].values
