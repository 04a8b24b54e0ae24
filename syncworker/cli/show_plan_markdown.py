"""A plan as Markdown for the comment of a pull request: bounded, and nothing in it is obeyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from syncworker.cli.show_plan import left_out, needs, shown
from syncworker.engine.memory import Run
from syncworker.engine.plan_cost import Cost
from syncworker.engine.proposal import Proposal
from syncworker.planning.records import RecordPlan
from syncworker.planning.text import printable

LONGEST = 60_000
"""Characters; GitHub refuses a comment of more than 65,536."""
_MOST = 1_000  # records of an object that are looked at
_LONGEST_CELL = 120


def markdown(proposal: Proposal, cost: Cost, run: Run, *, refusal: str = "") -> str:
    """The plan: counts in a table, then the records of each object, folded.

    Args:
        proposal: The plan.
        cost: What it takes to send it.
        run: The run that made it.
        refusal: Why the guard refuses it, where it does.
    """
    plan = proposal.plan
    total = plan.total
    changes = f"{total.create:,} to create, {total.update:,} to update"
    made = f"mapping `{plan.mapping_digest[:6]}`, plan `{proposal.header.short}`, run `{run.id}`"
    lines = [
        f"### Plan for {_code(plan.portal)}: {changes}",
        "",
        f"As of {plan.as_of:%Y-%m-%d %H:%M} UTC, {made}. To send it: {needs(cost)}.",
        "",
    ]
    if refusal:
        lines += [f"> **The guard refuses this plan.** {_code(refusal)}", ""]
    lines += [_code(line.strip()) + "  " for line in left_out(proposal)]
    lines += [
        "",
        "| object | create | update | unchanged | held back | not linked |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {_code(name)} | {of.create:,} | {of.update:,} | {of.unchanged:,} "
        f"| {of.held:,} | {of.unlinked:,} |"
        for name, of in plan.objects.items()
    ]
    head = "\n".join(lines) + "\n"
    objects = [name for name, of in plan.objects.items() if of.create + of.update + of.held]
    room = (LONGEST - len(head)) // max(1, len(objects))
    records = shown(proposal, _MOST)
    return head + "".join(
        _folded(name, records[name], _number(proposal, name), room) for name in objects
    )


def _number(proposal: Proposal, name: str) -> int:
    counts = proposal.plan.objects[name]
    return counts.create + counts.update + counts.held


def _folded(name: str, records: Iterable[RecordPlan], number: int, room: int) -> str:
    head = (
        f"\n<details><summary>{name}: {number:,} record{'s' * (number != 1)}</summary>\n\n"
        "| record | property | old | new | because |\n|---|---|---|---|---|\n"
    )
    end = "\n</details>\n"
    rest = "\n… {} more records\n"
    text, written = head, 0
    for record in records:
        rows = "".join(_rows(record))
        if len(text) + len(rows) + len(end) + len(rest) + 12 > room:
            break
        text += rows
        written += 1
    more = rest.format(f"{number - written:,}") if number > written else ""
    return text + more + end


def _rows(record: RecordPlan) -> Iterator[str]:
    label = ("new: " if record.action == "create" else "") + (record.name or record.key)
    cells = [(c.property, c.old, c.new, c.because) for c in record.changes]
    cells += [(h.property, h.old, h.new, f"not sent: {h.reason}") for h in record.held]
    cells += [(r.property, r.old, r.new, f"refused: {r.reason}") for r in record.refused]
    for cell in cells or [("", "", "", "")]:
        yield "| " + " | ".join(_code(part) for part in (label, *cell)) + " |\n"


def _code(text: str) -> str:
    """Text as code: no name in it is notified and no markup obeyed."""
    plain = printable(text)
    if len(plain) > _LONGEST_CELL:
        plain = plain[: _LONGEST_CELL - 1] + "…"
    plain = plain.replace("`", "'").replace("|", "\\|").strip()
    return f"`{plain}`" if plain else ""
