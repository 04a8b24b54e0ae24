"""Lifecycle stages move forward only, in the order the portal itself gives them.

HubSpot silently ignores a step back, and a person who set a later stage knows more than a rule.
"""

from __future__ import annotations

from syncworker.mapping.desired import DesiredRecord
from syncworker.planning.records import Change, Held

STAGE_PROPERTY = "lifecyclestage"


def move(desired: DesiredRecord, current: str, stages: tuple[str, ...]) -> Change | Held | None:
    """What to do about a record's stage.

    Args:
        desired: The record; its `stage` is what the mapping's rules ask for.
        current: Its stage in HubSpot, "" for none.
        stages: Internal names of the portal's stages of this object, first to last.

    Returns:
        A change forward, or to the first stage of a record without one; a held line where the
        stage is earlier than the current one or where its place in the order is not known;
        nothing where no stage is asked for or the record is there already.
    """
    wanted = desired.stage
    if wanted is None or wanted == current:
        return None
    if wanted not in stages:
        return _held(current, wanted, f"the portal has no stage {wanted}")
    if current and current not in stages:
        reason = f"kept: rule says {wanted}, {current} is not among the portal's stages"
        return _held(current, wanted, reason)
    if current and stages.index(wanted) < stages.index(current):
        reason = f"kept: rule says {wanted}, stages only move forward"
        return _held(current, wanted, reason)
    return Change(STAGE_PROPERTY, current, wanted, desired.stage_because)


def _held(current: str, wanted: str, reason: str) -> Held:
    return Held(STAGE_PROPERTY, current, wanted, reason)
