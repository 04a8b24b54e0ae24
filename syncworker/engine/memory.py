"""What the engine remembers between tasks and runs, as values; `stores.py` says who keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from syncworker.engine.ports import Pair
from syncworker.engine.run_words import RunKind, RunMode, RunStatus, Wish
from syncworker.planning.records import Change, LedgerRecord

READY_KINDS: tuple[RunKind, ...] = ("apply", "rollback", "repair")
"""Kinds of runs whose plan is there from the start: they read no source and compute nothing."""
Step = Literal["start", "extract", "prepare", "compute", "canary", "push", "associate", "end"]
LetterKind = Literal["row", "record", "stream", "identity"]
Priority = Literal["interactive", "scheduled", "backfill"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a portal.

    Attributes:
        id: Sorts by time of creation.
        portal: The portal's name, as in mappings/<portal>.yaml.
        kind: sync, plan (stops before anything is sent), extract (only reads the sources), prune
            (only clears staging up), apply (sends a plan made earlier), rollback (puts back what
            another run wrote), backfill (reads a stretch of the past again, then sends today's),
            verify (compares the ledger with HubSpot, sends nothing) or repair (sends the ledger's
            values again).
        mode: inline (in the command's own process) or queue (by workers).
        status: running; waiting (for the portal to be free) and paused (by a person), which do not
            hold the portal; planned; done; rejects (done, with dead letters); refused (by the
            guard); failed; cancelled (by a person).
        step: What it is at.
        as_of: The moment the numbers are for, and the watermark of every stream; aware UTC.
        force: Whether the guard lets it through.
        mapping: The mapping's text, frozen when the run started.
        created_at: When it was made.
        finished_at: When it ended.
        message: Why it stopped, where it did.
        help: What to do about it.
        code: The error's code.
        priority: Who goes first where requests are scarce: a person who waits, then schedules,
            then backfills.
        deferred_until: When it goes on, where the portal's daily requests are used up; `message`
            says so meanwhile.
        summary: What the run came to, by step; for people and for --json.
        options: What it was asked to do otherwise than usual: `streams` (only these, as
            `source.stream`), `full` (read them whole), `people` and `accounts` (compute and send
            only what concerns these addresses and accounts, and whom the webhooks' deliveries name
            that this run reads), `fast` (read from their cursors only, keep only rows that are
            new, and send what concerns whom those name), `records` (by object, the keys of those
            that are sent), `max_changes` (refuse where more records would change), `canary` (send
            so many records first, and the rest only where HubSpot holds what was planned), `plan`,
            `planned_at` and `target` (of an apply: the plan's digest, when it was made, and what
            was typed), `clear` (the plan empties what was written), `adopt` (what HubSpot holds
            counts as written by us), `of` (the run that is rolled back). Of a backfill: `from` and
            `to` (ISO 8601), `chunk` (a duration), and `metrics` and `select`, which narrow down
            what is sent.
        wish: What is asked of it while it runs: a person's pause or cancel, or to yield to what is
            due; it is heeded between two batches.
    """

    id: str
    portal: str
    kind: RunKind
    mode: RunMode
    as_of: datetime
    force: bool
    mapping: str
    created_at: datetime
    status: RunStatus = "running"
    step: Step = "start"
    finished_at: datetime | None = None
    message: str = ""
    help: str = ""
    code: str = ""
    priority: Priority = "interactive"
    deferred_until: datetime | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    wish: Wish = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of a run that one task works on, as claimed by this worker.

    Attributes:
        id: Its id.
        run_id: The run it belongs to.
        step: extract, prepare, compute, canary, push or associate.
        payload: What to do: source and stream; shard; or first and last position in the plan.
        progress: Where the last committed page left off; empty at first.
        claim: Grows with each claim; a commit with an older one is refused.
        attempts: Claims since the last progress, this one included.
    """

    id: int
    run_id: str
    step: Step
    payload: Mapping[str, Any]
    progress: Mapping[str, Any]
    claim: int
    attempts: int


@dataclass(frozen=True, slots=True)
class StagedPage:
    """One staged file.

    Attributes:
        source: The source's name.
        stream: The canonical stream.
        place: Its place in staging.
        rows: Its rows.
        newest: The newest event time in it, of streams that have one.
        deletions: Whether it holds what whole readings missed, not what one read.
    """

    source: str
    stream: str
    place: str
    rows: int
    newest: datetime | None = None
    deletions: bool = False


@dataclass(frozen=True, slots=True)
class StreamRead:
    """How a configured stream was last read to its end.

    Attributes:
        source: The source's name.
        stream: The configured stream.
        cursor: Where the next reading starts.
        read_at: The watermark of the reading.
        rows: Rows of that reading.
        full_at: The watermark of the last reading that was whole; None: never.
        columns: By canonical stream, the columns that the source's rows had.
    """

    source: str
    stream: str
    cursor: str | None
    read_at: datetime
    rows: int
    full_at: datetime | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One file of what a portal's metrics remember of a local day's first instant.

    Attributes:
        day: The local day.
        run_id: The run that made it. Together the files of a run and a day are the snapshot.
        shard: Which shard of accounts it is of, from 0.
        of: How many shards the run had.
        place: Its place in staging.
        known_at: The run's `as_of`: rows that were read later are not counted.
        mode: How MRR was counted.
        timezone: The portal's reporting timezone then.
        currency: Its reporting currency then.
    """

    day: date
    run_id: str
    shard: int
    of: int
    place: str
    known_at: datetime
    mode: str
    timezone: str
    currency: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request that a webhook received and that was stored.

    Attributes:
        id: Grows with each; also the order in which they can be seen.
        delivery: The sender's id of it.
        body: The JSON text as it came.
        received_at: When; aware UTC.
    """

    id: int
    delivery: str
    body: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """One record of a stored plan: its position in the plan, our key, and the plan's JSON."""

    position: int
    object: str
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A row that has no HubSpot record and gets none, and why."""

    object: str
    key: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Something that did not get through, why, and what was meant.

    Attributes:
        kind: `row` (a source row that does not fit), `record` (a HubSpot record), `stream` (a
            stream that could not be read) or `identity` (whose a row is).
        subject: The stream, or the object.
        key: The row's place and position, or our key of the record.
        cause: A stable code, for example INVALID_OPTION.
        property: The column or property at fault, or "".
        message: What is wrong.
        help: What to do about it.
        values: The values meant for HubSpot.
        first_at: When it first happened, where it is read back.
        tried: Whether the values were sent to HubSpot just now, and refused.
    """

    kind: LetterKind
    subject: str
    key: str
    cause: str
    property: str = ""
    message: str = ""
    help: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    first_at: datetime | None = None
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What one run wrote to one record: the run, when, and the changes HubSpot confirmed."""

    run_id: str
    at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class SettledPairs:
    """What some pairs of records that belong together came to.

    Attributes:
        from_object: The object whose rows ask for it.
        to_object: The object they are associated with.
        pairs: Those that HubSpot has now.
        fine: Our keys of their `from` rows, whose letters about this association are resolved.
        letters: Dead letters of the other pairs; `property` is `association:` and `to_object`.
    """

    from_object: str
    to_object: str
    pairs: tuple[Pair, ...]
    fine: tuple[str, ...]
    letters: tuple[DeadLetter, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """What one record of a batch came to.

    Attributes:
        position: Its position in the plan.
        status: sent, held or rejected.
        object: `companies` or `contacts`.
        key: Our key.
        record: The ledger's row as HubSpot confirmed it; None where nothing was confirmed.
        changes: What was confirmed, for the history.
        letters: Its dead letters; none means earlier ones of the record are resolved.
        created: Whether HubSpot made the record.
    """

    position: int
    status: Literal["sent", "held", "rejected"]
    object: str
    key: str
    record: LedgerRecord | None
    changes: tuple[Change, ...] = ()
    letters: tuple[DeadLetter, ...] = ()
    created: bool = False
