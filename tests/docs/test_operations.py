"""The page of operations shows messages that the program prints."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from syncworker.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
MESSAGES = [
    "put a valid token where the mapping's `credentials` point",
    "add it in HubSpot: Settings > Integrations > Service Keys, or the private app's Scopes",
    "the portal's daily requests are used up: goes on at ",
    "the same command goes on after that",
    "often a broken source: look at ",
    " has held portal ",
    "stop it: syncworker runs cancel ",
    "; the last reading had it",
    "no sign of life",
    "going on with run ",
    " had died: started it again",
    "no Redis or Valkey answers at ",
    " cannot be used: ",
    "Nothing was lost: start the same command again when it is back",
    "paused since ",
    "do all workers share one SYNCWORKER_STAGING_URL?",
    "mend the row in the source, or the query or columns in the mapping",
    "written by us, unknown to this state database",
    "a newer syncworker made it: pip install --upgrade syncworker",
    "stored already",
    "there is no room left for staged rows in ",
    "there is no room left for the state database ",
]


def texts() -> str:
    """Every text of the program, what is filled in left out."""
    trees = (ast.parse(path.read_text("utf-8")) for path in (ROOT / "syncworker").rglob("*.py"))
    constants = (n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Constant))
    return "\n".join(one.value for one in constants if isinstance(one.value, str))


TEXTS = texts()


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_on_the_page_is_one_of_the_programs(message: str) -> None:
    assert message in TEXTS
    assert message in PAGE


def test_every_setting_on_the_page_exists() -> None:
    known = {f"SYNCWORKER_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"SYNCWORKER_[A-Z_]+", PAGE)) - known == set()
