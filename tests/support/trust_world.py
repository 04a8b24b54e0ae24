"""Linked companies with a history, without a source or a metric: what runs wrote, and who else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from support.fake_engine import MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, ready_plan, sync
from syncworker.engine.lease import claimed
from syncworker.engine.memory import Chunk, DeadLetter, Run
from syncworker.engine.ports import PortalRecord
from syncworker.engine.touched import Touched
from syncworker.planning.records import Change, LedgerRecord, RecordPlan

OWN = "saas_mrr"


class MergingPortal(FakePortal):
    """Companies of which some were merged into others, by old id."""

    merged: Mapping[str, str] = {}

    def read(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, PortalRecord]:
        now = super().read(object_name, [self.merged.get(i, i) for i in ids], properties)
        return {i: now[self.merged.get(i, i)] for i in ids if self.merged.get(i, i) in now}

    def last_changes(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Touched]:
        now = super().last_changes(object_name, [self.merged.get(i, i) for i in ids], properties)
        return {i: now[self.merged.get(i, i)] for i in ids if self.merged.get(i, i) in now}


class World:
    """Companies a0, a1... that are records 0, 1... of the portal, each with an MRR of 10."""

    def __init__(self, folder: Path, companies: int, mapping: str = MAPPING) -> None:
        self.portal = MergingPortal(companies)
        self.clock = Clock()
        self.folder = folder
        for record in self.portal.companies.values():
            record[OWN] = "10"
        self.remap(mapping)
        records = [
            LedgerRecord("companies", f"a{i}", i, dict(held), linked_by="domain")
            for i, held in self.portal.companies.items()
        ]
        with self._chunk() as chunk:
            self.engine.ledger.confirm(chunk, "acme", records, self.clock())

    def remap(self, mapping: str) -> None:
        """The same with another mapping."""
        source = FakeSource(0)
        self.engine = make_engine(
            self.folder, self.portal, source, mapping=mapping, clock=self.clock
        )

    @contextmanager
    def _chunk(self) -> Iterator[Chunk]:
        run = sync.start(self.engine, "acme", kind="verify")
        self.engine.runs.advance(run.id, old="start", new="compute", payloads=[{}], summary={})
        chunk = claimed(self.engine, run)
        yield chunk
        self.engine.chunks.complete(chunk, {})
        self.engine.runs.finish(replace(run, status="done", finished_at=self.clock()))

    def write(self, name: str = OWN, **values: str) -> Run:
        """A run that writes a property; `a0="20"` is a record and its new value."""
        self.clock.now += timedelta(minutes=1)
        known = self.engine.ledger.get("acme", "companies", list(values))
        plans = [
            RecordPlan(
                "companies",
                key,
                key,
                known[key].hubspot_id,
                "update",
                (Change(name, known[key].values.get(name, ""), new, "by hand"),),
            )
            for key, new in values.items()
        ]
        return self.sent(ready_plan.start(self.engine, "acme", plans, kind="apply"))

    def sent(self, run: Run) -> Run:
        """Go on with a run to its end."""
        self.clock.now += timedelta(minutes=1)
        return inline.carry_out(self.engine, run, "me")

    def all(self, value: str, number: int) -> dict[str, str]:
        """The first companies, each with that value."""
        return dict.fromkeys((f"a{i}" for i in range(number)), value)

    def ledger(self, key: str) -> LedgerRecord:
        """The ledger's row of a company."""
        return self.engine.ledger.get("acme", "companies", [key])[key]

    def held(self, name: str = OWN) -> list[str]:
        """What HubSpot holds, by record."""
        return [record.get(name, "") for record in self.portal.companies.values()]

    def refuse(self, key: str) -> None:
        """HubSpot has refused a value of a company's MRR."""
        letter = DeadLetter("record", "companies", key, "INVALID_NUMBER", OWN, values={OWN: "x"})
        with self._chunk() as chunk:
            self.engine.plans.add(chunk, "acme", [], [letter], [], self.clock())
