"""A portal that people have paused: nothing starts by itself, and nothing of ours is sent.

A run at work goes on to its end. Looking stays possible (plan, extract, verify), and so does
putting back what a run wrote: a pause is often how that begins. What webhooks receive is stored.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from syncworker.engine.engine import Engine
from syncworker.engine.run_words import RunKind
from syncworker.engine.schedule_stores import Pause
from syncworker.errors import ConfigError, MappingError
from syncworker.mapping.suggest import did_you_mean, listed

_REFUSED: tuple[RunKind, ...] = ("sync", "apply", "backfill")


def paused(engine: Engine, portal: str) -> Pause | None:
    """The portal's pause; None: it goes on."""
    pause = engine.pauses.all().get(portal)
    over = pause is not None and pause.until is not None and pause.until <= engine.clock()
    return None if over else pause


def pause(engine: Engine, portal: str, *, why: str, lasting: timedelta | None) -> Pause:
    """Pause a portal.

    Args:
        engine: The ports.
        portal: The portal's name; its mapping may have errors.
        why: What people are told.
        lasting: How long; None: until it is resumed.

    Raises:
        MappingError: There is no such portal.
    """
    known(engine, portal)
    now = engine.clock()
    made = Pause(now, why, None if lasting is None else now + lasting)
    engine.pauses.put(portal, made)
    return made


def resume(engine: Engine, portal: str) -> Pause | None:
    """End a portal's pause, and give it back; None: there was none. Raises MappingError."""
    known(engine, portal)
    before = paused(engine, portal)
    engine.pauses.lift(portal, engine.clock())
    return before


def hinders(engine: Engine, portal: str, kind: RunKind) -> Pause | None:
    """The pause that keeps a run of this kind from sending something of ours; None: none does."""
    return paused(engine, portal) if kind in _REFUSED else None


def refuse(engine: Engine, portal: str, kind: RunKind) -> None:
    """Refuse a run that would send something of ours to a paused portal.

    Raises:
        ConfigError: It is paused; the words say since when, why and what to type.
    """
    found = hinders(engine, portal, kind)
    if found is not None:
        raise ConfigError(
            f"portal {portal} {told(found)}",
            help=f"syncworker resume {portal} (a plan sends nothing: syncworker plan {portal})",
            code="PORTAL_PAUSED",
        )


def told(pause: Pause) -> str:
    """Since when, until when and why, for people."""
    until = "" if pause.until is None else f", until {_time(pause.until)}"
    why = f": {pause.why}" if pause.why else ""
    return f"is paused since {_time(pause.at)}{until}{why}"


def known(engine: Engine, portal: str) -> None:
    """Make sure that there is such a portal, whatever its mapping is like; raises MappingError."""
    there = engine.portals()
    if portal not in there:
        raise MappingError(
            f"there is no portal {portal}",
            help=did_you_mean(portal, there, f"portals: {listed(there) or 'none'}"),
            code="MAPPING_MISSING",
        )


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
