"""Records stay found: rows that follow others, records that people delete or merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.memory import Run
from syncworker.engine.ports import PortalRecord
from syncworker.planning.records import Batch, RecordOutcome

PEOPLE = """\
version: 1
hubspot: {credentials: env:TOKEN}
sources:
  app:
    kind: sql
    url: env:DATABASE
    streams:
      accounts: {query: x}
      users: {query: x}
      demo_requests: {query: x}
objects:
  contacts:
    match: {property: email, column: email}
    properties: {saas_demo_count: demo_count}
"""
UPSERT = MAPPING.replace(
    "match: {property: domain, column: domain}\n",
    "match:\n      - {property: saas_account_id, column: account_id}\n"
    "      - {property: domain, column: domain}\n    policy: upsert\n",
)


class Portal(FakePortal):
    """Finds by any property, knows merges, and says what it no longer has."""

    def __init__(self, companies: int) -> None:
        super().__init__(companies)
        self.merged: dict[str, str] = {}
        self.read_ids: list[str] = []

    def find(
        self,
        object_name: str,
        match_property: str,
        values: Sequence[str],
        properties: Sequence[str],
        *,
        unique: bool = False,
    ) -> Mapping[str, tuple[PortalRecord, ...]]:
        self.requests += 1
        found: dict[str, tuple[PortalRecord, ...]] = {}
        for id_, held in self.companies.items():
            if (value := held.get(match_property)) in values:
                record = PortalRecord(id_, {p: held.get(p, "") for p in properties})
                found[str(value)] = (*found.get(str(value), ()), record)
        return found

    def read(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, PortalRecord]:
        self.read_ids += ids
        now = {i: self.merged.get(i, i) for i in ids}
        found = super().read(object_name, list(now.values()), properties)
        return {i: found[j] for i, j in now.items() if j in found}

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        outcomes = []
        for one in batch.inputs:
            id_ = one.hubspot_id or self._create()
            id_ = self.merged.get(id_, id_)
            if id_ not in self.companies:
                gone = RecordOutcome(one.key, "rejected", cause="OBJECT_NOT_FOUND", message="gone")
                outcomes.append(gone)
                continue
            self.companies[id_].update(one.properties)
            self.written.append((one.key, dict(one.properties)))
            outcomes.append(RecordOutcome(one.key, "sent", id_, dict(one.properties)))
        self.writes += 1
        return tuple(outcomes)

    def _create(self) -> str:
        id_ = f"new{len(self.companies)}"
        self.companies[id_] = {}
        return id_


def run(engine: Engine, hours: int = 0) -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours))
    return inline.carry_out(engine, started, "me")


def letters(engine: Engine) -> list[tuple[str, str]]:
    return [(x.key, x.cause) for x in engine.letters.open("acme", run_id=None, most=99)]


@pytest.mark.every_metric
def test_who_asked_for_a_demo_and_then_signs_up_keeps_the_contact(tmp_path: Path) -> None:
    portal, source = Portal(0), FakeSource(1)
    portal.types = {"saas_demo_count": "number"}
    portal.companies = {"77": {"email": "jane@x.example"}}
    source.streams["users"] = [{"user_id": "u1", "account_id": "a0", "email": "joe@x.example"}]
    asked = {"submission_id": "d1", "email": "jane@x.example", "submitted_at": AS_OF}
    source.streams["demo_requests"] = [asked]
    engine = make_engine(tmp_path, portal, source, mapping=PEOPLE)
    assert run(engine).status == "done"
    assert engine.ledger.owners("acme", "contacts", ["77"]) == {"77": "email:jane@x.example"}

    source.streams["users"].append({"user_id": "u2", "account_id": "a0", "email": "jane@x.example"})
    source.streams["demo_requests"].append(asked | {"submission_id": "d2"})

    assert run(engine, 1).status == "done"
    assert letters(engine) == []
    assert portal.companies["77"]["saas_demo_count"] == "2"
    assert engine.ledger.owners("acme", "contacts", ["77"]) == {"77": "u2"}


def test_an_account_made_anew_takes_over_the_company_of_the_deleted_one(tmp_path: Path) -> None:
    portal, source = Portal(2), FakeSource(2)
    engine = make_engine(tmp_path, portal, source)
    run(engine)
    source.streams["accounts"][0] = {"account_id": "again", "domain": "c0.example"}
    source.streams["subscriptions"][0]["account_id"] = "again"
    source.streams["subscription_items"][0]["unit_amount"] = 7700
    assert run(engine, 1).status == "done"
    assert portal.companies["0"]["saas_mrr"] == "77"
    assert list(engine.ledger.get("acme", "companies", ["a0", "again"])) == ["again"]


@pytest.mark.parametrize("shard_accounts", [1, 100])
@pytest.mark.long
def test_accounts_with_one_domain_are_told_whichever_shards_they_are_in(
    tmp_path: Path, shard_accounts: int
) -> None:
    portal, source = Portal(6), FakeSource(6)
    for row in source.streams["accounts"][:4]:
        row["domain"] = "C0.example"
    limits = Limits(shard_accounts=shard_accounts)
    engine = make_engine(tmp_path, portal, source, limits=limits)
    assert run(engine).status == "rejects"
    assert sorted(letters(engine)) == [(f"a{i}", "LINK_CONFLICT") for i in range(4)]
    assert {key for key, _ in portal.written} == {"a4", "a5"}


def test_a_company_deleted_in_hubspot_is_looked_for_again(tmp_path: Path) -> None:
    portal, source = Portal(2), FakeSource(2)
    engine = make_engine(tmp_path, portal, source)
    run(engine)
    portal.companies["made by hand"] = {"domain": portal.companies.pop("0")["domain"]}
    source.streams["subscription_items"][0]["unit_amount"] = 7700

    assert run(engine, 1).status == "rejects"
    assert letters(engine) == [("a0", "OBJECT_NOT_FOUND")]

    assert run(engine, 2).status == "done"
    assert portal.companies["made by hand"]["saas_mrr"] == "77"
    assert letters(engine) == []


@pytest.mark.long
def test_a_company_deleted_for_good_is_reported_as_not_linked_and_no_letter_stays(
    tmp_path: Path,
) -> None:
    portal, source = Portal(2), FakeSource(2)
    engine = make_engine(tmp_path, portal, source)
    run(engine)
    del portal.companies["0"]
    source.streams["subscription_items"][0]["unit_amount"] = 7700
    run(engine, 1)
    for hours in (2, 3):
        ended = run(engine, hours)
        assert ended.status == "done"
        assert ended.summary["unlinked"] == {"HubSpot has none with this domain": 1}
    assert letters(engine) == []


def test_a_record_created_in_the_place_of_a_deleted_one_starts_with_nothing(
    tmp_path: Path,
) -> None:
    portal, source = Portal(2), FakeSource(2)
    portal.types["saas_account_id"] = "string"
    engine = make_engine(tmp_path, portal, source, mapping=UPSERT)
    run(engine)
    del portal.companies["0"]
    source.streams["subscription_items"][0]["unit_amount"] = 7700
    run(engine, 1)
    source.streams["subscriptions"].pop(0)  # nothing is known of its status any more
    run(engine, 2)
    (known,) = engine.ledger.get("acme", "companies", ["a0"]).values()
    created = portal.companies[known.hubspot_id]
    assert known.hubspot_id.startswith("new")
    assert all(created.get(name, "") == value for name, value in known.values.items())


def test_a_company_merged_into_another_rows_is_a_conflict_and_overwrites_nothing(
    tmp_path: Path,
) -> None:
    portal, source = Portal(2), FakeSource(2)
    engine = make_engine(tmp_path, portal, source)
    run(engine)
    del portal.companies["0"]
    portal.merged["0"] = "1"
    source.streams["subscription_items"][0]["unit_amount"] = 7700
    run(engine, 1)  # HubSpot takes the old id and answers with the new one

    for hours in (2, 3):
        assert run(engine, hours).status == "rejects"
        assert letters(engine) == [("a0", "LINK_CONFLICT")]
    assert [key for key, _ in portal.written].count("a0") == 2, "first fill and the merge's write"


@pytest.mark.long
def test_a_company_merged_into_one_of_nobody_is_followed(tmp_path: Path) -> None:
    portal, source = Portal(2), FakeSource(2)
    engine = make_engine(tmp_path, portal, source)
    run(engine)
    portal.companies["9"] = portal.companies.pop("0")
    portal.merged["0"] = "9"
    source.streams["subscription_items"][0]["unit_amount"] = 7700
    assert run(engine, 1).status == "done"
    assert run(engine, 2).status == "done"
    (known,) = engine.ledger.get("acme", "companies", ["a0"]).values()
    assert (known.hubspot_id, known.values["saas_mrr"]) == ("9", "77")


def test_a_company_stays_linked_when_its_domain_changes_in_the_source(tmp_path: Path) -> None:
    portal, source = Portal(2), FakeSource(2)
    engine = make_engine(tmp_path, portal, source)
    run(engine)
    source.streams["accounts"][0]["domain"] = "renamed.example"
    source.streams["subscription_items"][0]["unit_amount"] = 7700
    assert run(engine, 1).status == "done"
    assert portal.companies["0"]["saas_mrr"] == "77"


@pytest.mark.every_metric
def test_a_conflict_names_no_whole_address(tmp_path: Path) -> None:
    portal, source = Portal(0), FakeSource(1)
    portal.types = {"saas_demo_count": "number"}
    source.streams["users"] = [
        {"user_id": f"u{i}", "account_id": "a0", "email": "jane@x.example"} for i in range(2)
    ]
    source.streams["demo_requests"] = [
        {"submission_id": "d1", "email": "jane@x.example", "submitted_at": AS_OF}
    ]
    engine = make_engine(tmp_path, portal, source, mapping=PEOPLE)
    run(engine)
    found = engine.letters.open("acme", run_id=None, most=9)
    assert [letter.message for letter in found] == [
        "2 source rows have the email j…@x.example: u0, u1"
    ] * 2


def test_two_companies_with_one_domain_and_a_row_without_one_are_told_and_not_guessed(
    tmp_path: Path,
) -> None:
    portal, source = Portal(3), FakeSource(3)
    portal.companies["twin"] = {"domain": "c0.example"}
    source.streams["accounts"][1]["domain"] = None
    engine = make_engine(tmp_path, portal, source)
    ended = run(engine)
    (letter,) = engine.letters.open("acme", run_id=None, most=9)
    assert letter.message == "HubSpot has 2 companies with domain c0.example (ids 0, twin)"
    assert ended.summary["unlinked"] == {"its domain is empty": 1}
    assert {key for key, _ in portal.written} == {"a2"}
