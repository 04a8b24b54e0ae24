"""What is said to whoever wants a portal that another run holds."""

from __future__ import annotations

from datetime import datetime, timedelta

from syncworker.engine.memory import Run
from syncworker.errors import LockHeld


def held_by(portal: str, other: Run | None, now: datetime) -> LockHeld:
    """Who holds the portal, at what, since when and for how long."""
    if other is None:  # it let go of the portal this moment
        return LockHeld(f"another run has just held portal {portal}", help="try again")
    age = timedelta(seconds=max(round((now - other.created_at).total_seconds()), 0))
    deferred = f"; {other.message}" if other.deferred_until else ""
    killed = "; killed, it is free once its lease is over (SYNCWORKER_LEASE_SECONDS)"
    return LockHeld(
        f"run {other.id} ({other.kind}, at {other.step}) has held portal {portal} since "
        f"{other.created_at:%Y-%m-%d %H:%M:%S} UTC, for {age}{deferred}",
        help=f"watch it: syncworker runs watch {other.id}; stop it: syncworker runs cancel "
        f"{other.id}{killed if other.mode == 'inline' else ''}",
    )
