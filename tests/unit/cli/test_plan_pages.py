"""A plan as Markdown and HTML: bounded, well formed, and nothing in it is obeyed or fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from syncworker.cli import show_plan, show_plan_markdown
from syncworker.engine.memory import Run
from syncworker.engine.plan_cost import Cost
from syncworker.engine.proposal import Proposal
from syncworker.planning.plan import Plan, summarize
from syncworker.planning.records import Change, Held, RecordPlan
from syncworker.planning.saved import Header
from syncworker.report.plan import page

WHEN = datetime(2026, 11, 21, 6, tzinfo=UTC)
COST = Cost(2, 1, 624_000, today=True)
RUN = Run("run-1", "acme", "plan", "inline", WHEN, force=False, mapping="", created_at=WHEN)
NASTY = "<script>`|x|`</script> @octocat [a](http://b.example) ann@northwind.example\x1b[31m\n"
VOID = {"meta", "br", "hr", "img", "link", "input"}


def plans(number: int, text: str = "n") -> list[RecordPlan]:
    return [
        RecordPlan(
            name, f"{name}{i}", f"{text}{i}", str(i), "update", (Change("mrr", text, text, text),),
            (Held("lifecyclestage", "customer", "lead", text),),
        )
        for name in ("companies", "contacts")
        for i in range(number)
    ]  # fmt: skip


def proposal(records: list[RecordPlan], *select: str, left_out: int = 0) -> Proposal:
    plan = Plan("acme", WHEN, "4f1c9a77")
    for name in ("companies", "contacts"):
        of = [record for record in records if record.object == name]
        plan = plan.plus(summarize("acme", WHEN, "4f1c9a77", name, of))
    return Proposal(Header(plan, "run-1", WHEN, 0, select=select), lambda: iter(records), left_out)


def html(made: Proposal, **more: str) -> str:
    shown = show_plan.shown(made, 50)
    return page(made.plan, shown, digest="9b31e2", needs=show_plan.needs(COST), **more)


class Checked(HTMLParser):
    """Every element is closed in its order; links and sources are kept."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_has_no_script_and_asks_nobody_for_anything() -> None:
    text = html(proposal(plans(60, NASTY)), refusal=NASTY)
    checked = Checked(text)
    assert not {"script", "link", "img", "iframe", "a"} & checked.tags
    assert not {"href", "src", "srcset", "onclick"} & {name for name, _ in checked.attributes}
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import", text)
    assert "ann@northwind.example" not in text
    assert "… 10 more" in text
    assert "The guard refuses this plan" in text


def contrast(one: str, other: str) -> float:
    """WCAG 2's ratio of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_every_text_can_be_read_by_day_and_by_night() -> None:
    themes = re.findall(r":root \{(.*?)\}", html(proposal(plans(1))))
    assert len(themes) == 2
    for theme in themes:
        colours = dict(re.findall(r"--(\w+): (#\w{6})", theme))
        back = colours.pop("back")
        del colours["line"]
        assert {n: c for n, c in colours.items() if contrast(c, back) < 4.5} == {}


@pytest.mark.parametrize("number", [1, 30, 3_000])
def test_markdown_is_bounded_and_says_how_much_it_leaves_out(number: int) -> None:
    made = proposal(plans(number, NASTY))
    text = show_plan_markdown.markdown(made, COST, RUN)
    assert len(text) <= show_plan_markdown.LONGEST
    assert text.count("<details>") == text.count("</details>") == 2
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    left = [int(n.replace(",", "")) for n in re.findall(r"… ([\d,]+) more records", text)]
    assert len(rows) - 2 == 2 * (2 * number - sum(left))
    assert bool(left) == (number == 3_000)


def test_no_name_is_notified_and_no_markup_obeyed_in_markdown() -> None:
    text = show_plan_markdown.markdown(proposal(plans(1, NASTY)), COST, RUN, refusal=NASTY)
    outside = re.sub(r"`[^`\n]*`", "", text)
    assert "@" not in outside
    assert "script" not in outside
    assert "ann@northwind.example" not in text
    assert "**The guard refuses this plan.**" in text


def test_a_plan_that_changes_nothing_is_short() -> None:
    made = proposal([])
    none = Cost(0, 0, 624_000, today=True)
    assert list(show_plan.text(made, none))[-1] == (
        "Plan: 0 create, 0 update, 0 unchanged, no HubSpot request"
    )
    assert "<details>" not in show_plan_markdown.markdown(made, none, RUN)
    assert "<h2>" not in html(made)


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (Cost(1, 1, None, today=False), "1 HubSpot request, about 1 s"),
        (
            Cost(12_345, 650, 625_000, today=False),
            "12,345 HubSpot requests, about 650 s, 1.98 % of a day's 625,000",
        ),
        (COST, "2 HubSpot requests, about 1 s, under 0.01 % of the 624,000 left today"),
        (replace(COST, left=0), "2 HubSpot requests, about 1 s, more than all of the 0 left today"),
    ],
)
def test_what_it_takes_is_said_as_far_as_it_is_known(cost: Cost, said: str) -> None:
    assert show_plan.needs(cost) == said


def test_what_a_selection_leaves_out_is_said() -> None:
    made = proposal(plans(1), "object:companies", left_out=3)
    line = "  selected: --select object:companies; left out: 3 records with other changes"
    assert line in list(show_plan.text(made, COST))
    assert line.strip() in show_plan_markdown.markdown(made, COST, RUN)
