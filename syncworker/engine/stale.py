"""Whether a plan may still be applied: what it was made from must be as it was.

Of the mapping that is its text, of the records what the ledger holds; and nobody may have been
forgotten, whom it would create again. What people did in HubSpot
meanwhile is seen to when a plan that has waited is sent (`waited.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

from syncworker.engine.engine import Engine
from syncworker.engine.forgotten import LET_IN
from syncworker.engine.mapped import Rules, with_unmapped
from syncworker.engine.mappings import digest
from syncworker.engine.run_words import RunStatus
from syncworker.errors import StalePlan, StoreError
from syncworker.planning.records import LedgerRecord, RecordPlan
from syncworker.planning.saved import Header
from syncworker.planning.values import same

_APPLIED: frozenset[RunStatus] = frozenset({"done", "rejects", "waiting", "paused"})
"""A running one holds the portal, so nothing else can be applied."""
_LOOKED_AT = 200  # runs
_STRETCH = 500
_EVER = datetime(1970, 1, 1, tzinfo=UTC)  # a property's type does not change


def verified(engine: Engine, header: Header, records: Iterable[RecordPlan]) -> Iterator[RecordPlan]:
    """The records, each after it was looked at; nothing may be sent before the last one.

    Raises:
        StalePlan: Something has moved on; the message says what.
        MappingError: The portal's mapping is gone.
    """
    _require(engine, header)
    rest = iter(records)
    while stretch := list(islice(rest, _STRETCH)):
        for name in dict.fromkeys(plan.object for plan in stretch):
            _verify(engine, header, [plan for plan in stretch if plan.object == name])
        yield from stretch


def _require(engine: Engine, header: Header) -> None:
    """That the mapping is the same, and the plan of this state database and not applied yet."""
    portal = header.plan.portal
    now = digest(engine.mapping_text(portal))
    if now != header.plan.mapping_digest:
        raise _stale(
            header,
            f"the mapping of {portal} has changed since the plan was made "
            f"(from {header.plan.mapping_digest[:6]} to {now[:6]})",
            "MAPPING_CHANGED",
        )
    for receipt in engine.forgotten.receipts(portal):
        if receipt.subject != LET_IN and receipt.at >= header.planned_at:
            raise _stale(
                header,
                f"somebody was forgotten since the plan was made, on {receipt.at:%Y-%m-%d at %H:%M}"
                " UTC: it may name them",
                "FORGOTTEN_SINCE",
            )
    runs = engine.runs.latest(portal, _LOOKED_AT)
    for run in runs:
        if run.options.get("plan") == header.digest and run.status in _APPLIED:
            done = "was applied" if run.finished_at else "is being applied"
            raise _stale(header, f"the plan {done} already, by run {run.id}", "PLAN_APPLIED")
    with suppress(StoreError):
        if engine.runs.get(header.run_id).portal == portal:
            return
    raise _stale(
        header,
        f"run {header.run_id}, which made the plan, is not in this state database",
        "PLAN_UNKNOWN",
    )


def _verify(engine: Engine, header: Header, plans: list[RecordPlan]) -> None:
    """That the ledger holds of these records of one object what they were planned from."""
    portal, name = header.plan.portal, plans[0].object
    keys = [plan.key for plan in plans]
    known = engine.ledger.get(portal, name, keys)
    touched = engine.ledger.written_since(portal, name, keys, header.position)
    rules = with_unmapped({}, plans, engine.definitions.get(portal, name, after=_EVER) or {})
    for plan in plans:
        what = _moved(plan, known.get(plan.key), touched.get(plan.key, ""), rules)
        if what:
            raise _stale(header, f"{name} {plan.name or plan.key} {what}", "RECORD_MOVED")


def _moved(  # noqa: PLR0911 - one for each way to move
    plan: RecordPlan, known: LedgerRecord | None, run_id: str, rules: Rules
) -> str:
    """What is different about a record, in words; nothing where it is as it was."""
    if run_id:
        return f"was written to since, by run {run_id}"
    if plan.action == "create":
        return f"is linked to HubSpot record {known.hubspot_id} since" if known else ""
    if known is None:
        return "has no link to a HubSpot record any more"
    if known.hubspot_id != plan.hubspot_id:
        return (
            f"is linked to HubSpot record {known.hubspot_id} now, and was to {plan.hubspot_id} then"
        )
    if plan.changes and not known.values:
        return "may have been written to by a run that was cut short"
    for change in plan.changes:
        now = known.values.get(change.property, "")
        rule = rules.get(change.property)
        if not same(rule.type if rule else "string", now, change.old):
            held, was = now or "empty", change.old or "empty"
            return f"has another value now: {change.property} is {held}, and was {was}"
    return ""


def _stale(header: Header, what: str, code: str) -> StalePlan:
    return StalePlan(
        what,
        help="nothing was sent; make the plan again: syncworker plan "
        f"{header.plan.portal} --out FILE",
        code=code,
    )
