"""`syncworker validate`: names and paths, warnings, formats."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from support.broken import RIGHT

from syncworker import bootstrap
from syncworker.cli import exits
from syncworker.cli.main import run as command
from syncworker.engine.online import compared
from syncworker.errors import Forbidden
from syncworker.mapping.loader import load

WARNED = RIGHT.replace(", cursor: received_at", "")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("SYNCWORKER_MAPPINGS", str(tmp_path / "mappings"))
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "acme.yaml").write_text(RIGHT, "utf-8")
    (tmp_path / "else.yml").write_text(WARNED, "utf-8")
    return tmp_path


def test_names_and_paths_are_checked_together_and_each_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(folder / "else.yml"), str(folder / "mappings" / "acme.yaml")]
    assert command(["validate", "acme", *paths, str(folder / "mappings")]) == exits.OK
    lines = capsys.readouterr().out.splitlines()
    assert "else.yml:17:7: warning[SW223]: `events` has no `cursor`" in lines[0]
    assert lines[-2:] == [
        "1 warning in 2 files. Nothing was sent to HubSpot.",
        "Next: syncworker validate --online acme",
    ]


def test_with_strict_a_warning_is_enough_to_fail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(folder / "else.yml")
    assert command(["validate", path]) == exits.OK
    assert command(["validate", path, "--strict"]) == exits.FAILED
    assert capsys.readouterr().out.endswith("Next: syncworker validate --help-code SW223\n")


def test_in_github_actions_findings_are_annotations_unless_asked_otherwise(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    path = str(folder / "else.yml")
    assert command(["validate", path]) == exits.OK
    assert capsys.readouterr().out.startswith("::warning file=")
    assert command(["validate", path, "--format", "text"]) == exits.OK
    assert "warning[SW223]" in capsys.readouterr().out


def test_a_path_that_is_not_there_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["validate", str(folder / "none" / "x.yaml")]) == exits.FAILED
    assert "no mapping at" in capsys.readouterr().err


class _Refusing:
    """A portal whose token may read the properties of companies only."""

    def properties(self, object_name: str) -> dict[str, object]:
        if object_name == "contacts":
            raise Forbidden("no", scope="crm.schemas.contacts.read", code="HUBSPOT_403")
        return {}

    def read(self, *_: object) -> dict[str, object]:
        raise Forbidden("no", code="HUBSPOT_403")


def test_the_scopes_that_a_token_lacks_are_all_named_at_their_objects() -> None:
    found = compared("acme", load(RIGHT, "acme.yaml"), _Refusing())
    assert [(one.code, one.line, one.column) for one in found] == [
        ("SW227", 21, 3),
        ("SW227", 28, 3),
    ]
    assert "`crm.objects.companies.read`" in found[0].message
    assert "`crm.schemas.contacts.read`" in found[1].message
    assert compared("acme", load("version: 2", "a.yaml"), _Refusing()) == ()


class _Bare(_Refusing):
    """A portal without a property of ours."""

    def properties(self, object_name: str) -> dict[str, object]:
        return {}

    def read(self, *_: object) -> dict[str, object]:
        return {}


def test_where_only_properties_lack_the_next_command_creates_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    portal: list[_Refusing] = [_Bare()]
    engine = SimpleNamespace(connect=lambda *_: portal[0])
    monkeypatch.setattr(bootstrap, "engine", lambda _settings: engine)
    assert command(["validate", "--online", "acme"]) == exits.FAILED
    assert capsys.readouterr().out.endswith("\nNext: syncworker properties create acme\n")
    portal[0] = _Refusing()  # what else is wrong is mended first
    assert command(["validate", "--online", "acme"]) == exits.FAILED
    assert capsys.readouterr().out.endswith("\nNext: syncworker validate --help-code SW227\n")
