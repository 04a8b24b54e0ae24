"""`plan --out` and `apply`, as an admin types them, with every exit code."""

from __future__ import annotations

import copy
import io
import json
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.workspace import AS_OF, MAPPING, PORTAL, Workspace, wait_until

from syncworker import bootstrap
from syncworker.cli import exits
from syncworker.cli.main import run as typed
from syncworker.engine import apply, plan_file, selecting, sync
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.proposal import Proposal, of_run
from syncworker.errors import ConfigError
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer
from syncworker.settings import Settings

LATER = ("--as-of", (AS_OF + timedelta(hours=1)).isoformat())
DEARER = "UPDATE subscription_items SET unit_amount = unit_amount + 5000 WHERE item_id IN {}"
SOME = "('i1', 'i2', 'i3')"
ALL_CANCELED = "UPDATE subscriptions SET status = 'canceled', ended_at = '2026-11-19T00:00:00Z'"


class Typist:
    """Types commands in the workspace's folder, in this process: a second less each time."""

    def __init__(self, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
        self.workspace = workspace
        self._capsys = capsys

    def __call__(self, *words: str, code: int = exits.OK) -> str:
        """What a command prints: its result, or where it fails what it says."""
        self._capsys.readouterr()
        found = typed(words)
        out, err = self._capsys.readouterr()
        assert found == code, (found, out, err)
        return out if code in {exits.OK, exits.CHANGES} else out + err

    def mrr(self, number: int) -> str:
        """What HubSpot holds."""
        companies = self.workspace.portal.records("companies").live.values()
        held = {c.values["domain"]: c.values for c in companies}
        return held[f"company-{number}.example"].get("saas_mrr", "")

    @property
    def engine(self) -> Engine:
        home = self.workspace.folder / ".syncworker"
        return bootstrap.engine(Settings(home=home, mappings=self.workspace.folder / "mappings"))


@pytest.fixture
def said(
    synced: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typist:
    monkeypatch.chdir(synced.folder)
    for name, value in synced.env.items():
        monkeypatch.setenv(name, value)
    return Typist(synced, capsys)


@pytest.fixture(scope="module")
def once_planned(
    once_synced: Any, sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Three accounts pay more, and a plan of that is saved; volatile properties ride along."""
    folder = tmp_path_factory.mktemp("planned") / "work"
    shutil.copytree(once_synced.folder, folder)
    sandbox.portal = copy.deepcopy(once_synced.portal)
    workspace = Workspace(folder, sandbox)
    workspace.sql(DEARER.format(SOME))
    done = workspace.run("plan", PORTAL, *LATER, "--out", "plan.json", "--detailed-exitcode")
    assert done.returncode == exits.CHANGES, done.stderr
    assert "Plan: 0 create, 3 update, 21 unchanged, 1 HubSpot request, about 1 s" in done.stdout
    assert done.stdout.endswith("Next: syncworker apply plan.json\n")
    assert "saved plan.json: it holds personal data" in done.stderr
    return folder


@pytest.fixture
def planned(said: Typist, once_planned: Path) -> Typist:
    """The same for one test."""
    shutil.copytree(once_planned, said.workspace.folder, dirs_exist_ok=True)
    return said


def test_exactly_the_plan_is_applied_once_and_then_nothing_is_left_to_do(planned: Typist) -> None:
    planned.workspace.sql(DEARER.format("('i9')"))
    out = planned("apply", "plan.json", "--yes", "--canary", "2", "--max-changes", "3")
    assert "done. 3 sent" in out
    assert "  the first 2 records held what was planned\nNext: syncworker runs show" in out
    assert [planned.mrr(number) for number in (1, 3, 9)] == ["60.01", "60.03", "10.09"]
    again = planned("apply", "plan.json", "--yes", code=exits.REFUSED)
    assert "error: the plan was applied already, by run " in again
    assert "make the plan again: syncworker plan acme --out FILE" in again
    planned.workspace.sql("UPDATE subscription_items SET unit_amount = 1009 WHERE item_id = 'i9'")
    empty = planned("plan", PORTAL, *LATER, "--out", "plan.json", "--detailed-exitcode")
    assert "Plan: 0 create, 0 update, 24 unchanged, no HubSpot request" in empty
    none = planned("apply", "plan.json", "--yes")
    assert none.endswith("Nothing to send.\nNext: syncworker plan acme\n")
    assert planned.workspace.portal.stats.writes == 2


def test_applying_as_json_is_one_document_with_the_runs_figures(planned: Typist) -> None:
    done = json.loads(planned("apply", "plan.json", "--yes", "--json"))
    assert (done["schema_version"], done["kind"], done["status"]) == (1, "apply", "done")
    assert done["summary"]["outcomes"] == {"sent": 3}


def test_somebody_on_a_terminal_is_asked_and_may_say_no(
    planned: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    no, yes = ("n\n", "10.01", exits.FAILED), ("y\n", "60.01", exits.OK)
    for answer, sent, code in (no, yes):
        terminal = io.StringIO(answer)
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", terminal)
        out = planned("apply", "plan.json", code=code)
        assert planned.mrr(1) == sent
        assert ("Nothing was sent.\nNext: syncworker apply plan.json" in out) == (answer == "n\n")


def test_a_portal_is_planned_anew_shown_and_sent(said: Typist) -> None:
    said.workspace.sql(DEARER.format(SOME))
    out = said("apply", PORTAL, "--yes")
    assert "saas_mrr" in out
    assert "10.01 -> 60.01" in out
    assert "done. 12 sent" in out  # the time of the computation goes alone after seven days
    assert said.mrr(2) == "60.02"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("apply", "plan.json"), 64, "there is no terminal to ask on: add --yes"),
        (("apply", "plan.json", "--yes", "--wait"), 64, "--wait goes with --enqueue"),
        (("apply", "plan.json", "--yes", "--canary", "0"), 64, "--canary"),
        (("plan", PORTAL, "--select", "deal:7"), 64, "write account:ID, object:NAME or property"),
        (("plan", PORTAL, "--select", "account:"), 64, "'account:' selects nothing"),
        (("apply", "gone.json", "--yes"), 1, "gone.json cannot be read: No such file"),
        (("apply", "app.db", "--yes"), 1, "error: app.db "),
        (("apply", "nobody", "--yes"), 1, "portal nobody has no mapping"),
        (("plan", PORTAL, "--out", "mappings"), 1, "error: mappings is a folder"),
        (("plan", PORTAL, "--out", "no/where.json"), 1, "no does not exist"),
        (("plan", PORTAL, "--select", "object:company"), 1, "did you mean `companies`?"),
        (("plan", PORTAL, "--select", "property:sas_mrr"), 1, "did you mean `saas_mrr`?"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_type(
    said: Typist, words: tuple[str, ...], code: int, says: str
) -> None:
    assert says in said(*words, code=code)


def test_a_file_that_was_edited_is_refused_and_nothing_is_sent(planned: Typist) -> None:
    path = Path("plan.json")
    path.write_text(path.read_text().replace('"60.02"', '"99999"'))
    said = planned("apply", "plan.json", "--yes", code=exits.REFUSED)
    assert "plan.json is not as it was saved: its digest does not match its content" in said
    assert planned.mrr(1) == "10.01"


def test_a_plan_of_another_mapping_is_refused(planned: Typist) -> None:
    planned.workspace.write_mapping(MAPPING, more="guard: {max_flip_percent: 100}")
    said = planned("apply", "plan.json", "--yes", code=exits.REFUSED)
    assert "the mapping of acme has changed since the plan was made" in said


@pytest.mark.long
def test_a_plan_the_guard_refuses_is_saved_refused_again_and_let_through_by_force(
    said: Typist,
) -> None:
    said.workspace.sql(ALL_CANCELED)
    refused = said("plan", PORTAL, *LATER, "--out", "plan.json", code=exits.REFUSED)
    assert "Refused by the guard: 100 % of companies (12 of 12) would change" in refused
    assert refused.splitlines()[-2:-1] != []
    again = said("apply", "plan.json", "--yes", code=exits.REFUSED)
    assert "100 % of companies (12 of 12) would change saas_churned (limit 30 %" in again
    assert "apply with --force" in again
    few = said("plan", PORTAL, *LATER, "--select", "account:a3", "--out", "few.json")
    assert "the guard would refuse the whole plan, and lets this part of it through" in few
    most = said("apply", "plan.json", "--yes", "--force", "--max-changes", "11", code=4)
    assert "12 records would change, and --max-changes allows 11" in most
    assert "done. 12 sent" in said("apply", "plan.json", "--yes", "--force")


def test_another_run_that_holds_the_portal_comes_first(planned: Typist) -> None:
    sync.start(planned.engine, PORTAL, kind="extract", mode="queue")
    said = planned("apply", "plan.json", "--yes", code=exits.LOCKED)
    assert "has held portal acme since" in said
    assert planned.mrr(1) == "10.01"


def test_records_that_hubspot_refuses_are_dead_letters_and_the_rest_is_sent(
    planned: Typist,
) -> None:
    planned.workspace.portal.faults.add(Fault(path="companies/batch/update", refuse=0.5, times=9))
    out = planned("apply", "plan.json", "--yes", code=exits.DEAD_LETTERS)
    assert "1 dead letter" in out


def test_a_canary_that_a_workflow_overrules_stops_the_rest(
    planned: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Portal.commit

    def overruled(self: Portal, records: Any, write: Any, *source: str) -> Any:
        record = commit(self, records, write, *source)
        if records.object_type == "companies" and not source:
            prepared = records.prepare(record, {"saas_mrr": "7"}, {})
            commit(self, records, prepared, "AUTOMATION_PLATFORM")
        return record

    monkeypatch.setattr(Portal, "commit", overruled)
    out = planned("apply", "plan.json", "--yes", "--canary", "1", code=exits.REFUSED)
    assert "1 of the first 1 record does not hold what was planned: companies company-" in out
    assert "and HubSpot holds 7; the rest was not sent" in out
    assert "syncworker rollback " in out
    assert sorted(planned.mrr(number) for number in (1, 2, 3)).count("7") == 1


def test_a_selection_takes_what_belongs_to_an_account(said: Typist) -> None:
    said.workspace.sql(DEARER.format(SOME))
    at = (AS_OF + timedelta(minutes=10)).isoformat()
    event = "INSERT INTO events VALUES (?, ?, 'report_created', ?, ?)"
    said.workspace.sql(event, [(f"new{user}", user, at, at) for user in ("u2", "u3")])
    narrow = ("--select", "account:a2", "--select", "object:companies", "--out", "plan.json")
    out = said("plan", PORTAL, *LATER, *narrow, "--select", "property:saas_mrr")
    assert "Plan: 0 create, 1 update, 0 unchanged, 1 HubSpot request" in out

    engine = said.engine
    (run,) = [one for one in engine.runs.latest(PORTAL, 9) if one.kind == "plan"]
    mapping = checked(PORTAL, run.mapping)

    def narrowed(*typed: tuple[str, str]) -> Proposal:
        picked = selecting.picked(PORTAL, mapping, typed)
        assert picked is not None
        selection = selecting.with_accounts(engine, run, picked)
        return of_run(engine, run, position=0, selection=selection)

    for kind, name, expected in (
        ("account", "a2", {"companies a2", "contacts u2"}),
        ("account", "company-2.example", {"companies a2", "contacts u2"}),
        ("account", "user@company-2.example", {"companies a2", "contacts u2"}),
        ("object", "contacts", {"contacts u2", "contacts u3"}),
        ("property", "saas_mrr", {"companies a1", "companies a2", "companies a3"}),
    ):
        found = narrowed((kind, name))
        assert {f"{r.object} {r.key}" for r in found.records()} == expected, name
        assert found.changing == len(expected)
        assert found.plan.total.unchanged == {"account": 0, "object": 10, "property": 21}[kind]
    assert {c.property for r in found.records() for c in r.changes} == {"saas_mrr"}
    assert found.left_out == 5
    both = narrowed(("account", "a2"), ("account", "a5"))
    assert (both.changing, both.plan.total.unchanged) == (2, 2)
    with pytest.raises(ConfigError, match="portal acme has no account a99"):
        narrowed(("account", "a99"))

    said("apply", "plan.json", "--yes")
    assert [said.mrr(number) for number in (1, 2)] == ["10.01", "60.02"]


def test_what_was_cut_short_comes_first_and_the_same_command_goes_on(planned: Typist) -> None:
    engine = planned.engine
    run = apply.start(engine, plan_file.read(Path("plan.json")), target="plan.json", canary=1)
    sync.onward(engine, run.id)
    engine.chunks.free_lost(now=engine.clock(), enqueued_before=engine.clock(), run_id=run.id)
    for words in (("plan", PORTAL), ("apply", PORTAL, "--yes"), ("sync", PORTAL)):
        said = planned(*words, code=exits.LOCKED)
        assert f"apply {run.id} of acme was cut short at canary: its rest comes first" in said
        assert "go on with it: syncworker apply plan.json" in said
    tomorrow = engine.clock() + timedelta(days=1)
    engine.runs.defer(run.id, until=tomorrow, message="the day's requests are used up")
    waits = planned("apply", "plan.json", "--yes", code=exits.DEFERRED)
    assert f"Run {run.id}: deferred, acme, at canary" in waits
    engine.runs.resume(run.id)
    assert f"Run {run.id}: done. 3 sent" in planned("apply", "plan.json", "--yes")


def test_records_that_a_plan_creates_are_associated_as_the_mapping_asks(said: Typist) -> None:
    workspace = said.workspace
    asks = "policy: upsert\n    associate: [companies]"
    workspace.write_mapping(MAPPING.replace("policy: upsert", asks))
    then = (AS_OF - timedelta(days=1)).isoformat()
    address = "new@company-4.example"
    workspace.sql("INSERT INTO users VALUES (?, ?, ?, ?)", [("new", "a4", address, then)])
    picked = ("--select", f"account:{address}", "--select", "object:contacts")
    said("plan", PORTAL, *LATER, *picked, "--out", "plan.json")
    workspace.sql("UPDATE users SET account_id = 'a5' WHERE user_id = 'new'")
    out = said("apply", "plan.json", "--yes")
    # Known to belong together are those of the plan's moment, all of them.
    assert "1 sent, 0 unchanged, 13 associated" in out
    (contact,) = workspace.portal.records("contacts").holding("email", [address])
    (company,) = workspace.portal.records("companies").holding("domain", ["company-4.example"])
    assert set(contact.linked["companies"]) == {company.id}


def test_an_apply_of_which_nothing_was_sent_yet_gives_way(planned: Typist) -> None:
    apply.start(planned.engine, plan_file.read(Path("plan.json")), target="plan.json")
    assert "done. 3 sent" in planned("apply", "plan.json", "--yes")


def test_html_is_the_whole_output(planned: Typist) -> None:
    page = planned("plan", PORTAL, *LATER, "--format", "html", "--out", "plan.json")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert '<td class="old">10.01</td><td class="new">60.01</td>' in page


@pytest.mark.long
def test_a_killed_apply_goes_on_and_every_record_is_sent_once(planned: Typist) -> None:
    workspace = planned.workspace
    late = Fault(path="companies/batch/update", skip=1, late=30)
    workspace.portal.faults.add(late)
    words = (sys.executable, "-m", "syncworker", "apply", "plan.json", "--yes", "--canary", "1")
    env = workspace.environment()
    process = subprocess.Popen(words, cwd=workspace.folder, env=env, stdout=subprocess.DEVNULL)
    wait_until(lambda: late.times == 0, what="a push with its answer on the way")
    process.send_signal(signal.SIGKILL)
    process.wait()
    workspace.portal.faults.clear()

    def held() -> bool:
        refused = workspace.run("plan", PORTAL)
        assert refused.returncode == exits.LOCKED, refused.stdout
        return "its rest comes first" in refused.stderr

    wait_until(held, what="the lease's end")
    done = workspace.run("apply", "plan.json", "--yes")
    assert (done.returncode, "going on with run" in done.stderr) == (0, True)
    assert "3 sent" in done.stdout
    assert [planned.mrr(number) for number in (1, 2, 3)] == ["60.01", "60.02", "60.03"]


@pytest.mark.long
def test_workers_apply_a_plan_with_its_canary(planned: Typist) -> None:
    workspace = planned.workspace
    with workspace.worker():
        wait_until(workspace.socket.exists, what="the broker")
        words = ("--yes", "--enqueue", "--wait", "--canary", "1")
        done = workspace.run("apply", "plan.json", *words)
    assert done.returncode == 0, done.stderr + workspace.log()
    assert "done. 3 sent" in done.stdout
    assert planned.mrr(3) == "60.03"
