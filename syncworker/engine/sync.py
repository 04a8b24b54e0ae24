"""A run of a portal, from its start to its end. Read this file top to bottom for a row's way.

A run goes through steps: extract (sources -> staging), prepare (staging -> shards, and what is
told of the whole portal), compute (a shard -> metrics -> desired records -> plan), canary (its
first few records, where asked for), push (plan -> HubSpot -> ledger), associate (which records
belong together, where the mapping asks for it). Each step is cut into chunks; any process that
can reach the store may work on one. Whoever finishes the last chunk of a step moves the run on.
Killed anywhere and done again, the end is the same.

Where the portal's daily requests are used up the run is deferred: it stays open, nothing of it is
enqueued, and it goes on where it was when the portal's next day has begun.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syncworker.engine import (
    assemble,
    associate,
    canary,
    compute,
    deferral,
    extract,
    finish,
    halt,
    past,
    pausing,
    prepare,
    properties,
    push,
    unread,
)
from syncworker.engine.engine import Engine
from syncworker.engine.forgotten import require_finished
from syncworker.engine.lease import held
from syncworker.engine.mappings import checked
from syncworker.engine.memory import READY_KINDS, Chunk, Priority, Run, Step
from syncworker.engine.part import restricted
from syncworker.engine.run_words import RunKind, RunMode
from syncworker.engine.todo import CHUNK_TASKS, Todo
from syncworker.engine.told import told
from syncworker.engine.wish import Halted
from syncworker.errors import (
    ClaimLost,
    LockHeld,
    RateLimited,
    SourceError,
    StoreError,
    SyncworkerError,
    Unavailable,
)
from syncworker.mapping.portal import PortalMapping
from syncworker.model.streams import STREAMS

log = logging.getLogger(__name__)
_WORK = {
    "extract": extract.extract,
    "prepare": prepare.prepare,
    "compute": compute.compute,
    "canary": canary.canary,
    "push": push.push,
    "associate": associate.associate,
}


def start(  # noqa: PLR0913 - one keyword for each thing a person can ask for
    engine: Engine,
    portal: str,
    *,
    as_of: datetime | None = None,
    kind: RunKind = "sync",
    mode: RunMode = "inline",
    force: bool = False,
    priority: Priority = "interactive",
    options: Mapping[str, Any] | None = None,
    opening: Callable[[Run], None] | None = None,
    waits: bool = False,
) -> Run:
    """Open a run; the portal is this run's until it ends.

    Args:
        engine: The ports.
        portal: The portal's name.
        as_of: The moment the numbers are for, aware; None: now.
        kind: As in `Run.kind`; an apply or a rollback is started by `ready_plan` only.
        mode: Whether this process or workers do the work.
        force: Let it through the guard.
        priority: Who goes first where the portal's requests are scarce.
        options: What it is asked to do otherwise than usual, as in `Run.options`.
        opening: Stores it, with what must be stored in the same transaction; None: it alone.
        waits: Store it for later where others hold the portal or wait for it.

    Raises:
        MappingError: The mapping has errors.
        ConfigError: A sync of a moment before the sources were last read, or one that would send
            to a paused portal.
        LockHeld: Another run of the portal is open, and this one does not wait.
    """
    text = engine.mapping_text(portal)
    checked(portal, text)
    pausing.refuse(engine, portal, kind)
    now = engine.clock()
    read_until = engine.runs.read_until(portal)
    if read_until is not None:
        if as_of is None:
            as_of = max(now, read_until)  # another machine's clock may run ahead of ours
        elif kind == "sync" and as_of < read_until:
            raise past.refusal(portal, as_of, read_until)
    run = Run(
        id=f"{now:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:6]}",
        portal=portal,
        kind=kind,
        mode=mode,
        as_of=(as_of or now).astimezone(UTC),
        force=force,
        mapping=text,
        created_at=now,
        priority=priority,
        options=options or {},
    )
    if not waits:
        (opening or engine.runs.open)(run)
        return run
    later = replace(run, status="waiting")
    if not engine.turns.waiting(portal):
        with suppress(LockHeld):
            engine.runs.open(run)
            return run
    engine.runs.open(later)
    return later


def begin(engine: Engine, run_id: str, *, last_try: bool = True) -> list[Todo]:
    """Check what can be checked before anything is read, then cut the extraction into chunks.

    Args:
        engine: The ports.
        run_id: The run.
        last_try: Whether an error that may pass ends the run; else it is raised.
    """
    run = engine.runs.get(run_id)
    if run.step != "start" or run.deferred_until is not None:
        return onward(engine, run.id)  # a message that came twice must not end what goes well
    if run.kind in READY_KINDS:  # who was to store its plan is gone
        finish.fail(engine, run, SyncworkerError(f"the {run.kind} was cut short", code="CUT_SHORT"))
        return []
    try:
        mapping = checked(run.portal, run.mapping)
        require_finished(engine.forgotten, run.portal)
        sources = engine.sources(run.portal, mapping)
        for stream in STREAMS:
            staged = engine.pages.staged(run.portal, stream)
            engine.staging.require([page.place for page in staged])
        asked = asked_of_hubspot(engine, run, mapping)
        if past.is_past(engine, run):
            payloads, asked = [], {**asked, "past": True}
        else:
            payloads = extract.payloads(run, mapping, sources)
    except SyncworkerError as error:
        if deferral.asks_for(error):
            deferral.defer(engine, run, error)
            return []
        if error.recovery == "retry" and not last_try:
            raise
        finish.fail(engine, run, error)
        return []
    except Exception as error:  # a defect of ours: left open, the run would hold its portal
        log.exception("a defect stopped the run", extra={"run": run.id, "portal": run.portal})
        finish.fail(engine, run, _defect(error))
        return []
    engine.runs.advance(
        run.id,
        old="start",
        new="extract",
        payloads=payloads,
        summary=asked,
    )
    return onward(engine, run.id)


def asked_of_hubspot(engine: Engine, run: Run, mapping: PortalMapping) -> dict[str, Any]:
    """What the portal's properties lack; a run that only reads the sources needs no portal."""
    if run.kind == "extract":
        return {"left_out": {}, "start_requests": 0, "start_waited": 0.0}
    portal = engine.connect(run.portal, mapping, run.priority)
    requests, waited = portal.requests, portal.waited
    left_out = properties.require(engine, run.portal, mapping, portal)
    return {
        "left_out": left_out,
        "start_requests": portal.requests - requests,
        "start_waited": portal.waited - waited,
    }


def work(engine: Engine, chunk_id: int, owner: str) -> list[Todo]:
    """Do one chunk, if nobody else holds it, and say what to do next.

    Args:
        engine: The ports.
        chunk_id: The chunk.
        owner: Who works on it; a task that is run again for a killed worker has the same owner
            and so gets its chunk back at once.

    Raises:
        SyncworkerError: One that is worth trying again later (`recovery` is retry); the chunk is
            free by then. Any other ends the run with its words.
    """
    now = engine.clock()
    chunk = engine.chunks.claim(chunk_id, owner=owner, now=now, until=now + engine.limits.lease)
    if chunk is None:
        return []
    run = engine.runs.get(chunk.run_id)
    if run.deferred_until is not None:  # its message was on the way when the run was deferred
        engine.chunks.release(chunk)
        return onward(engine, run.id)
    if chunk.attempts > engine.limits.attempts:
        finish.fail(engine, run, _poisoned(chunk))
        return []
    try:
        with told(engine, run, chunk), held(engine, chunk):
            _WORK[chunk.step](engine, run, checked(run.portal, run.mapping), chunk)
    except Halted:
        with suppress(ClaimLost):
            engine.chunks.release(chunk)
    except KeyboardInterrupt:
        with suppress(SyncworkerError):
            engine.chunks.release(chunk)  # who goes on need not wait for the lease to run out
        raise
    except SyncworkerError as error:
        return _stopped(engine, run, chunk, error)
    except Exception as error:  # a defect of ours: the run ends, the worker goes on
        log.exception("a defect stopped the run", extra={"run": run.id, "chunk": chunk.id})
        return _stopped(engine, run, chunk, _defect(error))
    return onward(engine, run.id)


def onward(engine: Engine, run_id: str) -> list[Todo]:
    """What the run needs next: its free chunks, the next step's, or its end. Safe to ask twice."""
    run = engine.runs.get(run_id)
    if run.wish and run.status == "running":
        return halt.heeded(engine, run)
    if run.status != "running" or deferral.rests(engine, run):
        return []
    if run.deferred_until is not None:
        engine.runs.resume(run.id)
        run = engine.runs.get(run.id)
    if run.step == "start":
        return [Todo("sync_portal", run.id, run.priority)]
    free = engine.chunks.take(run.id, now=engine.clock(), most=engine.limits.in_flight)
    if free:
        return [Todo(CHUNK_TASKS[step], chunk_id, run.priority) for chunk_id, step in free]
    # Of a run that is tried again the canary's stretch is sent beside the rest.
    steps: tuple[Step, ...] = ("canary", "push") if run.step == "push" else (run.step,)
    if any(engine.chunks.left(run.id, step) for step in steps):
        return []
    return _moved_on(engine, run)


def _moved_on(engine: Engine, run: Run) -> list[Todo]:
    """The next step's work; an error ends the run: the tick would stumble over it for ever."""
    try:
        return _next_step(engine, run)
    except StoreError:
        raise  # nothing can be written down now; the next tick asks again
    except SyncworkerError as error:
        finish.fail(engine, run, error)
    except Exception as error:  # a defect of ours
        log.exception("a defect stopped the run", extra={"run": run.id, "portal": run.portal})
        finish.fail(engine, run, _defect(error))
    return []


def _next_step(engine: Engine, run: Run) -> list[Todo]:  # noqa: PLR0911 - one for each step
    """Move a run on whose step has no chunk left."""
    if run.step == "extract":
        read = extract.summary(engine, run)
        unread.resolve(engine, run)
        if run.kind == "extract":
            engine.runs.advance(run.id, old="extract", new="end", payloads=[], summary=read)
            return [Todo("finish_run", run.id, run.priority)]
        new: Step = "compute" if restricted(run) else "prepare"
        payloads = compute.shards(engine, run) if restricted(run) else [{}]
        engine.runs.advance(run.id, old="extract", new=new, payloads=payloads, summary=read)
        return onward(engine, run.id)
    if run.step == "prepare":
        shards = compute.shards(engine, run)
        engine.runs.advance(run.id, old="prepare", new="compute", payloads=shards, summary={})
        return onward(engine, run.id)
    if run.step == "compute":
        return _after_planning(engine, run)
    if run.step == "canary":
        return _after_canary(engine, run)
    shards = associate.shards(engine, run) if run.step == "push" else []
    if shards:
        engine.runs.advance(run.id, old="push", new="associate", payloads=shards, summary={})
        return onward(engine, run.id)
    return [Todo("finish_run", run.id, run.priority)]


def _after_planning(engine: Engine, run: Run) -> list[Todo]:
    summary, refusal = assemble.assemble(engine, run)
    if run.kind == "plan" or refusal is not None:
        finish.stop_at_plan(engine, replace(run, summary={**run.summary, **summary}), refusal)
        return []
    size = engine.plans.number(run.id)
    first = min(run.options.get("canary", 0), size)
    new: Step = "canary" if first else "push"
    payloads = [{"first": 0, "last": first - 1}] if first else _ranges(engine, 0, size)
    engine.runs.advance(run.id, old="compute", new=new, payloads=payloads, summary=summary)
    return onward(engine, run.id)


def _after_canary(engine: Engine, run: Run) -> list[Todo]:
    refusal = canary.refusal(engine, run)
    if refusal is not None:
        finish.stop_at_canary(engine, run, refusal)
        return []
    size = engine.plans.number(run.id)
    rest = _ranges(engine, run.options["canary"], size)
    engine.runs.advance(run.id, old="canary", new="push", payloads=rest, summary={})
    return onward(engine, run.id)


def _ranges(engine: Engine, start: int, size: int) -> list[dict[str, int]]:
    """The pushing chunks of the plan from a position on."""
    step = engine.limits.push_records
    return [
        {"first": first, "last": min(first + step, size) - 1} for first in range(start, size, step)
    ]


def _stopped(engine: Engine, run: Run, chunk: Chunk, error: SyncworkerError) -> list[Todo]:
    """After an error: later again, or the end of the run; nothing if the chunk is another's."""
    if isinstance(error, ClaimLost):
        return _lost(run, chunk, error)
    begun = engine.limits.attempts
    try:
        if isinstance(error, SourceError) and _given_up(engine, run, chunk, error):
            log.error("%s", error, extra={"run": run.id, "portal": run.portal, "chunk": chunk.id})
            extract.stop(engine, chunk, error)
            return onward(engine, run.id)
        if deferral.asks_for(error):
            deferral.defer(engine, run, error)
            engine.chunks.release(chunk)
            return []
        if error.recovery == "retry" and run.mode == "queue":
            begun = engine.chunks.postpone(chunk, until=engine.clock() + _wait(error))
        else:
            engine.chunks.release(chunk)
    except ClaimLost as lost:
        return _lost(run, chunk, lost)
    if begun < engine.limits.attempts:
        raise error
    finish.fail(engine, run, error)
    return []


def _given_up(engine: Engine, run: Run, chunk: Chunk, error: SourceError) -> bool:
    """Whether trying to read the stream again is over for this run; the rest goes on without it."""
    if chunk.step != "extract":
        return False
    again = error.recovery == "retry" and run.mode == "queue"
    return not again or engine.chunks.attempts(chunk) >= engine.limits.attempts


def _wait(error: SyncworkerError) -> timedelta:
    """How long HubSpot asked to be left alone."""
    named = error.retry_after if isinstance(error, RateLimited | Unavailable) else None
    return timedelta(seconds=named or 0)


def _lost(run: Run, chunk: Chunk, error: ClaimLost) -> list[Todo]:
    log.warning("%s", error, extra={"run": run.id, "portal": run.portal, "chunk": chunk.id})
    return []


def _poisoned(chunk: Chunk) -> SyncworkerError:
    return SyncworkerError(
        f"chunk {chunk.id} ({chunk.step} {dict(chunk.payload)}) was begun {chunk.attempts - 1} "
        "times and never got further: it kills its worker, or the worker is killed each time",
        help="see the worker's log and the machine's memory; then sync again",
        code="CHUNK_POISONED",
    )


def _defect(error: Exception) -> SyncworkerError:
    return SyncworkerError(
        f"a defect in syncworker: {type(error).__name__}",
        help="the log has the traceback; please report it",
        code="DEFECT",
    )
