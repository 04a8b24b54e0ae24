"""What a rollback leaves alone, and how it ended."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any

from syncworker.cli import show_run
from syncworker.cli.console import counted
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.put_back import Kept, Why
from syncworker.engine.rollback import Rollback

_STAY: dict[Why, tuple[str, str, str]] = {
    "person": (
        "value",
        "a person has changed since",
        "they stay; put one back in HubSpot yourself",
    ),
    "app": (
        "value",
        "another app has changed since",
        "they stay; put one back in HubSpot yourself",
    ),
    "later": ("value", "a later run has written again", "roll the later run back first"),
    "created": ("record", "the run created", "never archived here; archive them in HubSpot"),
    "gone": ("record", "deleted or merged since", "there is nothing to put back"),
    "property": ("value or record", "whose property or object is gone", "map or create it again"),
}
_SHOWN = 5


def kept_lines(kept: Kept) -> Iterator[str]:
    """What stays as it is, by why, with a few of each."""
    for why, number in kept.counts.items():
        noun, reason, help_ = _STAY[why]
        yield f"  left alone: {counted(number, noun)} {reason}"
        for name, held in kept.examples[why][:_SHOWN]:
            value = f"{held.property} {held.old or '(empty)'}"
            yield f"      {name}: {value}, {held.reason.removeprefix('kept: ')}"
        if number > _SHOWN:
            yield f"      … and {number - _SHOWN:,} more: --full"
        yield f"      = help: {help_}"
    if kept.back:
        yield f"  {counted(kept.back, 'value')} as before already"


def end_lines(
    engine: Engine, target: Run, run: Run, updates: int, selected: Iterable[str] = ()
) -> Iterator[str]:
    """How it ended, and what to do before the next sync sets the same values again."""
    again = shlex.join(["rollback", target.id, *(f"--select={one}" for one in selected)])
    if not updates:
        yield f"Run {run.id}: nothing to put back, nothing was sent."
        yield f"Next: syncworker runs show {target.id}"
        return
    yield from show_run.report(engine, run)
    if run.status in {"done", "rejects"}:
        yield "The next sync sets what the mapping asks for again:"
        yield f"mend the mapping first, or stop it with syncworker pause {run.portal}"
    if run.status == "refused":
        yield f"Next: syncworker {again} --force"
    elif run.status == "done":
        yield f"Next: syncworker plan {run.portal}"
    elif run.status != "rejects":
        yield f"Next: syncworker {again}"


def as_document(target: Run, found: Rollback) -> dict[str, Any]:
    """The same for people's programs; the plan's records say what is held and why."""
    return {
        "of": target.id,
        "looked_at": found.looked_at,
        "as_before": found.kept.back,
        "left_alone": found.kept.counts,
    }
