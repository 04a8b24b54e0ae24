"""What the use cases work with: ports, clock and limits, put together by bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncworker.engine.alert_stores import AlertDelivery, AlertStore
from syncworker.engine.forgotten import Forgotten
from syncworker.engine.heartbeats import Heartbeats
from syncworker.engine.histories import Histories
from syncworker.engine.letter_stores import Letters
from syncworker.engine.memory import Chunk, Priority
from syncworker.engine.ports import Portal, Source
from syncworker.engine.schedule_stores import Pauses, Schedules
from syncworker.engine.source_stores import Inbox, Pages, Snapshots
from syncworker.engine.staging import Staging
from syncworker.engine.stores import (
    Associations,
    Chunks,
    Definitions,
    Ledger,
    Plans,
    Runs,
    Slots,
    Unlinkeds,
)
from syncworker.engine.turns import Turns
from syncworker.mapping.alerts import Channel
from syncworker.mapping.portal import PortalMapping


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long.

    Attributes:
        lease: How long a chunk is held without a sign of life.
        page_budget: After this long an extraction chunk lets others have a turn.
        push_records: Records one pushing chunk sends.
        shard_accounts: Accounts, and likewise people, one computing chunk computes. A person takes
            1/100 of a HubSpot request, so more would take longer than a task may.
        small_files: From how many small staged files of a stream on they are merged into one.
        in_flight: Chunks of one run in the queue at a time.
        attempts: How often a chunk is tried without progress before the run fails.
        schema_age: How long HubSpot's property definitions are remembered.
        backfill_turn: How long a backfill has the portal before it gives way to what is due.
    """

    lease: timedelta = timedelta(seconds=60)
    page_budget: timedelta = timedelta(minutes=5)
    push_records: int = 500
    shard_accounts: int = 100_000
    small_files: int = 100
    in_flight: int = 4
    attempts: int = 4
    schema_age: timedelta = timedelta(hours=1)
    backfill_turn: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Engine:
    """The ports.

    Attributes:
        sources: Opens the sources of a portal by its name and mapping; raises SettingsError for a
            missing secret.
        connect: Opens a portal by its name, mapping and priority; raises SettingsError likewise.
        mapping_text: Reads a portal's mapping; raises MappingError where there is none.
        portals: Names of the portals that have a mapping.
        clock: The time now; aware UTC.
        tell: Sends a message through a channel and says what was answered; raises AlertError, and
            SettingsError for a missing secret.
        on_page: Told of a chunk and its progress after each page it committed, for showing it.
        interrupted: Whether Ctrl-C was pressed in this process; asked between two batches.
    """

    runs: Runs
    chunks: Chunks
    pages: Pages
    ledger: Ledger
    histories: Histories
    plans: Plans
    letters: Letters
    unlinked: Unlinkeds
    associations: Associations
    slots: Slots
    schedules: Schedules
    pauses: Pauses
    heartbeats: Heartbeats
    definitions: Definitions
    inbox: Inbox
    snapshots: Snapshots
    forgotten: Forgotten
    alerts: AlertStore
    staging: Staging
    turns: Turns
    sources: Callable[[str, PortalMapping], Mapping[str, Source]]
    connect: Callable[[str, PortalMapping, Priority], Portal]
    mapping_text: Callable[[str], str]
    portals: Callable[[], list[str]]
    clock: Callable[[], datetime]
    tell: Callable[[Channel, AlertDelivery], str]
    limits: Limits = Limits()
    on_page: Callable[[Chunk, Mapping[str, Any]], None] = lambda _chunk, _progress: None
    interrupted: Callable[[], bool] = lambda: False
