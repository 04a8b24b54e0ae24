"""What the doctor found, in lines for people and for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from syncworker.cli.console import counted
from syncworker.engine.doctor import Finding, State

HERE = "this machine"
Area = tuple[str, Sequence[Finding]]
_MARKS: dict[State, str] = {"ok": "OK", "warn": "WARN", "fail": "FAIL"}
_CHECK = 10


def lines(area: str, findings: Iterable[Finding]) -> Iterator[str]:
    """An area's findings: a mark, what was looked at, what is so, what to do."""
    yield area
    for one in findings:
        yield f"  {_MARKS[one.state]:<4}  {one.check:<{_CHECK}}  {' '.join(one.message.split())}"
        if one.help:
            yield f"        = help: {one.help}"


def summary(areas: Sequence[Area], portals: Sequence[str]) -> Iterator[str]:
    """How many are wrong, and what to do next."""
    counts = Counter(one.state for _, findings in areas for one in findings)
    yield (
        f"{counts['ok']} ok, {counted(counts['warn'], 'warning')}, "
        f"{counted(counts['fail'], 'failure')}. Nothing was written to HubSpot."
    )
    typed = [one.help for _, found in areas for one in found if one.state == "warn"]
    typed = [help_ for help_ in typed if help_.startswith("syncworker ")]
    if counts["fail"]:
        yield "Next: mend what FAILs, then syncworker doctor"
    elif typed:
        yield f"Next: {typed[0]}"
    else:
        yield f"Next: syncworker plan {portals[0]}" if portals else "Next: syncworker demo"


def document(areas: Sequence[Area]) -> dict[str, Any]:
    """The same for JSON."""
    found = [{"area": area, **asdict(one)} for area, findings in areas for one in findings]
    return {"ok": all(one["state"] != "fail" for one in found), "findings": found}
