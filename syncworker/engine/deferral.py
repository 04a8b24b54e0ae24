"""A run that waits for the portal's next day, because today's requests are used up.

HubSpot's daily limit is the account's, and its day begins at the account's own midnight. Trying
again sooner helps nobody, so the run rests as it is: its chunks are free, what was sent is settled.
No message waits meanwhile, because one that waits longer than the broker's visibility timeout
would be delivered twice.
"""

from __future__ import annotations

import logging
import zlib
from datetime import UTC, datetime, timedelta
from typing import TypeGuard
from zoneinfo import ZoneInfo

from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.errors import RateLimited, SyncworkerError

log = logging.getLogger(__name__)
_SPREAD = 10
"""Seconds within which deferred runs go on, so that many portals' do not in the same moment."""


def asks_for(error: SyncworkerError) -> TypeGuard[RateLimited]:
    """Whether the error says that the portal's daily requests are used up."""
    return isinstance(error, RateLimited) and error.policy == "DAILY"


def rests(engine: Engine, run: Run) -> bool:
    """Whether the run is deferred and its time has not come yet."""
    return run.deferred_until is not None and engine.clock() < run.deferred_until


def defer(engine: Engine, run: Run, error: RateLimited) -> None:
    """Let the run rest until the portal takes requests again, and say so."""
    spread = 1 + zlib.crc32(run.id.encode()) % _SPREAD
    until = engine.clock() + timedelta(seconds=error.retry_after + spread)
    message = f"the portal's daily requests are used up: goes on at {_shown(run, until)}"
    engine.runs.defer(run.id, until=until, message=message)
    log.warning("%s", message, extra={"run": run.id, "portal": run.portal})


def _shown(run: Run, until: datetime) -> str:
    """The moment in the mapping's time zone and in UTC."""
    zone = checked(run.portal, run.mapping).reporting.timezone
    utc = until.astimezone(UTC)
    if zone == "UTC":
        return f"{utc:%Y-%m-%d %H:%M} UTC"
    return f"{utc.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone} ({utc:%H:%M} UTC)"
