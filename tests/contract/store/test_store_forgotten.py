"""Who was forgotten, and what is removed with them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import sqlalchemy as sa
from support.stores import NOW, PORTAL, Stores

from syncworker.engine.forgotten import CRM_RECORD, Receipt
from syncworker.store.forgotten import SqlForgotten
from syncworker.store.tables import (
    alert_deliveries,
    alert_episodes,
    associations,
    dead_letters,
    forgotten,
    history,
    inbox,
    ledger,
    plan_records,
    runs,
    unlinked,
)

ANN, BOB = "ann@northwind.example", "bob@northwind.example"


def rows(state: Stores, table: sa.Table) -> list[str]:
    with state.database.read() as connection:
        return [str(tuple(row)) for row in connection.execute(sa.select(table))]


def fill(state: Stores) -> None:
    """Two people in every table; the same of another portal."""
    run = state.run(options={"people": [ANN, BOB], "accounts": ["a1"]})
    chunk = state.chunk(run)
    letter = dict.fromkeys(("cause", "message", "help", "property"), "") | {
        "portal": PORTAL,
        "run_id": run.id,
        "first_at": NOW,
        "last_at": NOW,
    }
    with state.database.write() as connection:

        def add(table: sa.Table, **row: object) -> None:
            connection.execute(sa.insert(table).values(row))

        for number, (key, address) in enumerate((("u1", ANN), ("u2", BOB))):
            for portal in (PORTAL, "other"):
                add(
                    ledger,
                    portal=portal,
                    object="contacts",
                    key=key,
                    hubspot_id=f"h{key}",
                    values={"email": address},
                    confirmed_at=NOW,
                )
            add(
                history,
                portal=PORTAL,
                run_id=run.id,
                object="contacts",
                key=key,
                hubspot_id="",
                outcome="sent",
                changes=[["email", "", address, ""]],
                at=NOW,
            )
            add(
                plan_records,
                run_id=run.id,
                chunk_id=chunk.id,
                number=number,
                object="contacts",
                key=key,
                body=address,
                status="planned",
            )
            add(
                unlinked,
                portal=PORTAL,
                object="contacts",
                key=key,
                name=address,
                reason="",
                run_id=run.id,
                at=NOW,
            )
            add(
                associations,
                portal=PORTAL,
                from_object="contacts",
                to_object="companies",
                from_id=f"h{key}",
                to_id="c1",
            )
            add(
                inbox,
                portal=PORTAL,
                source="w",
                stream="demo_requests",
                delivery=key,
                body=f'{{"form": [{{"Email": "{address.upper()}"}}]}}',
                received_at=NOW,
            )
            add(dead_letters, **letter, kind="record", subject="contacts", key=key, values={})
            add(
                dead_letters,
                **letter,
                kind="row",
                subject="events",
                key=f"app, f:{number}",
                values={"key": key},
            )
            add(
                alert_deliveries,
                notice="n",
                portal=PORTAL,
                channel="c",
                event="opened",
                body={"text": f"about {address}."},
                created_at=NOW,
                attempts=1,
                error="",
            )
        add(
            alert_episodes,
            portal=PORTAL,
            rule="health_red",
            subject="u1",
            message="",
            notice="",
            opened_at=NOW,
        )


def test_everything_about_a_person_goes_and_what_is_about_others_stays(state: Stores) -> None:
    fill(state)
    gone = SqlForgotten(state.database).erase(PORTAL, {"contacts": ["u1"]}, [ANN, "u1"])
    assert gone == {
        "associations": 1,
        "ledger": 1,
        "history": 1,
        "unlinked": 1,
        "plans": 1,
        "dead_letters": 2,
        "inbox": 1,
        "alerts": 2,
    }
    for table in (
        ledger,
        history,
        plan_records,
        unlinked,
        inbox,
        dead_letters,
        runs,
        alert_deliveries,
        alert_episodes,
        associations,
    ):
        mine = [row for row in rows(state, table) if "'other'" not in row]
        assert not any(ANN in row.lower() or "'u1'" in row or "hu1" in row for row in mine), table
    assert any(BOB in row for row in rows(state, runs))
    assert len(rows(state, ledger)) == 3
    assert SqlForgotten(state.database).purge()


def test_only_what_can_name_somebody_is_looked_at_and_digits_and_account_names_are_no_name(
    state: Stores,
) -> None:
    letter = dict.fromkeys(("cause", "message", "help", "property"), "") | {
        "portal": PORTAL,
        "run_id": "r",
        "first_at": NOW,
        "last_at": NOW,
    }
    letters = {
        ("record", "c1"): {"plan": "Acme"},
        ("record", "c2"): {"seats": "42"},
        ("row", "app, f:1"): {"key": "42"},
        ("row", "app, f:2"): {"email": f" {ANN.upper()} "},
        ("row", "app, f:3"): {"key": "43", "seats": 42},
    }
    bodies = ('{"seats": "42"}', '{"who": " U-42 "}', '{"n": 42}', '{"company": "Acme"}')
    with state.database.write() as connection:
        for (kind, key), values in letters.items():
            row = {**letter, "kind": kind, "subject": "companies", "key": key, "values": values}
            connection.execute(sa.insert(dead_letters).values(row))
        for number, body in enumerate(bodies, 41):  # the second has the id 42
            row = {"portal": PORTAL, "source": "u-42", "stream": "s", "delivery": str(number)}
            row |= {"id": number, "body": body, "received_at": NOW}
            connection.execute(sa.insert(inbox).values(row))
    texts = ["42", "u-42", ANN]
    gone = SqlForgotten(state.database).erase(PORTAL, {}, texts, ["Acme"])
    assert gone == {"dead_letters": 2, "inbox": 2}
    with state.database.read() as connection:
        left = set(connection.execute(sa.select(dead_letters.c.key)).scalars())
        assert left == {"c1", "c2", "app, f:3"}
        assert list(connection.execute(sa.select(inbox.c.id)).scalars()) == [41, 43]


def test_what_a_run_was_asked_says_nowhere_whom_it_was_about(state: Stores) -> None:
    asked = {
        "records": {"contacts": ["u1", "u2"], ANN: 1},
        "select": [f"account:{ANN.upper()}", f"account:{BOB}", "object:contacts"],
        "only": {"deep": [{"who": ANN}]},
        "most": 3,
        "full": True,
    }
    run = state.run(options=asked)
    SqlForgotten(state.database).erase(PORTAL, {}, [ANN, "u1"])
    assert state.runs.get(run.id).options == {
        "records": {"contacts": ["u2"]},
        "select": [f"account:{BOB}", "object:contacts"],
        "only": {"deep": [{"who": ""}]},
        "most": 3,
        "full": True,
    }


def test_what_a_run_says_and_what_its_canary_found_names_nobody_who_was_forgotten(
    state: Stores,
) -> None:
    run = state.run()
    found = [
        ["contacts", name, "firstname", name.partition("@")[0], "X"] for name in (ANN.title(), BOB)
    ]
    state.chunks.complete(state.chunk(run, "canary"), {"last": 1, "differences": found})
    said = "contacts a…@northwind.example: firstname should be ann, and HubSpot holds X"
    other = state.run("other")
    for one in (run, other):
        state.runs.finish(replace(one, status="refused", message=said, finished_at=NOW))
    apart = state.run()
    kept = "contacts b…@northwind.example: lastname should be c, and HubSpot holds X"
    state.runs.finish(replace(apart, status="failed", message=kept, finished_at=NOW))
    SqlForgotten(state.database).erase(PORTAL, {}, [ANN, "u1", "1"])
    assert state.chunks.results(run.id, "canary") == [
        {"last": 1, "differences": [["contacts", "***", "firstname", "", ""], found[1]]}
    ]
    assert "ann" not in state.runs.get(run.id).message
    assert state.runs.get(other.id).message == said
    assert state.runs.get(apart.id).message == kept


def test_keys_are_known_again_by_salted_digests_that_differ_between_portals(
    state: Stores,
) -> None:
    book = SqlForgotten(state.database)
    assert book.kept_out(PORTAL) is None
    for portal in (PORTAL, "other"):
        book.keep_out(portal, {"email": [ANN], CRM_RECORD: ["contacts|7"]}, f"r-{portal}", NOW)
    book.keep_out(PORTAL, {"email": [" Ann@Northwind.example "]}, f"r-{PORTAL}", NOW)
    out = book.kept_out(PORTAL)
    assert out is not None
    assert out.has("email", ANN.upper())
    assert not out.has("user_id", ANN)
    assert out.names(f'{{"a": ["x", {{"b": "{ANN}"}}], "n": 1}}')
    assert not out.names(f"no JSON: {ANN}")
    frame = pl.DataFrame({"email": [ANN, BOB, None]})
    assert out.rows(frame)["email"].to_list() == [BOB, None]
    identity = pl.DataFrame({"kind": ["email", "domain"], "value": [ANN, ANN]})
    assert out.rows(identity)["kind"].to_list() == ["domain"]
    crm = pl.DataFrame({"object": ["contacts", "companies"], "record_id": ["7", "7"]})
    assert out.rows(crm)["object"].to_list() == ["companies"]
    told = " ".join(rows(state, forgotten))
    assert "ann" not in told.lower()
    assert len({row.split("'")[5] for row in rows(state, forgotten)}) == 4
    assert book.let_in(PORTAL, {"email": [ANN]}) == 2
    assert book.let_in(PORTAL, {"email": [ANN]}) == 0
    assert book.kept_out("other") is not None


def test_a_number_in_a_delivery_is_nobody_whatever_ids_were_forgotten(state: Stores) -> None:
    book = SqlForgotten(state.database)
    book.keep_out(PORTAL, {"user_id": ["2900", "u-1"], "email": ["123"]}, "r", NOW)
    out = book.kept_out(PORTAL)
    assert out is not None
    assert not out.names('{"amount": 2900, "text": "2900"}')
    assert out.names('{"by": "u-1"}')
    assert out.names('{"email": "123"}')
    assert out.rows(pl.DataFrame({"user_id": ["2900", "u-2"]}))["user_id"].to_list() == ["u-2"]


def test_a_receipt_is_kept_and_one_that_keeps_nobody_out_ends_with_the_next_of_its_kind(
    state: Stores,
) -> None:
    book = SqlForgotten(state.database)
    book.put(Receipt("1", PORTAL, NOW, "person", {}))
    second = Receipt(
        "2", PORTAL, NOW + timedelta(hours=1), "person", {"ledger": 1}, ("x",), finished=True
    )
    book.put(second)
    assert [one.finished for one in book.receipts(PORTAL)] == [True, True]
    assert book.receipts(PORTAL)[0] == second
    assert book.receipts("other") == []


def test_one_cut_short_that_keeps_somebody_out_does_not_end_with_anothers(state: Stores) -> None:
    book = SqlForgotten(state.database)
    assert book.holders(PORTAL, {"email": [ANN]}) == frozenset()
    book.keep_out(PORTAL, {"email": [ANN], "user_id": ["u1"]}, "1", NOW)
    book.put(Receipt("1", PORTAL, NOW, "person", {}))
    book.put(Receipt("2", PORTAL, NOW, "person", {}, finished=True))
    assert {one.id: one.finished for one in book.receipts(PORTAL)} == {"1": False, "2": True}
    assert book.holders(PORTAL, {"email": [ANN.upper()], "account_id": ["u1"]}) == {"1"}
    assert book.holders("other", {"email": [ANN]}) == frozenset()
    later = NOW + timedelta(hours=1)
    book.put(Receipt("1", PORTAL, later, "person", {}, finished=True))
    assert next((one.at, one.finished) for one in book.receipts(PORTAL)) == (later, True)


def test_what_is_over_for_long_goes_and_what_is_open_stays(state: Stores) -> None:
    fill(state)
    with state.database.write() as connection:
        first = dead_letters.c.key == "u1"
        connection.execute(sa.update(dead_letters).where(first).values(resolved_at=NOW))
    book = SqlForgotten(state.database)
    assert book.age(PORTAL, before=NOW) == 0
    assert book.age(PORTAL, before=NOW + timedelta(days=1)) == 3
    assert len(rows(state, dead_letters)) == 3
    assert len(rows(state, alert_episodes)) == 1


def test_slots_that_were_claimed_long_ago_go_and_a_newer_one_is_still_claimed(
    state: Stores,
) -> None:
    for days in range(3):
        assert state.slots.claim(PORTAL, "finish_run r1", NOW - timedelta(days=days))
    assert state.slots.claim("other", "retention", NOW - timedelta(days=2))
    assert SqlForgotten(state.database).age(PORTAL, before=NOW) == 2
    assert not state.slots.claim(PORTAL, "finish_run r1", NOW)
    assert not state.slots.claim("other", "retention", NOW - timedelta(days=2))
