"""Two rows never write to one record for good, and no letter ends before its cause does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.fake_engine import (
    AS_OF,
    WITH_CONTACTS,
    FakePortal,
    FakeSource,
    make_engine,
)

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.memory import Chunk, Run
from syncworker.engine.ports import Pair, PairOutcome, PortalRecord
from syncworker.engine.run_words import RunKind
from syncworker.planning.records import Batch, LedgerRecord, RecordOutcome
from syncworker.store.database import Database
from syncworker.store.ledger import SqlLedger

REFUSED = PairOutcome(Pair("", ""), "ASSOCIATION_LIMIT", "too many", "x")


class Merging(FakePortal):
    """HubSpot that follows merged companies by itself."""

    def __init__(self, companies: int) -> None:
        super().__init__(companies)
        self.merged: dict[str, str] = {}
        self.same: set[str] = set()

    def find(
        self,
        object_name: str,
        match_property: str,
        values: Sequence[str],
        properties: Sequence[str],
        *,
        unique: bool = False,
    ) -> Mapping[str, tuple[PortalRecord, ...]]:
        """Like HubSpot's, and the first company is found by any of `same`."""
        asked = [*values, *(sorted(self.same) if self.same & set(values) else ())]
        found = super().find(object_name, match_property, asked, properties, unique=unique)
        both = [one for value in self.same for one in found.get(value, ())]
        return {
            v: tuple(both) if v in self.same else found[v] for v in values if v in found or both
        }

    def read(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> dict[str, PortalRecord]:
        now = {i: self.merged.get(i, i) for i in ids}
        found = super().read(object_name, list(now.values()), properties)
        return {i: found[j] for i, j in now.items() if j in found}

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        inputs = [
            replace(one, hubspot_id=self.merged.get(str(one.hubspot_id), one.hubspot_id))
            for one in batch.inputs
        ]
        return super().write(replace(batch, inputs=tuple(inputs)))


class Watched(SqlLedger):
    """A ledger in which something else happens just before the first link is written down."""

    then: Callable[[], object] | None = None

    def confirm(
        self, chunk: Chunk, portal: str, records: Sequence[LedgerRecord], now: datetime
    ) -> None:
        if self.then is not None:
            then, self.then = self.then, None
            then()
        super().confirm(chunk, portal, records, now)


def run(engine: Engine, hours: int = 0, kind: RunKind = "sync") -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours), kind=kind)
    return inline.carry_out(engine, started, "me")


def letters(engine: Engine) -> list[tuple[str, str]]:
    return [(one.key, one.cause) for one in engine.letters.open("acme", run_id=None, most=99)]


@pytest.mark.parametrize("push_records", [1, 9], ids=["in two chunks", "in one batch"])
def test_what_a_merge_wrote_over_another_rows_company_is_put_right(
    tmp_path: Path, push_records: int
) -> None:
    portal, source = Merging(2), FakeSource(2)
    engine = make_engine(tmp_path, portal, source, limits=Limits(push_records=push_records))
    run(engine)
    del portal.companies["0"]
    portal.merged["0"] = "1"
    source.streams["subscription_items"][0]["unit_amount"] = 7700
    run(engine, 1)
    assert portal.companies["1"]["saas_mrr"] == "77", "HubSpot followed the merge"

    assert run(engine, 2).status == "rejects"

    assert letters(engine) == [("a0", "LINK_CONFLICT")]
    assert portal.companies["1"]["saas_mrr"] == "10.01"
    (owner,) = engine.ledger.get("acme", "companies", ["a1"]).values()
    assert owner.values["saas_mrr"] == "10.01"


@pytest.mark.long
@pytest.mark.parametrize("known", [True, False], ids=["merged", "new"])
def test_two_workers_that_link_two_rows_to_one_company_at_once_do_not_both_keep_it(
    tmp_path: Path, known: bool
) -> None:
    portal = Merging(6)
    engine = make_engine(
        tmp_path, portal, FakeSource(6), limits=Limits(shard_accounts=1, in_flight=9)
    )
    ledger = Watched(Database(f"sqlite:///{tmp_path / 'state.db'}"))
    engine = replace(engine, ledger=ledger)
    if known:
        run(engine)
        ledger.doubt("acme", "companies", [f"a{i}" for i in range(6)])
    portal.merged = {str(i): "9" for i in range(6)}
    portal.same = {f"c{i}.example" for i in range(6)}
    portal.companies = {"9": {"domain": "c0.example"}}

    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=1), mode="queue")
    todos = sync.begin(engine, started.id)
    while todos[0].task != "compute_chunk":
        todos = [more for todo in todos for more in inline.do(engine, todo, "first")]
    ledger.then = lambda: [inline.do(engine, todo, "second") for todo in todos]
    for todo in todos:
        inline.do(engine, todo, "first")

    (linked,) = [row for row in ledger.linked("acme") if row.hubspot_id == "9"]
    conflicts = engine.letters.open("acme", run_id=None, most=9)
    assert [one.cause for one in conflicts] == ["LINK_CONFLICT"] * 5
    assert linked.key not in {one.key for one in conflicts}
    assert any(linked.key in one.message for one in conflicts)


def test_a_letter_about_an_association_stays_while_a_plan_finds_nothing_to_change(
    tmp_path: Path,
) -> None:
    portal = FakePortal(3)
    portal.unwanted = {"p1": REFUSED}
    engine = make_engine(tmp_path, portal, FakeSource(3), mapping=WITH_CONTACTS)
    assert run(engine).status == "rejects"
    assert letters(engine) == [("u1", "ASSOCIATION_LIMIT")]

    assert run(engine, 1, kind="plan").status == "planned"

    assert letters(engine) == [("u1", "ASSOCIATION_LIMIT")]
    portal.unwanted = {}
    assert run(engine, 24).status == "done"
    assert letters(engine) == []
