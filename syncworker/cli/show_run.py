"""What a run came to, in lines for people and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from syncworker.cli.console import columns, counted
from syncworker.engine import control
from syncworker.engine.engine import Engine
from syncworker.engine.memory import DeadLetter, Run
from syncworker.engine.run_words import RunMode, RunStatus
from syncworker.mapping.loader import load
from syncworker.mapping.profiles import lacking_texts
from syncworker.metrics.catalog import METRICS
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.plan import from_json, plan_from_json, to_document
from syncworker.planning.records import RecordPlan
from syncworker.planning.text import plan_lines

NOT_TRACKED = "HubSpot has it once a person switches recurring revenue tracking on there"
"""Why a recurring revenue property is left out."""
SHOWN = 20
"""Records of an object that are shown unless all are asked for."""
_MENDS = re.compile(r"(?:^|[:;] )(syncworker [^`:;]+)$")
"""The command that a help ends with."""
_ALL = 10_000_000
_LETTERS_SHOWN = 1_000


def plan_text(engine: Engine, run: Run, *, limit: int | None) -> Iterator[str]:
    """The run's plan, with why each value changes, and what is left alone and why.

    Args:
        engine: The ports.
        run: A run that got as far as its plan.
        limit: Records to show of each object; None: all.
    """
    plan = plan_from_json(run.summary["plan"])
    stored = engine.plans.show(run.id, _ALL)
    records: dict[str, list[RecordPlan]] = {name: [] for name in plan.objects}
    for one in stored:
        records[one.object].append(from_json(one.body))
    for of_object in records.values():
        of_object.sort(key=least_telling)
    yield from plan_lines(plan, records, limit=limit)
    yield from left_alone(run)


def left_alone(run: Run) -> Iterator[str]:
    """Properties and records that the plan does not touch, with the reason."""
    for reason, metrics in _grouped(run.summary["held_metrics"].items()):
        yield f"  left alone: {', '.join(metrics)}: {reason}"
    for reason, number in sorted(run.summary["unlinked"].items()):
        yield f"  left alone: {counted(number, 'record')}: {reason}"
    for stream, number in sorted(run.summary.get("unresolved", {}).items()):
        yield f"  not known whose: {counted(number, 'row')} of {stream}"
    for name, left_out in sorted(run.summary.get("left_out", {}).items()):
        yield f"  left alone: {name} {', '.join(left_out)}: {NOT_TRACKED}"
    for name, unmapped in sorted(run.summary.get("unmapped", {}).items()):
        renamed = run.summary.get("renamed", {}).get(name, {})
        gone = [one for one in unmapped if one not in renamed]
        for old, new in sorted(renamed.items()):
            yield (
                f"  renamed: {name} {old} is {new} now; what {old} holds stays until "
                f"`syncworker properties clear {run.portal} --property {old}`"
            )
        if gone:
            yield f"  left alone: {name} {', '.join(gone)}: no longer in the mapping"
    yield from (f"  {advice}" for advice in run.summary.get("suspected", ()))
    # A mapping of another version may not be read any more.
    mapping = load(run.mapping, f"{run.portal}.yaml").mapping
    for text in lacking_texts(mapping, METRICS) if mapping else ():
        yield f"  not planned: {text}"


def result_text(run: Run) -> Iterator[str]:
    """How the run ended, in a few lines."""
    summary = run.summary
    if run.deferred_until is not None:
        yield f"Run {run.id}: deferred, {run.portal}, at {run.step}"
        yield f"  {run.message}"
        yield f"  = help: {_GOES_ON[run.mode]}"
        return
    if run.finished_at is None:
        yield f"Run {run.id}: {_open(run)}, at {run.step}, since {_time(run.created_at)}"
        return
    outcomes = summary.get("outcomes", {})
    letters = summary.get("dead_letters", {})
    sent = outcomes.get("sent", 0)
    rows = summary.get("rows", 0)
    parts = [f"{rows:,} rows read" if run.kind == "extract" else f"{sent:,} sent"]
    if "plan" in summary:
        parts.append(f"{plan_from_json(summary['plan']).total.unchanged:,} unchanged")
    parts += [f"{n:,} {name}" for name, n in sorted(outcomes.items()) if name != "sent"]
    if summary.get("associated"):
        parts.append(f"{summary['associated']:,} associated")
    parts += [counted(n, *_LETTERS[kind]) for kind, n in sorted(letters.items())]
    if "requests" in summary and run.kind != "extract":
        requests = counted(summary["requests"], "HubSpot request")
        parts.append(f"{requests} ({counted(summary['writes'], 'write')})")
    delay = summary.get("delayed_by_budget", 0.0)
    if delay >= _WORTH_TELLING:
        parts.append(f"delayed by budget: {delay:.1f} s")
    yield f"Run {run.id}: {run.status}. {', '.join(parts)}. {_seconds(run)}"
    if run.message:
        yield f"  {run.message}"
    if run.help:
        yield f"  = help: {run.help}"


def report(engine: Engine, run: Run) -> Iterator[str]:
    """How a run ended, what did not get through, and the next command to type."""
    yield from result_text(run)
    if run.finished_at is None:
        yield f"Next: syncworker runs {_NEXT.get(run.status, 'watch')} {run.id}"
        return
    letters = engine.letters.open(run.portal, run_id=run.id, most=_LETTERS_SHOWN)
    if run.status == "failed":  # the run's own words say why no stream could be read
        letters = [letter for letter in letters if letter.kind != "stream"]
    yield from letter_lines(letters)
    if run.status in ("failed", "cancelled"):
        # Of a plan, and of an apply that never had one, nothing is left to try again.
        again = f"runs retry {run.id}" if control.left(engine, run) else f"plan {run.portal}"
        commands = dict.fromkeys((*_MENDS.findall(run.help), f"syncworker {again}"))
        yield f"Next: {', then '.join(commands)}"
    elif letters:
        yield f"Next: syncworker dead-letters list {run.portal}"


def letter_lines(letters: Iterable[DeadLetter]) -> Iterator[str]:
    """Dead letters by cause and place: how many, a few of them with what is wrong, what to do."""
    groups: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in letters:
        where = f"{letter.subject}.{letter.property}" if letter.property else letter.subject
        groups.setdefault((letter.cause, where), []).append(letter)
    for (cause, where), group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        yield from columns([(cause, where, counted(len(group), noun(group[0])))])
        yield from examples(group)


def noun(letter: DeadLetter) -> str:
    """What a letter is about: record, row or stream."""
    return _NOUNS.get(letter.kind, letter.kind)


def examples(group: Sequence[DeadLetter]) -> Iterator[str]:
    """Letters of one cause: a few of them with what is wrong, and what to do."""
    messages: dict[str, list[str]] = {}
    for letter in group:
        messages.setdefault(letter.message, []).append(_named(letter))
    for message, keys in list(messages.items())[:_EXAMPLES]:
        yield f"      {_some(keys)}: {message}"
    if len(messages) > _EXAMPLES:
        yield f"      … and {len(messages) - _EXAMPLES} more kinds of it"
    for help_ in list(dict.fromkeys(letter.help for letter in group if letter.help))[:_EXAMPLES]:
        yield f"      = help: {help_}"


def as_document(engine: Engine, run: Run, *, with_plan: bool) -> dict[str, Any]:
    """The run for people's programs."""
    document: dict[str, Any] = {
        **{k: v for k, v in asdict(run).items() if k != "mapping"},
        "seconds": _elapsed(run),
    }
    if "plan" in run.summary:
        document["summary"] = {**run.summary, "plan": json.loads(run.summary["plan"])}
    if with_plan:
        document["records"] = [
            to_document(from_json(p.body)) for p in engine.plans.show(run.id, _ALL)
        ]
    letters = engine.letters.open(run.portal, run_id=run.id, most=_ALL)
    document["dead_letters"] = [asdict(letter) for letter in letters]
    return document


_LETTERS = {
    "row": ("source row rejected", "source rows rejected"),
    "record": ("dead letter", "dead letters"),
    "stream": ("stream not read", "streams not read"),
    "identity": ("account not known", "accounts not known"),
}
_NOUNS = {"identity": "row"}
_EXAMPLES = 3
_WORTH_TELLING = 1.0  # seconds
_GOES_ON: dict[RunMode, str] = {
    "inline": "the same command goes on after that",
    "queue": "the workers go on after that by themselves",
}


_NEXT: dict[RunStatus, str] = {"paused": "resume", "waiting": "watch"}


def _open(run: Run) -> str:
    """What kind of run it is, of which portal, and why it is not at work."""
    state = "" if run.status == "running" else f", {run.status}"
    return f"{run.portal}, {run.kind}{state}"


def _named(letter: DeadLetter) -> str:
    key = letter.values.get("key") if letter.kind == "row" else None
    return f"{key} ({letter.key})" if key else letter.key


def _some(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - _EXAMPLES:,} more" if len(keys) > _EXAMPLES else ""
    return ", ".join(keys[:_EXAMPLES]) + more


def least_telling(record: RecordPlan) -> tuple[bool, bool, int, int, str]:
    """Sorts the records that tell a reader most to the front.

    That is a stage that moves, then values that change (a first fill says less), then the number
    of changes; what only holds something back comes last.
    """
    moves = any(change.property == STAGE_PROPERTY for change in record.changes)
    replaced = sum(bool(change.old) for change in record.changes)
    return (not record.changes, not moves, -replaced, -len(record.changes), record.name)


def _grouped(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for name, reason in pairs:
        groups.setdefault(reason, []).append(name)
    return sorted((reason, sorted(names)) for reason, names in groups.items())


def _elapsed(run: Run) -> float | None:
    return (run.finished_at - run.created_at).total_seconds() if run.finished_at else None


def _seconds(run: Run) -> str:
    elapsed = _elapsed(run)
    return "" if elapsed is None else f"{elapsed:.1f} s"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
