"""Who has the portal next: runs that wait for it take it in the order they were made.

A backfill may take hours, so it gives way to what is due: it waits while the other run works, and
goes on afterwards. Its slices that are read stay read; its plan is made anew, because what another
run read and wrote has changed what it should say. Once another has had its turn, it is its own
again: a sync that is always due would keep it waiting for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from syncworker.engine import finish, pausing, sync
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import READY_KINDS, Run, Step
from syncworker.engine.run_words import RunMode
from syncworker.engine.todo import Todo
from syncworker.engine.turns import Turn
from syncworker.errors import StalePlan, SyncworkerError

_GIVES_WAY: tuple[Step, ...] = ("extract", "push")
"""Steps that lose little by stopping; preparing and computing begin anew each time."""


def take(engine: Engine, run: Run, *, mode: RunMode | None = None) -> bool:
    """Let a run that rests, or that ended, go on; False: another run holds the portal.

    Where another run has read or written since, the mapping has changed, or a stream is read again
    that its plan lacks, it is planned anew.

    Raises:
        ConfigError: A person has paused the portal.
        MappingError: The mapping has errors by now.
        StalePlan: It is an apply or a rollback and would have to be planned anew.
    """
    pausing.refuse(engine, run.portal, run.kind)
    text = engine.mapping_text(run.portal)
    mapping = checked(run.portal, text)
    anew = text != run.mapping or engine.turns.overtaken(run) or _lacks_a_stream(engine, run)
    if anew and run.kind in READY_KINDS:
        raise StalePlan(
            f"{run.kind} {run.id} cannot go on: another run has written to {run.portal} since, or "
            "its mapping has changed",
            help=f"see what is to do now: syncworker plan {run.portal}",
            code="PLAN_STALE",
        )
    begun = bool(engine.turns.counts(run.id))
    as_of = run.as_of
    if anew or not begun:
        as_of = max(engine.clock(), engine.runs.read_until(run.portal) or run.as_of)
    turn = Turn(
        mode=mode or run.mode,
        as_of=as_of,
        mapping=text,
        anew=anew,
        streams=[f"{name}.{one}" for name, each in mapping.sources.items() for one in each.streams],
        summary=_with_earlier(engine, run) if anew else run.summary,
    )
    return engine.turns.take(run, turn)


def next_of(engine: Engine, portal: str) -> list[Todo]:
    """Start the workers' run that has waited longest for the portal, where it is free."""
    if engine.runs.running(portal) is not None:
        return []
    for run in _waiting(engine, portal):
        try:
            if not take(engine, run):
                return []
        except SyncworkerError as error:
            finish.fail(engine, run, error)
            continue
        return sync.onward(engine, run.id)
    return []


def is_owed(engine: Engine, portal: str) -> bool:
    """Whether another run was at work since the one that waits longest had its last turn."""
    run = next(_waiting(engine, portal), None)
    return run is not None and engine.turns.overtaken(run)


def ask_to_yield(engine: Engine, portal: str) -> None:
    """Ask a backfill that holds the portal to let others have a turn, once it has had its own.

    Without a turn of its own it would read and compute again and again and never send.
    """
    run = engine.runs.running(portal)
    if run is None or run.kind != "backfill" or run.wish or run.step not in _GIVES_WAY:
        return
    if engine.clock() - run.as_of >= engine.limits.backfill_turn:
        engine.turns.ask(run.id, "yield")


def _waiting(engine: Engine, portal: str) -> Iterator[Run]:
    """The workers' runs that wait and may start, the oldest first."""
    for run in engine.turns.waiting(portal):
        # The others' own commands take the portal, or they wait until it is no longer paused.
        if run.mode == "queue" and not pausing.hinders(engine, portal, run.kind):
            yield run


def _lacks_a_stream(engine: Engine, run: Run) -> bool:
    """Whether a stream was given up, which is read again, and the run got beyond reading."""
    if not any("stopped" in result for result in engine.chunks.results(run.id, "extract")):
        return False
    return any(one.step != "extract" for one in engine.turns.counts(run.id))


def _with_earlier(engine: Engine, run: Run) -> Mapping[str, Any]:
    """The run's summary with what its dropped plan came to: it was sent all the same."""
    steps: tuple[Step, ...] = ("compute", "push", "associate")
    results = [result for step in steps for result in engine.chunks.results(run.id, step)]
    before = run.summary.get("before", {})
    return {
        **run.summary,
        "before": {
            "sent": before.get("sent", 0) + engine.plans.outcomes(run.id).get("sent", 0),
            "requests": before.get("requests", 0) + sum(r.get("requests", 0) for r in results),
            "writes": before.get("writes", 0) + sum(r.get("writes", 0) for r in results),
        },
    }
