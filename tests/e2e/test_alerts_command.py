"""Alerts as their reader and their operator meet them: commands, a chat that is down, a worker."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from support.http_server import Api, Reply, http_server
from support.workspace import Workspace, wait_until

from syncworker.cli import main

ALERTS = """\
alerts:
  channels:
    team: {kind: slack, url: env:SLACK_URL}
    ops: {kind: webhook, url: env:OPS_URL, secret: env:OPS_SECRET}
  rules:
    - {when: run_failed, to: [team, ops]}
    - {when: no_run, hours: 1, to: [ops]}
schedule: {every: 1d}
"""


@pytest.fixture
def chat() -> Iterator[Api]:
    """A chat that fails twice and then works."""
    with http_server() as api:
        api.script(Reply(b"down", 503), Reply(b"down", 503), Reply(b"ok"))
        yield api


@pytest.fixture
def told(workspace: Workspace, chat: Api) -> Workspace:
    workspace.write_mapping(more=ALERTS)
    workspace.env |= {
        "SLACK_URL": f"{chat.url}/services/hidden-slack-path",
        "OPS_URL": f"{chat.url}/ops?sig=hidden-signature",
        "OPS_SECRET": "hidden-shared-secret",
    }
    return workspace


def test_a_failed_sync_is_told_once_the_chat_is_back_and_nothing_shows_a_secret(
    told: Workspace, chat: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    monkeypatch.chdir(told.folder)
    for name, value in {**told.env, "ACME_TOKEN": "wrong"}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str]:
        code = main.run(arguments)
        out, err = capsys.readouterr()
        said.append(out + err)
        return code, out + err

    assert run("sync", "acme")[0] == 1
    assert [asked.path for asked in chat.asked] == ["/services/hidden-slack-path", "/ops"]
    code, text = run("alerts", "list", "acme")
    assert (code, "1 alert open." in text) == (0, True)
    assert "run_failed: sync failed: HubSpot answered 401" in text
    assert text.count("after 1 attempt: HTTP 503: down") == 2

    code, text = run("alerts", "deliveries", "acme", "--retry", "--json")
    assert (code, len(chat.asked)) == (0, 4)
    assert all(one["delivered_at"] for one in json.loads(text)["deliveries"])
    assert chat.asked[2].json["blocks"][0]["text"]["text"] == "🔴 acme: sync failed"
    assert chat.asked[3].json["message"] == "acme: sync failed"

    chat.script(Reply(b"invalid", 400), Reply(b"ok"))
    code, text = run("alerts", "test", "acme")
    assert (code, "team (slack): FAILED: HTTP 400: invalid" in text) == (1, True)
    assert "ops (webhook): delivered: HTTP 200" in text
    assert text.endswith("Next: mend it, then syncworker alerts test acme --channel team\n")
    assert run("alerts", "test", "acme", "--channel", "team")[0] == 0
    assert run("alerts", "deliveries", "acme", "--failed")[0] == 0
    for arguments, code, says in (
        (("test", "acme", "--channel", "teem"), 1, "did you mean `team`?"),
        (("list", "acne"), 1, "portals with a mapping: acme"),
        (("deliveries", "acme", "--faild"), 64, "--failed"),
    ):
        assert run("alerts", *arguments)[0] == code
        assert says in said[-1]
    assert run("alerts", "list", "acme", "--all", "--json")[0] == 0
    (episode,) = json.loads(said[-1])["episodes"]
    assert [one["channel"] for one in episode["deliveries"]] == ["ops", "team"]
    assert "hidden" not in "".join(said)


@pytest.mark.long
def test_a_worker_tells_what_it_finds_and_that_it_is_over(told: Workspace, chat: Api) -> None:
    chat.script(Reply(b"ok"))

    def titles() -> list[str]:
        return [a.json["message"] for a in chat.asked if a.path == "/ops"]

    with told.worker(ACME_TOKEN="wrong"):
        wait_until(lambda: titles() == ["acme: sync failed"], what="a message")
    with told.worker():
        assert told.run("sync", "acme", "--enqueue", "--wait").returncode == 0
        wait_until(lambda: len(titles()) == 2, what="the end of it")
    assert titles()[1] == "acme: sync works again"
    assert "hidden" not in told.log()


def test_a_portal_without_channels_says_how_to_add_one(workspace: Workspace) -> None:
    done = workspace.run("alerts", "test", "acme")

    assert done.returncode == 1
    assert "acme has no channel" in done.stderr
    assert "alerts: channels:" in done.stderr
