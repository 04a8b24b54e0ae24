"""Every other command: what it prints, and what it exits with."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import requests
from support.workspace import AS_OF, MAPPING, PORTAL, Workspace

from syncworker.cli.main import cli

AT = ("--as-of", AS_OF.isoformat())
WRONG = MAPPING.replace("saas_mrr: mrr", "saas_mrr: mmr")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that does something, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("words", [(), *commands(cli)], ids=" ".join)
def test_help_works_and_begins_with_two_examples_of_the_command(
    workspace: Workspace, words: tuple[str, ...]
) -> None:
    done = workspace.run(*words, "--help")

    assert done.returncode == 0
    assert done.stderr == ""
    examples = done.stdout.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert len(examples) == 2
    assert f"syncworker {' '.join(words)}".rstrip() in examples[0]


def test_every_option_says_what_it_is_for() -> None:
    context = click.Context(cli)
    for words in commands(cli):
        command: click.Command | None = cli
        for word in words:
            assert isinstance(command, click.Group)
            command = command.get_command(context, word)
        assert command is not None
        options = [p for p in command.params if isinstance(p, click.Option)]
        assert [o.name for o in options if not o.help and o.name != "help"] == []


def test_a_plan_as_json_is_one_object_with_its_version_records_and_summary(
    workspace: Workspace,
) -> None:
    done = workspace.run("plan", PORTAL, *AT, "--format", "json")

    plan = json.loads(done.stdout)
    assert done.returncode == 0
    assert plan["schema_version"] == 1
    assert plan["status"] == "planned"
    assert plan["summary"]["plan"]["objects"]["companies"]["update"] == 12
    record = next(r for r in plan["records"] if r["key"] == "a3")
    change = next(c for c in record["changes"] if c["property"] == "saas_mrr")
    assert (change["old"], change["new"]) == ("", "10.03")
    assert change["because"] == "1 priced item of 1 paying subscription"


def test_a_plan_reads_property_old_new_because_and_the_most_telling_record_comes_first(
    synced: Workspace,
) -> None:
    synced.sql("""
        UPDATE subscription_items SET unit_amount = 5000 WHERE item_id IN ('i1', 'i4');
        UPDATE subscriptions SET status = 'past_due' WHERE sub_id = 's4';
    """)

    lines = synced.run("plan", PORTAL, *AT).stdout.splitlines()

    head = "acme  companies  as of 2026-11-20 12:00 UTC   mapping "
    assert re.fullmatch(re.escape(head) + "[0-9a-f]{6}   12 read, 10 unchanged", lines[0])
    assert lines[1] == "  ~ company-4.example                  2 changes"
    mrr = "      saas_mrr                  10.04 -> 50         because 1 priced item of 1 paying"
    assert lines[2].startswith(mrr)
    assert "saas_subscription_status  active -> past_due  because" in lines[3]
    assert lines[4] == "  ~ company-1.example                  1 change"
    (told,) = (line for line in lines if line.startswith("Plan:"))
    assert told.startswith("Plan: 0 create, 2 update, 22 unchanged, 1 HubSpot request, about 1 s")
    assert not any("left alone" in line for line in lines)


def test_validate_says_that_a_mapping_is_right(workspace: Workspace) -> None:
    done = workspace.run("validate")

    assert done.returncode == 0
    assert done.stdout == (
        "No errors in 1 file. Nothing was sent to HubSpot.\n"
        "Next: syncworker validate --online acme\n"
    )


def test_validate_shows_where_a_mapping_is_wrong_and_what_to_write(workspace: Workspace) -> None:
    workspace.write_mapping(WRONG)

    done = workspace.run("validate", PORTAL)

    assert done.returncode == 1
    place, _, line, caret, help_, _ = done.stdout.split("\n", 5)
    assert place == "mappings/acme.yaml:19:17: error[SW104]: no metric is called `mmr`"
    assert line == "19 |       saas_mrr: mmr"
    assert caret == "   |                 ^^^"
    assert help_.startswith("   = help: did you mean `mrr`?")
    assert done.stdout.endswith(
        "1 error in 1 file. Nothing was sent to HubSpot.\n"
        "Next: syncworker validate --help-code SW104\n"
    )


def test_validate_for_programs_and_for_github(workspace: Workspace) -> None:
    workspace.write_mapping(WRONG)

    as_json = workspace.run("validate", PORTAL, "--format", "json")
    github = workspace.run("validate", PORTAL, "--format", "github")

    found = json.loads(as_json.stdout)
    assert (found["schema_version"], found["errors"]) == (1, 1)
    assert [(d["code"], d["line"]) for d in found["diagnostics"]] == [("SW104", 19)]
    assert github.stdout.startswith("::error file=mappings/acme.yaml,line=19,col=17,")
    assert (as_json.returncode, github.returncode) == (1, 1)


def test_validate_online_finds_what_only_the_portal_knows(workspace: Workspace) -> None:
    right = workspace.run("validate", PORTAL, "--online")
    workspace.write_mapping(MAPPING.replace("saas_churned: churned", "saas_gone: churned"))
    wrong = workspace.run("validate", PORTAL, "--online")

    assert right.returncode == 0, right.stdout
    assert wrong.returncode == 1
    assert "error[SW109]: the portal has no companies property `saas_gone` (bool)" in wrong.stdout
    assert "`syncworker properties create acme` makes it" in wrong.stdout


def test_validate_explains_a_code_and_names_those_there_are(workspace: Workspace) -> None:
    known = workspace.run("validate", "--help-code", "SW104")
    unknown = workspace.run("validate", "--help-code", "SW999")

    assert known.returncode == 0
    assert known.stdout.startswith("SW104: ")
    assert unknown.returncode == 1
    assert "error: there is no code SW999" in unknown.stderr
    assert "SW104" in unknown.stderr


def test_validate_names_the_portals_that_have_a_mapping(workspace: Workspace) -> None:
    missing = workspace.run("validate", "acne")

    assert missing.returncode == 1
    assert "error: no mapping at mappings/acne.yaml" in missing.stderr
    assert ": acme (another folder: SYNCWORKER_MAPPINGS)" in missing.stderr


def test_metrics_are_listed_and_each_can_be_looked_up(workspace: Workspace) -> None:
    listed = workspace.run("metrics", "list")
    shown = workspace.run("metrics", "show", "mrr")
    unknown = workspace.run("metrics", "show", "mmr")

    assert listed.returncode == shown.returncode == 0
    names = [line.split()[0] for line in listed.stdout.splitlines()]
    assert {"mrr", "usage_28d", "health_score", "user_usage_28d"} <= set(names)
    assert re.search(r"^property +saas_mrr$", shown.stdout, re.MULTILINE)
    assert re.search(r"^formula +\S+", shown.stdout, re.MULTILINE)
    assert unknown.returncode == 1
    assert "error: no metric is called mmr" in unknown.stderr
    assert "did you mean `mrr`?" in unknown.stderr


@pytest.mark.long
def test_runs_are_listed_newest_first_and_each_can_be_shown_as_it_ended(
    synced: Workspace,
) -> None:
    synced.sql("UPDATE subscriptions SET status = 'canceled', ended_at = '2026-11-19'")
    assert synced.run("sync", PORTAL, *AT).returncode == 4

    *listed, following = synced.run("runs", "list", PORTAL).stdout.splitlines()
    assert following.startswith("Next: syncworker runs show ")
    refused, done = (line.split()[0] for line in listed)
    assert [line.split()[3] for line in listed] == ["refused", "done"]

    shown = synced.run("runs", "show", refused, "--plan")
    assert shown.returncode == 4
    assert "active -> canceled" in shown.stdout
    assert "would change saas_churned (limit 30 %" in shown.stdout
    as_json = synced.run("runs", "show", done, "--format", "json")
    assert as_json.returncode == 0
    assert json.loads(as_json.stdout)["summary"]["outcomes"] == {"sent": 24}


def test_a_run_that_does_not_exist_is_answered_with_the_command_that_lists_them(
    workspace: Workspace,
) -> None:
    done = workspace.run("runs", "show", "20260101T000000000000-abcdef")

    assert done.returncode == 1
    assert "error: there is no run 20260101T000000000000-abcdef" in done.stderr
    assert "= help: syncworker runs list" in done.stderr


def test_dead_letters_can_be_listed_of_one_run(workspace: Workspace) -> None:
    workspace.sql("UPDATE users SET email = 'nobody' WHERE user_id = 'u4'")
    run = workspace.sync()
    assert run["exit"] == 3

    of_run = workspace.run("dead-letters", "list", PORTAL, "--run", run["id"])
    of_other = workspace.run("dead-letters", "list", PORTAL, "--run", "another")

    assert "ROW_REJECTED  users.email  1 row" in of_run.stdout
    assert "1 open dead letter. Next: mend the causes" in of_run.stdout
    assert of_other.stdout.startswith("No open dead letters.")


def test_db_upgrade_makes_the_tables_once(workspace: Workspace) -> None:
    home = {"SYNCWORKER_HOME": "elsewhere"}
    first = workspace.run("db", "upgrade", **home)
    second = workspace.run("db", "upgrade", **home)

    assert (first.returncode, second.returncode) == (0, 0)
    assert re.fullmatch(
        r"The state database went from schema none to \S+\.\nNext: .*\n", first.stdout
    )
    assert re.fullmatch(r"The state database has schema \S+ already\.\nNext: .*\n", second.stdout)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_sandbox_serves_until_it_is_stopped(tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "syncworker", "sandbox", "up", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"A sandbox portal listens on (\S+); it accepts the token (\S+)\n", line)
    assert found, line
    url, token = found.groups()
    answer = requests.get(
        f"{url}/crm/v3/objects/companies", headers={"Authorization": f"Bearer {token}"}, timeout=5
    )
    assert answer.status_code == 200
    assert answer.json()["results"]

    process.send_signal(number)
    _, err = process.communicate(timeout=10)

    assert process.returncode == 0
    assert err == ""


def test_a_sandbox_is_there_again_from_its_file_and_lets_requests_go_wrong(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "syncworker", "sandbox", "up", "--port", "0"]
    kept = ["--empty", "--state", "portal.json"]
    broken = ["--faults", "503:100%", "--seed", "3"]
    body = {"companies": [{"name": "Acme"}]}
    for options, names in ((kept, []), ([*kept, *broken], ["Acme"])):
        process = subprocess.Popen(
            [*command, *options],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        url = process.stdout.readline().split()[5].rstrip(";")
        held = requests.get(f"{url}/_sandbox/state?object=companies", timeout=5).json()
        assert [row["properties"]["name"] for row in held["companies"]] == names
        requests.post(f"{url}/_sandbox/state", json=body, timeout=5).raise_for_status()
        status = requests.get(f"{url}/crm/v3/owners", timeout=5).status_code
        assert status == (401 if options is kept else 503)
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10)[1] == ""
        assert process.returncode == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--faults", "429"), 64, "FAULT:PERCENT%"),
        (("--faults", "429:80%,500:21%"), 64, "more than 100 %"),
        (("--pause", "-1"), 64, "--pause"),
        (("--state", "notes.txt"), 1, "notes.txt cannot be used: it is not JSON"),
        (("--state", "notes.txt/portal.json"), 1, "portal.json cannot be used"),
    ],
)
def test_the_sandbox_refuses_options_it_cannot_use(
    workspace: Workspace, options: tuple[str, str], code: int, said: str
) -> None:
    (workspace.folder / "notes.txt").write_text("my notes")
    done = workspace.run("sandbox", "up", "--port", "0", *options)

    assert done.returncode == code
    assert said in " ".join(done.stderr.split())
    assert (workspace.folder / "notes.txt").read_text() == "my notes"


def test_the_sandbox_says_when_its_port_is_taken(workspace: Workspace) -> None:
    done = workspace.run("sandbox", "up", "--port", str(workspace.server.port))

    assert done.returncode == 1
    assert f"error: port {workspace.server.port} cannot be used" in done.stderr
    assert "--port 0" in done.stderr
