"""Forgetting: nothing of theirs is left in any file, they are kept out, the neighbours stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.fake_engine import AS_OF, WITH_CONTACTS, FakePortal, FakeSource, make_engine

from syncworker.engine import finish, forget, inline, retention, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.errors import ConfigError, StoreError

WHO = "u1@c1.example"
MAPPING = WITH_CONTACTS.replace(
    "associate: [companies]}", "associate: [companies], properties: {own_id: mrr}}"
).replace("users: {query: x}", "users: {query: x}\n      events: {query: x}")


class People(FakeSource):
    """Accounts with people and what these did."""

    def __init__(self, accounts: int) -> None:
        super().__init__(accounts)
        self.streams["events"] = [
            {"event_id": f"e{i}", "user_id": f"u{i}", "account_id": f"a{i}", "name": "report",
             "ts": AS_OF - timedelta(days=1), "props": f'{{"by": "u{i}@c{i}.example"}}'}
            for i in range(accounts)
        ]  # fmt: skip


@pytest.fixture
def portal() -> FakePortal:
    made = FakePortal(4)
    made.types["own_id"] = "number"
    return made


def engine_in(folder: Path, portal: FakePortal, source: FakeSource) -> Engine:
    return make_engine(folder, portal, source, mapping=MAPPING)


def synced(engine: Engine, hours: int = 0) -> Run:
    run = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours))
    return inline.carry_out(engine, run, "me")


def holding(folder: Path, *needles: str) -> dict[str, set[str]]:
    """By file, which of these its bytes hold; Parquet's are looked at as they decode, too."""
    found: dict[str, set[str]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        held = path.read_bytes()
        if path.suffix == ".parquet":
            held += pl.read_parquet(path).write_csv().encode()
        there = {needle for needle in needles if needle.encode() in held}
        if there:
            found[str(path.relative_to(folder))] = there
    return found


def test_no_byte_of_a_person_is_left_and_the_source_does_not_bring_them_back(
    tmp_path: Path, portal: FakePortal
) -> None:
    engine = engine_in(tmp_path, portal, People(4))
    assert synced(engine).status == "done"
    assert holding(tmp_path, WHO, '"u1"', "u1,")
    receipt = forget.forget(engine, "acme", WHO)
    assert (receipt.subject, receipt.finished) == ("person", True)
    assert receipt.removed["staging.users"] == receipt.removed["staging.events"] == 1
    assert receipt.removed["ledger"] == receipt.removed["history"] == 1
    assert holding(tmp_path, WHO, '"u1"', "u1,", "e1,") == {}
    assert holding(tmp_path, "u2@c2.example", "a1")
    before = len(portal.written)
    run = synced(engine, hours=1)
    assert run.summary["kept_out_rows"] == 2
    assert holding(tmp_path, WHO, '"u1"', "u1,", "e1,") == {}
    assert all(key != "u1" for key, _ in portal.written[before:])
    assert set(engine.ledger.get("acme", "contacts", ["u0", "u1", "u2"])) == {"u0", "u2"}
    assert engine.unlinked.all("acme") == []


def test_with_an_account_its_people_money_and_snapshots_go(
    tmp_path: Path, portal: FakePortal
) -> None:
    engine = engine_in(tmp_path, portal, People(4))
    synced(engine)
    receipt = forget.forget(engine, "acme", "c1.example")
    assert receipt.subject == "account"
    streams = ("accounts", "users", "events", "subscriptions", "subscription_items")
    assert {f"staging.{name}" for name in streams} <= receipt.removed.keys()
    assert holding(tmp_path, "c1.example", '"a1"', "a1,", '"u1"', "s1,") == {}
    run = synced(engine, hours=1)
    assert (run.status, run.summary["kept_out_rows"]) == ("done", 5)
    assert holding(tmp_path, "c1.example", '"a1"', "a1,", '"u1"', "s1,") == {}
    assert set(engine.ledger.get("acme", "companies", ["a0", "a1"])) == {"a0"}


def test_who_is_unknown_is_named_and_a_day_is_held_by_a_run(
    tmp_path: Path, portal: FakePortal
) -> None:
    engine = engine_in(tmp_path, portal, People(2))
    synced(engine)
    with pytest.raises(ConfigError, match="nobody and nothing in acme is called nobody"):
        forget.forget(engine, "acme", "nobody")
    # An address that is in no source yet is kept out all the same.
    assert forget.forget(engine, "acme", "New@Person.example").removed == {}
    out = engine.forgotten.kept_out("acme")
    assert out is not None
    assert out.has("email", "new@person.example ")
    assert not out.has("email", WHO)


def test_cut_short_nothing_is_sent_until_the_same_command_has_gone_on(
    tmp_path: Path, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_in(tmp_path, portal, People(4))
    synced(engine)

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(engine.pages, "swap", killed)
        with pytest.raises(Killed):
            forget.forget(engine, "acme", WHO)
    run = engine.runs.running("acme")
    assert run is not None
    finish.fail(engine, run, StoreError("killed"))
    refused = synced(engine, hours=1)
    assert (refused.status, refused.code) == ("failed", "FORGETTING_CUT_SHORT")
    assert forget.forget(engine, "acme", WHO).finished
    assert holding(tmp_path, WHO, '"u1"') == {}
    assert synced(engine, hours=2).status == "done"


def test_what_a_run_has_read_of_them_just_before_is_forgotten_too(
    tmp_path: Path, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = People(2)
    engine = engine_in(tmp_path, portal, source)
    synced(engine)
    start = sync.start

    def late(*args: Any, **more: Any) -> Run:
        monkeypatch.setattr(sync, "start", start)
        source.streams["users"][1] |= {"email": "new@c1.example"}
        synced(engine, hours=1)
        return start(*args, **more)

    monkeypatch.setattr(sync, "start", late)
    forget.forget(engine, "acme", "u1")
    out = engine.forgotten.kept_out("acme")
    assert out is not None
    assert out.has("email", "new@c1.example")
    assert out.has("email", WHO)


def cut_short(engine: Engine, monkeypatch: pytest.MonkeyPatch, who: str, *, at: str) -> None:
    """A forgetting that dies before this is done."""

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(engine.forgotten, at, killed)
        with pytest.raises(Killed):
            forget.forget(engine, "acme", who)
    run = engine.runs.running("acme")
    assert run is not None
    finish.fail(engine, run, StoreError("killed"))


def unfinished(engine: Engine) -> int:
    return sum(not one.finished for one in engine.forgotten.receipts("acme"))


def test_another_persons_forgetting_does_not_end_one_that_was_cut_short(
    tmp_path: Path, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_in(tmp_path, portal, People(4))
    synced(engine)
    cut_short(engine, monkeypatch, WHO, at="erase")
    assert forget.forget(engine, "acme", "u2").finished
    assert unfinished(engine) == 1
    assert synced(engine, hours=1).code == "FORGETTING_CUT_SHORT"
    # Typed otherwise it is the same person.
    assert forget.forget(engine, "acme", "u1").finished
    assert (unfinished(engine), len(engine.forgotten.receipts("acme"))) == (0, 2)
    assert holding(tmp_path, WHO, '"u1"') == {}


def test_one_that_was_cut_short_and_let_in_again_ends_with_the_next(
    tmp_path: Path, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_in(tmp_path, portal, People(4))
    synced(engine)
    cut_short(engine, monkeypatch, WHO, at="erase")
    forget.let_in(engine, "acme", WHO)
    assert forget.forget(engine, "acme", WHO).finished
    assert unfinished(engine) == 0


class Killed(BaseException):
    pass


class Dying:
    """Parts of an engine that let a number of calls that change something through."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def dies(self, does: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise Killed
            return does(*args, **more)

        return call


@pytest.mark.parametrize("who", ["a1", "c1.example", "u1", WHO])
def test_killed_at_any_step_the_same_command_goes_on_until_nothing_is_left(
    tmp_path: Path, portal: FakePortal, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    engine = engine_in(tmp_path, portal, People(2))
    synced(engine)
    steps = (
        (engine.forgotten, ("put", "keep_out", "erase", "purge")),
        (engine.pages, ("swap",)),
        (engine.snapshots, ("move",)),
        (retention, ("sweep",)),
    )
    for calls in range(30):
        dying = Dying(calls)
        with monkeypatch.context() as patched:
            for part, names in steps:
                for name in names:
                    patched.setattr(part, name, dying.dies(getattr(part, name)))
            try:
                forget.forget(engine, "acme", who)
                break
            except Killed:
                run = engine.runs.running("acme")
                if run is not None:  # it gives the portal back before it clears the database's file
                    finish.fail(engine, run, StoreError("killed"))
        if calls and engine.forgotten.receipts("acme") and not unfinished(engine):
            break
    assert calls > 3
    assert (unfinished(engine), len(engine.forgotten.receipts("acme"))) == (0, 1)
    run = synced(engine, hours=1)
    assert run.status == "done"
    prune = sync.start(engine, "acme", kind="prune")
    retention.sweep(engine, prune)
    engine.forgotten.purge()
    gone = (WHO, '"u1"', "u1,", "e1,") if "u" in who else ("c1.example", '"a1"', "a1,", '"u1"')
    assert holding(tmp_path, *gone) == {}


def test_who_was_let_in_again_is_read_again(tmp_path: Path, portal: FakePortal) -> None:
    engine = engine_in(tmp_path, portal, People(3))
    synced(engine)
    forget.forget(engine, "acme", WHO)
    with pytest.raises(StoreError, match="nobody called other"):
        forget.let_in(engine, "acme", "other@c1.example")
    assert forget.let_in(engine, "acme", WHO.upper()).removed["forgotten"] >= 2
    assert engine.forgotten.kept_out("acme") is None
    assert synced(engine, hours=1).summary["kept_out_rows"] == 0
    assert set(engine.ledger.get("acme", "contacts", ["u1"])) == {"u1"}
    assert {one.subject for one in engine.forgotten.receipts("acme")} == {"let in", "person"}


def test_a_contact_that_was_deleted_in_hubspot_is_not_made_again_until_it_is_let_in(
    tmp_path: Path, portal: FakePortal
) -> None:
    source = People(3)
    upsert = MAPPING.replace("associate: [companies]", "policy: upsert, associate: [companies]")
    engine = make_engine(tmp_path, portal, source, mapping=upsert)
    synced(engine)
    del portal.contacts["p1"]
    engine.ledger.doubt("acme", "contacts", ["u1"])
    for hour in (1, 2):
        assert synced(engine, hours=hour).status == "done"
        assert "p1" not in portal.contacts
        (row,) = engine.unlinked.all("acme")
        assert (row.key, row.reason) == (
            "u1",
            "its contact was deleted in HubSpot and is not made again",
        )
    forget.let_in(engine, "acme", WHO)
    planned = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=3), kind="plan")
    inline.carry_out(engine, planned, "me")
    assert '"action":"create"' in engine.plans.show(planned.id, 9)[0].body
