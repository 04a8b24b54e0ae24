"""A plan as lines of text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from syncworker import masking
from syncworker.planning.plan import Counts, Plan
from syncworker.planning.records import Change, Held, RecordPlan

_LONGEST_VALUE = 40
_WIDEST_COLUMN = 40
_SIGNS = {"create": "+", "update": "~"}


def plan_lines(
    plan: Plan,
    records: Mapping[str, Iterable[RecordPlan]],
    *,
    limit: int | None = 20,
    mask: bool = True,
    needs: str = "",
) -> Iterator[str]:
    """The whole plan: per object a heading and its records, then the summary.

    Args:
        plan: The summary.
        records: By object, its record plans in the order to show them; no more than `limit` are
            taken from each.
        limit: Records to show per object; None: all.
        mask: Whether e-mail addresses are shortened to `j…@domain`.
        needs: What it takes to send it, in words.
    """
    for name, counts in plan.objects.items():
        yield heading(plan, name)
        shown = 0
        for record in records.get(name, ()):
            if shown == limit:
                break
            shown += 1
            yield from record_lines(record, mask=mask)
        more = counts.create + counts.update + counts.held - shown
        if more:
            yield f"  … {more:,} more: --full"
    yield summary(plan, needs)


def heading(plan: Plan, object_name: str) -> str:
    """Portal, object, moment, mapping, and how many records were looked at."""
    counts = plan.objects[object_name]
    return (
        f"{plan.portal}  {object_name}  as of {plan.as_of:%Y-%m-%d %H:%M} UTC   "
        f"mapping {plan.mapping_digest[:6]}   "
        f"{counts.read:,} read, {counts.unchanged:,} unchanged"
    )


def record_lines(record: RecordPlan, *, mask: bool = True) -> Iterator[str]:
    """One record: its name and how many changes, then `property  old -> new  because why`."""
    rows = [
        *(_change(change, mask=mask) for change in record.changes),
        *(_held(held, mask=mask) for held in (*record.held, *record.refused)),
    ]
    names, values, _ = zip(*rows, strict=True) if rows else ((), (), ())
    name_width = max(map(len, names), default=0)
    value_width = min(max(map(len, values), default=0), _WIDEST_COLUMN)
    label = printable(record.name or record.key, mask=mask)
    yield f"  {_sign(record)} {label:<34} {_how_many(record)}"
    for name, value, reason in rows:
        yield f"      {name:<{name_width}}  {value:<{value_width}}  {reason}".rstrip()


def summary(plan: Plan, needs: str = "") -> str:
    """The plan's counts, and what it takes to send it, in one line."""
    total: Counts = plan.total
    parts = [
        f"{total.create:,} create",
        f"{total.update:,} update",
        f"{total.unchanged:,} unchanged",
        f"{total.held_changes:,} held back" if total.held_changes else "",
        f"{total.unlinked:,} not linked" if total.unlinked else "",
        needs,
    ]
    return "Plan: " + ", ".join(part for part in parts if part)


def _change(change: Change, *, mask: bool) -> tuple[str, str, str]:
    value = f"{_value(change.old, mask=mask)} -> {_value(change.new, mask=mask)}"
    because = f"because {printable(change.because, mask=mask)}" if change.because else ""
    return change.property, value, because


def _held(held: Held, *, mask: bool) -> tuple[str, str, str]:
    return held.property, _value(held.old, mask=mask), printable(held.reason, mask=mask)


def _value(value: str, *, mask: bool) -> str:
    shown = printable(value, mask=mask) or "(empty)"
    return shown if len(shown) <= _LONGEST_VALUE else shown[: _LONGEST_VALUE - 1] + "…"


def _sign(record: RecordPlan) -> str:
    return _SIGNS[record.action] if record.changes or record.action == "create" else "="


def _how_many(record: RecordPlan) -> str:
    held = f"{len(record.held)} held back" if record.held else ""
    refused = f"{len(record.refused)} refused" if record.refused else ""
    changes = _plural(len(record.changes), "change", "changes") if record.changes else ""
    new = "new" if record.action == "create" else ""
    return ", ".join(part for part in (new, changes, held, refused) if part)


def printable(text: str, *, mask: bool = True) -> str:
    """People's text as a terminal may show it."""
    # People's values may hold control characters, which a terminal would obey.
    visible = "".join(c if c.isprintable() else " " for c in text)
    return masking.mask(visible) if mask else visible


def _plural(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
