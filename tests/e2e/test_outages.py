"""What is gone, wrong or slow: one message, the right exit code, nothing lost."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from support.workspace import AS_OF, MAPPING, PORTAL, Workspace, wait_until

from syncworker.sandbox.faults import Fault

pytestmark = pytest.mark.long

AT = ("--as-of", AS_OF.isoformat())
CHANGE = "UPDATE subscription_items SET unit_amount = 99900 WHERE item_id = 'i7'"
SECRET = "hunter2"
Restartable = tuple[Workspace, Callable[[], None], Callable[[], None]]


def mrr(workspace: Workspace, number: int = 7) -> str:
    found = workspace.portal.records("companies").live.values()
    return next(
        c.values["saas_mrr"] for c in found if c.values["domain"] == f"company-{number}.example"
    )


def says(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The command ended with the code and says each of the words once, without a traceback."""
    output = done.stdout + done.stderr
    assert done.returncode == code, output
    for word in words:
        assert output.count(word) == 1, output
    assert "Traceback" not in output
    assert SECRET not in output


@contextmanager
def running(workspace: Workspace, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on while the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "syncworker", *arguments],
        cwd=workspace.folder,
        env=workspace.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param(
            {"ACME_TOKEN": f"pat-na1-{SECRET}-{SECRET}"},
            ["HubSpot answered 401", "put a valid token where the mapping's `credentials` point"],
            id="a-wrong-token",
        ),
        pytest.param(
            {"ACME_TOKEN": ""},
            ["env:ACME_TOKEN: there is no such variable", "looked in the environment, then in"],
            id="no-token",
        ),
        pytest.param(
            {"ACME_DATABASE": "sqlite:////nowhere/app.db"},
            ["source app: there is no database file /nowhere/app.db", "Correct the path"],
            id="no-source-database",
        ),
        pytest.param(
            {"ACME_DATABASE": f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/app"},
            ["cannot connect to 127.0.0.1:1", "Check that the database runs"],
            id="a-source-database-nobody-answers-for",
        ),
    ],
)
def test_a_run_that_cannot_be_done_says_why_and_the_next_one_sends_everything(
    synced: Workspace, variables: dict[str, str], words: list[str]
) -> None:
    synced.sql(CHANGE)

    failed = synced.run("sync", PORTAL, *AT, **variables)

    says(failed, 1, "failed. 0 sent", *words)
    assert mrr(synced) == "10.07"
    assert synced.sync()["status"] == "done"
    assert mrr(synced) == "999"


def test_a_portal_that_cannot_be_reached_is_named_and_later_gets_what_it_missed(
    restartable: Restartable,
) -> None:
    workspace, stop, start = restartable
    workspace.sql(CHANGE)
    stop()

    failed = workspace.run("sync", PORTAL, *AT, SYNCWORKER_PATIENCE_SECONDS="0.2")

    says(failed, 1, "HubSpot did not answer POST", "no connection", "this machine reaches HubSpot")
    start()
    again = workspace.run("sync", PORTAL, *AT)
    says(again, 0, "1 sent, 23 unchanged")
    assert mrr(workspace) == "999"


@pytest.mark.parametrize(
    ("status", "requests"),
    [
        (429, "3 HubSpot requests (3 writes)"),
        (500, "4 HubSpot requests (2 writes)"),  # it may have been done: the records are read
    ],
)
def test_a_portal_that_refuses_for_a_while_is_asked_again_until_it_takes_the_records(
    synced: Workspace, status: int, requests: str
) -> None:
    synced.sql(CHANGE)
    busy = Fault(path="companies/batch", status=status, times=2, headers={"Retry-After": "1"})
    synced.portal.faults.add(busy)

    done = synced.run("sync", PORTAL, *AT)

    says(done, 0, f"1 sent, 23 unchanged, {requests}")
    assert mrr(synced) == "999"


def test_an_answer_that_got_lost_does_no_harm(workspace: Workspace) -> None:
    """HubSpot did the work and the connection broke: the contacts are not created twice."""
    workspace.portal.faults.add(Fault(path="contacts/batch/create", cut=True))

    done = workspace.run("sync", PORTAL, *AT)

    says(done, 0, "24 sent, 0 unchanged")
    assert len(workspace.portal.records("contacts").live) == 12


def test_a_source_table_that_is_gone_is_named(synced: Workspace) -> None:
    synced.sql("ALTER TABLE subscriptions RENAME TO plans")

    done = synced.run("sync", PORTAL, *AT)

    words = "source app, stream subscriptions: the query failed: no such table: subscriptions"
    says(done, 3, words, "Run the query of subscriptions in the database's own client")
    synced.sql("ALTER TABLE plans RENAME TO subscriptions")
    assert synced.sync()["status"] == "done"


def test_a_broken_mapping_stops_before_anything_and_names_the_command(synced: Workspace) -> None:
    synced.write_mapping(MAPPING.replace("saas_mrr: mrr", "saas_mrr: mmr"))

    failed = synced.run("sync", PORTAL, *AT)

    says(failed, 1, "error: acme.yaml has 1 error", "= help: syncworker validate acme")
    assert synced.portal.stats.requests == 0
    synced.write_mapping()
    assert synced.sync()["status"] == "done"


def test_a_portal_without_a_mapping_is_answered_with_those_that_have_one(
    workspace: Workspace,
) -> None:
    failed = workspace.run("sync", "acne")

    says(failed, 1, "error: portal acne has no mapping", "portals with a mapping: acme")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param(
            {"SYNCWORKER_HOME": "app.db/state"},
            ["state.db cannot be made: Not a directory", "set SYNCWORKER_HOME"],
            id="no-folder",
        ),
        pytest.param(
            {"SYNCWORKER_DATABASE_URL": f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/state"},
            ["postgresql+psycopg://me:***@127.0.0.1:1/state cannot be used", "is it running"],
            id="nobody-answers",
        ),
        pytest.param(
            {"SYNCWORKER_DATABASE_URL": f"{SECRET} is no url"},
            ["the state database's URL cannot be used", "SYNCWORKER_DATABASE_URL=postgresql"],
            id="no-url",
        ),
        pytest.param(
            {"SYNCWORKER_LEASE_SECONDS": "soon"},
            ["SYNCWORKER_LEASE_SECONDS: input should be a valid number"],
            id="a-setting-that-does-not-fit",
        ),
    ],
)
def test_a_state_database_that_cannot_be_used_is_named_with_the_setting_to_mend(
    workspace: Workspace, variables: dict[str, str], words: list[str]
) -> None:
    failed = workspace.run("sync", PORTAL, *AT, **variables)

    says(failed, 1, *words)
    assert failed.stdout == ""


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param(
            {},
            ["no worker runs here: nothing answers at", "start one: syncworker worker"],
            id="no-worker",
        ),
        pytest.param(
            {"SYNCWORKER_REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0"},
            ["no Redis or Valkey answers at redis://:***@127.0.0.1:1/0", "SYNCWORKER_REDIS_URL"],
            id="no-redis",
        ),
    ],
)
def test_without_a_broker_nothing_is_enqueued_and_the_portal_stays_free(
    workspace: Workspace, variables: dict[str, str], words: list[str]
) -> None:
    failed = workspace.run("sync", PORTAL, *AT, "--enqueue", **variables)

    says(failed, 1, *words)
    runs = workspace.run("runs", "list")
    assert runs.stdout == "There are no such runs. Next: syncworker plan PORTAL\n"


def test_a_portal_that_a_run_holds_is_locked_for_others_until_it_ends(synced: Workspace) -> None:
    synced.sql(CHANGE)
    slow = Fault(path="companies/batch/update", delay=12, times=1)
    synced.portal.faults.add(slow)
    with running(synced, "sync", PORTAL, *AT) as first:
        wait_until(lambda: slow.times == 0, what="the first run's batch")

        second = synced.run("sync", PORTAL, *AT)
        plan = synced.run("plan", PORTAL, *AT)

        for locked in (second, plan):
            says(locked, 5, "has held portal acme since", "= help: watch it: syncworker runs watch")
        out, _ = first.communicate(timeout=30)
        assert first.returncode == 0
    assert "1 sent, 23 unchanged" in out


def test_ctrl_c_ends_a_sync_with_130_and_the_next_one_goes_on_at_once(synced: Workspace) -> None:
    synced.env["SYNCWORKER_LEASE_SECONDS"] = "600"
    synced.sql(CHANGE)
    slow = Fault(path="companies/batch/update", delay=30)
    synced.portal.faults.add(slow)
    with running(synced, "sync", PORTAL, *AT) as first:
        wait_until(lambda: slow.times == 0, what="the batch")
        started = time.monotonic()
        first.send_signal(signal.SIGINT)  # lets the batch in flight be finished
        time.sleep(1)
        first.send_signal(signal.SIGINT)  # stops at once
        out, err = first.communicate(timeout=20)
    done = subprocess.CompletedProcess([], first.returncode, out, err)
    says(done, 130, "error: interrupted", "nothing is lost: the same command goes on")
    assert time.monotonic() - started < 10

    waits = synced.run("plan", PORTAL, *AT)
    says(waits, 5, "was cut short at push", "go on with it: syncworker sync acme")
    run_id = synced.run("runs", "list").stdout.split()[0]
    shown = synced.run("runs", "show", run_id)
    says(shown, 0, f"Run {run_id}: acme, sync, at push, since", f"runs watch {run_id}")
    goes_on = synced.run("sync", PORTAL, *AT)
    says(goes_on, 0, "going on with run", "1 sent, 23 unchanged")
    assert mrr(synced) == "999"
    assert len(re.findall("done", synced.run("runs", "list").stdout)) == 2


def test_ctrl_c_while_waiting_for_the_workers_ends_the_waiting_and_not_the_run(
    synced: Workspace,
) -> None:
    synced.sql(CHANGE)
    slow = Fault(path="companies/batch/update", delay=2)
    synced.portal.faults.add(slow)
    with synced.worker():
        wait_until(synced.socket.exists, what="the broker")
        with running(synced, "sync", PORTAL, *AT, "--enqueue", "--wait") as waiting:
            wait_until(lambda: slow.times == 0, what="the batch")
            waiting.send_signal(signal.SIGINT)
            out, err = waiting.communicate(timeout=20)
        done = subprocess.CompletedProcess([], waiting.returncode, out, err)
        says(done, 130, "the run goes on without this. Next: syncworker runs show")
        wait_until(lambda: mrr(synced) == "999", what="the workers' batch")
        run_id = err.split()[-1]
        wait_until(lambda: "done" in synced.run("runs", "show", run_id).stdout, what="the end")


def test_a_plan_that_was_cut_short_does_not_stand_in_the_way_of_a_sync(
    workspace: Workspace,
) -> None:
    slow = Fault(path="companies/search", delay=30)
    workspace.portal.faults.add(slow)
    with running(workspace, "plan", PORTAL, *AT) as plan:
        wait_until(lambda: slow.times == 0, what="the plan's search")
        plan.send_signal(signal.SIGINT)
        time.sleep(1)
        plan.send_signal(signal.SIGINT)
        plan.communicate(timeout=20)
    assert plan.returncode == 130

    says(workspace.run("sync", PORTAL, *AT), 0, "24 sent")
    assert "cut short" not in workspace.run("runs", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sync",), "Missing argument 'PORTAL'"),
        (("synk",), "No such command 'synk'"),
        (("sync", PORTAL, "--wait"), "--wait goes with --enqueue"),
        (("sync", PORTAL, "--as-of", "tomorrow"), "'tomorrow' is no time; write 2026-11-21T06:00"),
        (("plan", PORTAL, "--format", "yaml"), "'yaml' is not one of 'text', 'json'"),
        (("sandbox", "up", "--port", "99999"), "99999 is not in the range"),
    ],
)
def test_wrong_usage_exits_with_64(
    workspace: Workspace, arguments: tuple[str, ...], words: str
) -> None:
    says(workspace.run(*arguments), 64, words)
