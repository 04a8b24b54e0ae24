"""The README leads to every page, and tells every exit code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from syncworker.cli import exits

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md"))
_LINK = re.compile(r"\]\(([^)#\s]+)[^)\s]*\)")


def test_read_on_links_every_page_once() -> None:
    links = _LINK.findall(README.partition("## Read on")[2])
    assert sorted(link for link in links if link.endswith(".md")) == sorted(
        [*PAGES, "CHANGELOG.md"]
    )


@pytest.mark.parametrize("page", ["README.md", *PAGES])
def test_a_link_leads_to_a_file_that_is_there(page: str) -> None:
    links = _LINK.findall((ROOT / page).read_text("utf-8"))
    here = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    folder = (ROOT / page).parent
    assert [link for link in here if not (folder / link).exists()] == []


def test_every_exit_code_is_told() -> None:
    table = README.partition("## Exit codes")[2].partition("## Settings")[0]
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    codes = vars(exits).items()
    assert told == {code for name, code in codes if name.isupper() and isinstance(code, int)}
