"""Runs of a moment that is over: they compute from what was known then, and read nothing.

A run stamps the rows it reads with its `as_of`. A run of an earlier moment than the last reading
would put what is known only now into the past; so it reads no source, and what it comes to is
shown and never sent.
"""

from __future__ import annotations

from datetime import datetime

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.errors import ConfigError


def is_past(engine: Engine, run: Run) -> bool:
    """Whether a run that has not read anything yet must not.

    Raises:
        ConfigError: It is a sync, and another run has read the sources since it was opened.
    """
    read_until = engine.runs.read_until(run.portal)
    if read_until is None or run.as_of >= read_until:
        return False
    if run.kind in ("sync", "backfill"):
        raise refusal(run.portal, run.as_of, read_until)
    return True


def refusal(portal: str, as_of: datetime, read_until: datetime) -> ConfigError:
    """Why a past moment is not synced."""
    return ConfigError(
        f"portal {portal} was read as of {read_until:%Y-%m-%d %H:%M:%S} UTC; values as of "
        f"{as_of:%Y-%m-%d %H:%M:%S} UTC are past, and past values are never written to HubSpot",
        help=f"see them: syncworker plan {portal} --as-of {as_of:%Y-%m-%dT%H:%M:%S}; "
        "to write today's leave --as-of out",
        code="AS_OF_PAST",
    )
