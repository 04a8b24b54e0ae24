"""Runs whose plan is there already: a saved one, or one that puts back what another run wrote.

They read no source and compute nothing. Their records are stored as those of any other run, and
the guard, the pushing, the outcomes, the ledger and the dead letters are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from syncworker.engine import finish, sync
from syncworker.engine.engine import Engine
from syncworker.engine.forgotten import require_finished
from syncworker.engine.lease import claimed, held
from syncworker.engine.mappings import checked, digest
from syncworker.engine.memory import Chunk, Planned, Priority, Run
from syncworker.engine.run_words import RunKind, RunMode
from syncworker.errors import SyncworkerError
from syncworker.planning.guard import Tally
from syncworker.planning.plan import Plan, plan_to_json, summarize, to_json
from syncworker.planning.records import RecordPlan

_STRETCH = 1_000


def start(  # noqa: PLR0913 - one keyword for each thing a person can ask for
    engine: Engine,
    portal: str,
    plans: Iterable[RecordPlan],
    *,
    kind: RunKind,
    tallies: Sequence[Tally] = (),
    as_of: datetime | None = None,
    mode: RunMode = "inline",
    force: bool = False,
    priority: Priority = "interactive",
    options: Mapping[str, Any] | None = None,
) -> Run:
    """Open a run that pushes these records; go on with it as with any other run.

    Args:
        engine: The ports.
        portal: The portal's name.
        plans: The records, each once; those of one object together.
        kind: apply, rollback or repair.
        tallies: What the guard judges, of the whole portal; none: it lets the plan through. Looked
            at when the last of `plans` was taken.
        as_of: The moment the numbers are for; None: now.
        mode: Whether this process or workers do the rest.
        force: Let it through the guard.
        priority: Who goes first where the portal's requests are scarce.
        options: As in `Run.options`.

    Returns:
        The run, whose next step is to be judged by the guard and pushed.

    Raises:
        MappingError: The mapping has errors.
        LockHeld: Another run holds the portal.
        PortalError: The portal's properties cannot be read; the run has ended with its words.
        KeyboardInterrupt: Ctrl-C was pressed; the run has ended, and nothing was sent.
        StoreError: A forgetting was cut short.
    """
    require_finished(engine.forgotten, portal)
    # Workers must not see the chunk before its records are there.
    run = sync.start(
        engine,
        portal,
        as_of=as_of,
        kind=kind,
        mode="inline",
        force=force,
        priority=priority,
        options=options,
    )
    try:
        if run.options.get("clear"):  # a property that is missing is no hindrance to leaving
            asked = {"left_out": {}, "start_requests": 0, "start_waited": 0.0}
        else:
            asked = sync.asked_of_hubspot(engine, run, checked(portal, run.mapping))
        engine.runs.advance(run.id, old="start", new="compute", payloads=[{}], summary=asked)
        _store(engine, run, claimed(engine, run), plans, tallies)
    except SyncworkerError as error:
        finish.fail(engine, run, error)
        raise
    except (Exception, KeyboardInterrupt):
        finish.break_off(engine, run)
        raise
    if mode == "queue":
        engine.runs.hand_over(run.id)
    return engine.runs.get(run.id)


def _store(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    plans: Iterable[RecordPlan],
    tallies: Sequence[Tally],
) -> None:
    whole = Plan(run.portal, run.as_of, digest(run.mapping))
    read_at = engine.clock()
    number = 0
    with held(engine, chunk):
        for stretch in _stretches(plans):
            rows = [
                Planned(number + i, plan.object, plan.key, to_json(plan))
                for i, plan in enumerate(stretch)
            ]
            engine.plans.add(chunk, run.portal, rows, (), (), run.as_of)
            number += len(rows)
            for name in dict.fromkeys(plan.object for plan in stretch):
                of_object = [plan for plan in stretch if plan.object == name]
                whole = whole.plus(
                    summarize(run.portal, run.as_of, digest(run.mapping), name, of_object)
                )
    engine.chunks.complete(
        chunk,
        {
            "read_at": read_at.isoformat(),
            "plan": plan_to_json(whole),
            "tallies": [
                [t.object, t.property, t.with_value, t.cleared, t.flipped] for t in tallies
            ],
            "held_metrics": {},
            "unlinked": Counter[str](),
            "unmapped": {},
            "requests": 0,
            "waited": 0.0,
            "accounts": 0,
            "users": 0,
        },
    )


def _stretches(plans: Iterable[RecordPlan]) -> Iterator[list[RecordPlan]]:
    rest = iter(plans)
    while stretch := list(islice(rest, _STRETCH)):
        yield stretch
