"""Records of one account are associated once; what HubSpot has or a person removed is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from support.fake_engine import (
    AS_OF,
    MAPPING,
    WITH_CONTACTS,
    FakePortal,
    FakeSource,
    make_engine,
)

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.memory import Run
from syncworker.engine.ports import Pair, PairOutcome
from syncworker.engine.run_words import RunKind

ALL = {Pair(f"p{i}", str(i)) for i in range(5)}
REFUSED = PairOutcome(Pair("", ""), "ASSOCIATION_LIMIT", "too many for contact u@c.example", "x")


class Talkative(FakePortal):
    """Notes what it is asked about associations."""

    def __init__(self, companies: int) -> None:
        super().__init__(companies)
        self.asked: list[int] = []
        self.sent: list[int] = []

    def associated(
        self, from_object: str, to_object: str, ids: Sequence[str]
    ) -> Mapping[str, frozenset[str]]:
        self.asked.append(len(ids))
        return super().associated(from_object, to_object, ids)

    def associate(
        self, from_object: str, to_object: str, pairs: Sequence[Pair]
    ) -> tuple[PairOutcome, ...]:
        self.sent.append(len(pairs))
        return super().associate(from_object, to_object, pairs)


def synced(engine: Engine, hours: int = 0, kind: RunKind = "sync") -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours), kind=kind)
    return inline.carry_out(engine, started, "me")


def figures(run: Run) -> tuple[int, int]:
    return run.summary["associated"], run.summary["association_requests"]


def engine_with(
    folder: Path, portal: FakePortal, source: FakeSource | None = None, shard_accounts: int = 9
) -> Engine:
    limits = Limits(push_records=3, shard_accounts=shard_accounts)
    source = source or FakeSource(5)
    return make_engine(folder, portal, source, mapping=WITH_CONTACTS, limits=limits)


def test_contacts_are_associated_with_their_companies_and_the_next_run_asks_nothing(
    tmp_path: Path,
) -> None:
    portal = Talkative(5)
    engine = engine_with(tmp_path, portal)
    first = synced(engine)
    assert (first.status, figures(first)) == ("done", (5, 2))
    assert portal.together == ALL
    assert first.summary["requests"] == portal.requests
    requests = portal.requests
    again = synced(engine)
    assert (again.status, figures(again)) == ("done", (0, 0))
    assert portal.requests == requests


def test_every_shard_associates_its_own(tmp_path: Path) -> None:
    portal = Talkative(5)
    run = synced(engine_with(tmp_path, portal, shard_accounts=2))
    assert len(portal.asked) > 1
    assert (sum(portal.sent), portal.together, figures(run)[0]) == (5, ALL, 5)


def test_only_missing_ones_are_sent(tmp_path: Path) -> None:
    portal = Talkative(5)
    portal.together = {Pair("p0", "0"), Pair("p3", "3")}
    run = synced(engine_with(tmp_path, portal))
    assert (portal.asked, portal.sent, figures(run)) == ([5], [3], (3, 2))
    assert portal.together == ALL


def test_where_hubspot_has_them_all_nothing_is_sent(tmp_path: Path) -> None:
    portal = Talkative(5)
    portal.together = set(ALL)
    run = synced(engine_with(tmp_path, portal))
    assert (portal.asked, portal.sent, figures(run)) == ([5], [], (0, 1))


def test_what_a_person_took_apart_stays_apart(tmp_path: Path) -> None:
    portal = Talkative(5)
    engine = engine_with(tmp_path, portal)
    synced(engine)
    portal.together.discard(Pair("p2", "2"))
    synced(engine, hours=1)
    assert Pair("p2", "2") not in portal.together


def test_a_new_person_costs_one_question_and_one_request(tmp_path: Path) -> None:
    portal, source = Talkative(5), FakeSource(5)
    late = source.streams["users"].pop()
    engine = engine_with(tmp_path, portal, source)
    synced(engine)
    portal.asked.clear()
    portal.sent.clear()
    source.streams["users"].append(late)
    run = synced(engine, hours=1)
    assert (portal.asked, portal.sent, figures(run)) == ([1], [1], (1, 2))
    assert portal.together == ALL


def test_people_who_are_not_linked_or_have_no_account_are_left_out(tmp_path: Path) -> None:
    portal, source = Talkative(5), FakeSource(5)
    del portal.contacts["p1"], portal.companies["2"]
    source.streams["users"][3] |= {"account_id": None, "email": "u3@gmail.com"}
    portal.contacts["p3"]["email"] = "u3@gmail.com"
    source.streams["users"][4]["account_id"] = "nobody"
    run = synced(engine_with(tmp_path, portal, source))
    assert run.status == "done"
    assert portal.together == {Pair("p0", "0")}


def test_a_refused_pair_is_a_dead_letter_until_it_gets_through(tmp_path: Path) -> None:
    portal = Talkative(5)
    portal.unwanted = {"p1": REFUSED}
    engine = engine_with(tmp_path, portal)
    run = synced(engine)
    assert (run.status, figures(run)[0]) == ("rejects", 4)
    assert portal.together == ALL - {Pair("p1", "1")}
    (letter,) = engine.letters.open("acme", run_id=run.id, most=9)
    assert (letter.kind, letter.subject, letter.key) == ("record", "contacts", "u1")
    assert (letter.cause, letter.property) == ("ASSOCIATION_LIMIT", "association:companies")
    assert "u@c.example" not in letter.message, "addresses are masked"
    again = synced(engine, hours=1)
    assert again.status == "rejects", "it stays a dead letter, and is sent again a day later"
    portal.unwanted = {}
    last = synced(engine, hours=24)
    assert (last.status, figures(last)) == ("done", (1, 2))
    assert engine.letters.open("acme", run_id=None, most=9) == []


def test_a_plan_associates_nothing_and_a_mapping_without_it_has_no_such_step(
    tmp_path: Path,
) -> None:
    portal = Talkative(5)
    assert synced(engine_with(tmp_path, portal), kind="plan").status == "planned"
    assert portal.asked == []
    plain = make_engine(tmp_path / "plain", portal, FakeSource(5), mapping=MAPPING)
    run = synced(plain)
    assert plain.chunks.results(run.id, "associate") == []
    assert (portal.asked, figures(run)) == ([], (0, 0))


def test_more_than_a_request_takes_go_in_several(tmp_path: Path) -> None:
    portal = Talkative(1_001)
    limits = Limits()
    engine = make_engine(tmp_path, portal, Paged(1_001), mapping=WITH_CONTACTS, limits=limits)
    run = synced(engine)
    assert (portal.asked, portal.sent, figures(run)) == ([1_000, 1], [1_000, 1], (1_001, 4))


class Paged(FakeSource):
    """Gives a stream in one page: its rows are many."""

    page = 2_000
