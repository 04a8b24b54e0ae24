"""Files that a person asked for are their own and never half."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncworker.engine import private_file
from syncworker.errors import ConfigError


def test_a_file_is_replaced_by_one_that_only_its_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    path.chmod(0o644)
    private_file.write(path, ["new", " text\n"])
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new text\n", 0o600)


def test_what_is_there_stays_where_the_text_breaks_off(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield "half"
        raise ConfigError("no more", code="X")

    path = tmp_path / "out.json"
    path.write_text("old")
    with pytest.raises(ConfigError, match="no more"):
        private_file.write(path, broken())
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "is a folder"),
        ("nowhere/plan.json", "does not exist"),
        ("/dev/null", "is no regular file"),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_a_place_where_no_file_can_be_is_named(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        private_file.write(tmp_path / name, [])
