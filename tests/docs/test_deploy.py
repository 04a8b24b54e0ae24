"""What stands under docs/deploy/ fits the tools that read it and the program that it starts."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from syncworker import counters
from syncworker.cli.main import cli
from syncworker.settings import Settings
from syncworker.store import schema
from syncworker.store.database import Database
from syncworker.store.gauges import gauges

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
BIN = Path(sys.executable).parent
KNOWN = {
    "Unit": {"Description", "Documentation", "Wants", "After"},
    "Service": {
        *("Type", "User", "Group", "WorkingDirectory", "EnvironmentFile", "LoadCredential"),
        *("Environment", "ExecStart", "Restart", "RestartSec", "KillMode", "TimeoutStopSec"),
        *("StateDirectory", "NoNewPrivileges", "PrivateTmp", "ProtectSystem", "ProtectHome"),
        *("ReadWritePaths",),
    },
    "Install": {"WantedBy"},
}
"""Names that systemd has; where it is installed it is asked itself too."""


class _Several(OrderedDict[str, Any]):
    """Keeps the values of a key that stands several times, as units may."""

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, list) and isinstance(self.get(key), list):
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def unit(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(
        dict_type=_Several, strict=False, delimiters=("=",), comment_prefixes=("#",)
    )
    parser.optionxform = str
    parser.read_string(text)
    return parser


def settings_that_do_not_exist(names: list[str]) -> list[str]:
    known = {f"SYNCWORKER_{name.upper()}" for name in Settings.model_fields}
    return [name for name in names if name.startswith("SYNCWORKER_") and name not in known]


def wrong_command(words: list[str]) -> str:
    """What is wrong with the words after `syncworker`, or nothing."""
    command: click.Command = cli
    while words and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            return f"no command {words[0]}"
        command, words = found, words[1:]
    known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
    return next((w for w in words if w.startswith("--") and w not in known), "")


def wrong_unit(text: str) -> list[str]:
    parsed = unit(text)
    wrong = [f"section {name}" for name in parsed.sections() if name not in KNOWN]
    for section in parsed.sections():
        wrong += [key for key in parsed[section] if key not in KNOWN.get(section, set())]
    service = parsed["Service"]
    wrong += settings_that_do_not_exist(re.findall(r"(\w+)=%d", service["Environment"]))
    program, *words = service["ExecStart"].split()
    wrong += [] if program.endswith("/syncworker") else [program]
    said = wrong_command(words)
    return [*wrong, said] if said else wrong


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_known_keys_and_starts_a_command_that_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    assert wrong_unit(text) == []
    assert wrong_unit(text.replace("Restart=", "Restrat=")) == ["Restrat"]
    assert wrong_unit(text.replace("REDIS_URL_FILE", "REDIS_FILE")) == ["SYNCWORKER_REDIS_FILE"]
    assert wrong_unit(re.sub("syncworker (worker|beat)", "syncworker wrk", text)) == [
        "no command wrk"
    ]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_itself_takes_the_unit(path: Path, tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    copy = tmp_path / path.name
    text = path.read_text("utf-8").replace("/opt/syncworker/.venv/bin/syncworker", sys.executable)
    copy.write_text(text)
    if verify is None:  # the test above has judged it by our own list
        assert wrong_unit(path.read_text("utf-8")) == []
        return
    done = subprocess.run(
        [verify, "verify", str(copy)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def composed() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe", pure=True).load((DEPLOY / "compose.yaml").read_text())
    return found


def test_the_compose_file_fits_the_compose_specification(tmp_path: Path) -> None:
    check = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    for good, given in ((True, text), (False, text.replace("condition:", "conditoin:"))):
        path = tmp_path / "compose.yaml"
        path.write_text(given)
        done = subprocess.run([*check, str(path)], capture_output=True, text=True, check=False)
        assert (done.returncode == 0) == good, done.stdout


def test_the_composed_services_have_settings_commands_and_secrets_that_exist() -> None:
    document = composed()
    ours = {name: s for name, s in document["services"].items() if "build" in s}
    assert set(ours) == {"migrate", "worker", "beat"}
    for service in ours.values():
        assert settings_that_do_not_exist(list(service["environment"])) == []
        assert wrong_command([str(word) for word in service["command"]]) == ""
        check = service.get("healthcheck", {}).get("test", ["CMD", "syncworker", "health"])
        assert wrong_command(check[2:]) == ""
    for service in document["services"].values():
        assert set(service.get("secrets", [])) <= set(document["secrets"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert "healthcheck" in service or service["command"] == ["db", "upgrade"]


def test_the_dockerfile_passes_its_linter(tmp_path: Path) -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    for good, given in ((True, text), (False, text.replace("USER 10001", "USER root"))):
        path = tmp_path / "Dockerfile"
        path.write_text(given)
        done = subprocess.run(
            [str(BIN / "hadolint"), str(path)], capture_output=True, text=True, check=False
        )
        assert (done.returncode == 0) == good, done.stdout


def test_dashboard_and_alerts_ask_for_metrics_that_exist(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/state.db")
    schema.upgrade(database)
    counters.start()
    counted = counters._counted[0]
    there = {gauge.name for gauge in gauges(database)} | {"syncworker_database_up"}
    there |= {
        f"{metric._name}_total"
        for metric in (counted.requests, counted.waited, counted.records, counted.runs)
    }
    there |= {f"{counted.chunks._name}_bucket"}
    dashboard = json.loads((DEPLOY / "grafana.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = YAML(typ="safe", pure=True).load((DEPLOY / "alerts.yaml").read_text())
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    asked += [rule["expr"] for rule in alerts]
    named = {name for expression in asked for name in re.findall(r"syncworker_\w+", expression)}
    assert len(named) > 8
    assert named - there == set()
    typed = [rule["annotations"]["action"].split()[1:] for rule in alerts]
    assert [wrong_command([w for w in words if "{" not in w]) for words in typed] == [""] * len(
        typed
    )
