"""`history`, `rollback` and `verify` as an admin types them, against a portal on a real socket."""

from __future__ import annotations

import copy
import json
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.in_process import AS_OF, Company

from syncworker import bootstrap
from syncworker.cli import exits
from syncworker.cli.main import run as command
from syncworker.hubspot import objects
from syncworker.planning.records import RecordOutcome
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer
from syncworker.settings import Settings

OBJECTS = """\
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_mrr: mrr}
  contacts:
    match: {property: email, column: email}
    policy: upsert
    properties: {saas_user_status: subscription_status}
"""
Said = Callable[..., tuple[int, str, str]]


class Acme:
    """Three accounts with a person each, synced twice; the second time the prices had doubled."""

    def __init__(self, folder: Path, server: SandboxServer, patch: pytest.MonkeyPatch) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        then = "2026-01-01T00:00:00"
        self.company = Company(
            folder,
            server,
            patch,
            OBJECTS,
            accounts=[
                {"account_id": f"a{i}", "name": f"C{i}", "domain": f"c{i}.example"}
                for i in range(3)
            ],
            users=[
                {"user_id": f"u{i}", "account_id": f"a{i}", "email": f"ann@c{i}.example"}
                for i in range(3)
            ],
            subscriptions=[
                {"sub_id": f"s{i}", "account_id": f"a{i}", "status": "active", "started_at": then}
                for i in range(3)
            ],
            subscription_items=self.prices(1000),
        )
        patch.setenv("SYNCWORKER_HOME", str(folder / "home"))
        patch.setenv("SYNCWORKER_MAPPINGS", str(folder / "mappings"))
        for i in range(3):
            server.portal.put("companies", {"name": f"C{i}", "domain": f"c{i}.example"})
        self.company.create_properties()
        self.first = self.company.sync()
        self.company.rows("subscription_items", self.prices(2000))
        self.second = self.company.sync()
        assert (self.first.status, self.second.status) == ("done", "done")

    @staticmethod
    def prices(cents: int) -> list[dict[str, object]]:
        return [
            {"item_id": f"i{i}", "sub_id": f"s{i}", "unit_amount": cents, "quantity": 1,
             "interval": "month", "currency": "EUR"}
            for i in range(3)
        ]  # fmt: skip

    def edit(self, key: str, value: str) -> None:
        """A person changes a company's MRR in HubSpot."""
        id_ = self.company.link("companies", key).hubspot_id
        self.company.portal.put("companies", {"saas_mrr": value}, id_)

    def mrrs(self) -> list[str]:
        return [self.company.values("companies", f"a{i}")["saas_mrr"] for i in range(3)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Acme, Portal]]:
    """Made once: two syncs take seconds."""
    folder = tmp_path_factory.mktemp("acme")
    with SandboxServer(Portal(limits=False)) as server, pytest.MonkeyPatch.context() as patch:
        acme = Acme(folder, server, patch)
        yield acme, copy.deepcopy(server.portal)


@pytest.fixture
def acme(made: tuple[Acme, Portal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Acme:
    """A copy of its state and its portal."""
    acme, portal = made
    acme.company.server.portal = copy.deepcopy(portal)
    shutil.copytree(acme.folder / "home", tmp_path / "home")
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path / "home"))
    settings = Settings(home=tmp_path / "home", mappings=acme.folder / "mappings")
    acme.company.engine = bootstrap.engine(settings)
    return acme


@pytest.fixture
def said(acme: Acme, capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = command([*words])
        return (code, *capsys.readouterr())

    return run


def test_a_records_history_is_told_by_key_id_domain_and_address(acme: Acme, said: Said) -> None:
    code, out, _ = said("history", "acme", "c0.example")
    assert code == exits.OK
    told = out.splitlines()
    id_ = acme.company.link("companies", "a0").hubspot_id
    assert told[0] == f"acme  companies a0  HubSpot record {id_}"
    assert told[1].endswith(f" UTC  updated by sync {acme.second.id}")
    assert told[2].strip().startswith("saas_mrr  10 -> 20  because ")
    assert told[3].endswith(f" UTC  updated by sync {acme.first.id}")
    assert told[4].strip().startswith("saas_mrr  (empty) -> 10  because ")
    assert told[-1] == f"Next: syncworker runs show {acme.second.id}"
    assert said("history", "acme", "a0")[1] == said("history", "acme", id_)[1] == out

    code, out, _ = said("history", "acme", "ANN@c1.example", "--json")
    (record,) = json.loads(out)["records"]
    (writing,) = record["writings"]
    assert (record["object"], record["key"]) == ("contacts", "u1")
    assert (writing["action"], writing["run_kind"]) == ("create", "sync")
    # When it was written is told by the clock, and the moment it was for by the run.
    assert acme.first.created_at.isoformat() < writing["at"] < acme.second.created_at.isoformat()
    assert writing["as_of"] == AS_OF.isoformat()


def test_a_part_of_a_history_is_told(acme: Acme, said: Said) -> None:
    _, out, _ = said("history", "acme", "a0", "--limit", "1")
    assert acme.first.id not in out
    assert "  … 1 writing more: --limit 2" in out
    _, out, _ = said("history", "acme", "a0", "--property", "saas_arr")
    assert "nothing was written to it yet" in out
    assert said("history", "acme", "a0", "--object", "contacts")[0] == exits.FAILED


@pytest.mark.parametrize(
    ("words", "message", "help_"),
    [
        (["acme", "a00"], "has never linked a record a00", "did you mean `a"),
        (["acme", "zzz"], "never linked a record zzz", "syncworker links acme"),
        (["acne", "a0"], "portal acne has no mapping", "portals with a mapping: acme"),
    ],
)
def test_a_record_that_is_not_known_says_what_to_type(
    said: Said, words: list[str], message: str, help_: str
) -> None:
    code, out, err = said("history", *words)
    assert (code, out) == (exits.FAILED, "")
    assert message in err
    assert help_ in err


def test_a_run_is_rolled_back_but_for_what_a_person_has_changed(
    acme: Acme, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.edit("a1", "77")
    code, _, err = said("rollback", acme.second.id)
    assert code == exits.USAGE
    assert "there is no terminal to ask on: add --yes" in err

    monkeypatch.setattr("syncworker.cli.asking.sys.stdin", _Terminal())
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    code, out, _ = said("rollback", acme.second.id)
    assert code == exits.FAILED
    assert "nothing was sent: the answer was no" in out
    assert acme.mrrs() == ["20", "77", "20"]

    code, out, _ = said("rollback", acme.second.id, "--yes")
    assert code == exits.OK
    assert f"saas_mrr  20 -> 10  because before sync {acme.second.id}" in out
    assert "left alone: 1 value a person has changed since\n      c1.example: saas_mrr 77" in out
    assert "The next sync sets what the mapping asks for again" in out
    assert out.splitlines()[-1] == "Next: syncworker plan acme"
    assert acme.mrrs() == ["10", "77", "10"]

    code, out, _ = said("rollback", acme.second.id, "--yes")
    assert (code, "2 values as before already" in out) == (exits.OK, True)
    assert "nothing to put back, nothing was sent" in out


def test_what_a_run_created_is_listed_and_stays(acme: Acme, said: Said) -> None:
    words = ("--yes", "--json", "--select", "object:contacts")
    code, out, _ = said("rollback", acme.first.id, *words)
    document: dict[str, Any] = json.loads(out)
    assert code == exits.OK
    assert document["rollback"]["left_alone"] == {"created": 3}
    held = document["records"][0]["held"][0]
    assert held["reason"] == f"kept: sync {acme.first.id} created it"
    assert len(acme.company.portal.records("contacts").live) == 3


@pytest.mark.parametrize(
    "words",
    [("rollback", "RUN"), ("verify", "acme", "--repair"), ("properties", "clear", "acme")],
    ids=lambda words: words[0],
)
def test_ctrl_c_lets_the_batch_in_flight_be_finished_and_stored(
    acme: Acme, said: Said, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.edit("a1", "77")
    write = objects.write

    def interrupted(*what: Any) -> tuple[RecordOutcome, ...]:
        outcomes = write(*what)
        signal.raise_signal(signal.SIGINT)
        return outcomes

    typed = [acme.second.id if word == "RUN" else word for word in words]
    with monkeypatch.context() as patch:
        patch.setattr(objects, "write", interrupted)
        code, _, err = said(*typed, "--yes")

    assert code == exits.INTERRUPTED
    assert "finishing what is in flight, then stopping" in err
    held = [acme.company.link("companies", f"a{i}").values["saas_mrr"] for i in range(3)]
    in_hubspot = acme.mrrs()
    if words[0] != "verify":
        held[1] = in_hubspot[1]  # the person's, which only a repair replaces
    assert held == in_hubspot
    assert in_hubspot != ["20", "77", "20"]
    assert said(*typed, "--yes")[0] == exits.OK


def test_another_command_takes_the_place_of_a_clearing_that_was_cut_short(
    acme: Acme, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(objects, "write", interrupted)
        assert said("properties", "clear", "acme", "--yes")[0] == exits.INTERRUPTED
    code, _, err = said("rollback", acme.second.id, "--yes")
    assert (code, acme.mrrs()) == (exits.OK, ["10", "10", "10"]), err


def test_a_part_is_selected_and_a_wrong_selector_is_named(acme: Acme, said: Said) -> None:
    words = ("--yes", "--select", "account:a2", "--select", "property:saas_mrr")
    code, _, _ = said("rollback", acme.second.id, *words)
    assert (code, acme.mrrs()) == (exits.OK, ["20", "20", "10"])
    code, _, err = said("rollback", acme.second.id, "--select", "companies")
    assert (code, "write account:ID, object:NAME or property:NAME" in err) == (exits.USAGE, True)
    code, _, err = said("rollback", acme.second.id, "--select", "property:saas_mr")
    assert (code, "did you mean `saas_mrr`?" in err) == (exits.FAILED, True)
    code, _, err = said("rollback", "nothing")
    assert (code, "there is no run nothing" in err) == (exits.FAILED, True)


def test_differences_are_told_repaired_and_adopted(acme: Acme, said: Said) -> None:
    assert said("verify", "acme")[1].endswith("All agree. Next: syncworker plan acme\n")
    acme.edit("a1", "77")
    code, out, _ = said("verify", "acme")
    assert code == exits.DEAD_LETTERS
    assert "  companies.saas_mrr: 1 record edited by a person\n      c1.example (" in out
    assert "HubSpot has 77, ours is 20, sent by run" in out
    assert "by CRM_UI user 1001\n" in out
    assert out.splitlines()[-1] == "Next: syncworker verify acme --repair, or --adopt"

    code, _, err = said("verify", "acme", "--repair")
    assert (code, "add --yes" in err) == (exits.USAGE, True)
    code, out, _ = said("verify", "acme", "--repair", "--yes", "--object", "companies")
    assert (code, acme.mrrs()) == (exits.OK, ["20", "20", "20"])
    assert "saas_mrr  77 -> 20  because a person set it on " in out

    acme.edit("a1", "78")
    code, out, _ = said("verify", "acme", "--adopt")
    assert (code, acme.company.link("companies", "a1").values["saas_mrr"]) == (exits.OK, "78")
    assert "saas_mrr  78 -> 20  because " in out
    code, out, _ = said("verify", "acme", "--sample", "1", "--json")
    document = json.loads(out)
    assert (code, document["looked_at"], document["differences"]) == (exits.OK, 2, [])
    assert document["share"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "words",
    [("--repair", "--adopt"), ("--yes",), ("--adopt", "--sample", "3"), ("--sample", "0")],
)
def test_options_that_do_not_go_together_are_refused(said: Said, words: tuple[str, ...]) -> None:
    assert said("verify", "acme", *words)[0] == exits.USAGE


class _Terminal:
    def isatty(self) -> bool:
        return True
