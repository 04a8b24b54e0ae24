"""Checks of the state database, the clocks, the workers and the staging folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import polars as pl

from syncworker.engine.database_state import DatabaseState
from syncworker.engine.doctor import Finding
from syncworker.engine.heartbeats import Heartbeat, living
from syncworker.engine.staging import Staging
from syncworker.errors import StoreError

SKEW = timedelta(seconds=30)
"""Clocks that differ by more are told of: leases and watermarks are compared across machines."""
_PROBE = ("doctor-probe", "probe", "probe")


def database(state: DatabaseState, now: datetime) -> Iterator[Finding]:
    """Whether the state database can be used, and its server's clock."""
    wal = f", {state.journal.upper()}" if state.journal else ""
    told = f"{state.product}{wal}, schema {state.schema or 'none yet'}"
    if state.schema is None:
        yield Finding("ok", "database", f"{told}: it is made at the first command that needs it")
    elif state.mend:
        message = f"{told}, but this syncworker works with {state.newest}"
        yield Finding("fail", "database", message, state.mend)
    elif state.schema != state.newest:
        message = f"{told}: a newer syncworker's, on which this one still works"
        yield Finding("warn", "database", message, "upgrade this one: then all are alike")
    else:
        yield Finding("ok", "database", told)
    if state.journal and state.journal != "wal":
        help_ = "keep the file on a local disk: only there SQLite can use its WAL"
        yield Finding("warn", "database", f"SQLite's journal is {state.journal}, not WAL", help_)
    if state.now is not None:
        yield clock(now, state.now, "the database server's")


def clock(ours: datetime, theirs: datetime, whose: str) -> Finding:
    """Whether our clock agrees with another one."""
    apart = abs(ours - theirs)
    told = f"{apart.total_seconds():.0f} s from {whose}"
    if apart <= SKEW:
        return Finding("ok", "clock", told)
    return Finding("warn", "clock", told, "set this machine's clock: see `timedatectl`")


def workers(beats: Sequence[Heartbeat], now: datetime) -> Iterator[Finding]:
    """When each worker and the beat was last heard of.

    Args:
        beats: Their last signs of life, the newest first.
        now: The time.
    """
    heard = living(beats, now)
    for beat in heard:
        told = f"{beat.kind} {beat.name} {beat.version}, heard of {_ago(now - beat.at)} ago"
        yield Finding("ok", "workers", told)
    working = [beat for beat in beats if beat.kind == "worker"]
    if not any(beat.kind == "worker" for beat in heard):
        last = f" since {working[0].at:%Y-%m-%d %H:%M} UTC" if working else ""
        help_ = "syncworker worker (not needed where syncworker sync is run by hand or by cron)"
        yield Finding("warn", "workers", f"no worker was heard of{last}", help_)


def staging(stage: Staging, place: str) -> Iterator[Finding]:
    """Whether rows can be written, read and removed where they are staged."""
    rows = pl.DataFrame({"n": [1]})
    try:
        written = stage.write(*_PROBE, rows)
        read = stage.read([written], rows.schema).collect()
        stage.remove([written])
    except (OSError, pl.exceptions.PolarsError) as error:
        why = " ".join(str(error).split())
        raise StoreError(
            f"{place} cannot be written and read: {why}",
            help="mend it, or name another place: SYNCWORKER_STAGING_URL",
        ) from None
    if read.equals(rows):
        yield Finding("ok", "staging", f"{place} can be written and read")
    else:
        yield Finding("fail", "staging", f"{place} gives back other rows than were written")


def _ago(time: timedelta) -> str:
    return f"{max(0, round(time.total_seconds()))} s"
