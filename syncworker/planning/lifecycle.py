"""Lifecycle stages move forward, in the order the portal itself gives them.

HubSpot silently ignores a step back, and a person who set a later stage knows more than a rule. A
rule may state a reason to go back; the stage is then emptied in one request and set in another.
"""

from __future__ import annotations

from syncworker.mapping.desired import DesiredRecord
from syncworker.planning.records import Change, Held

STAGE_PROPERTY = "lifecyclestage"
PEOPLE = frozenset(
    {
        "CONTACTS_WEB",
        "CRM_UI",
        "CRM_UI_BULK_ACTION",
        "IMPORT",
        "MOBILE_ANDROID",
        "MOBILE_IOS",
    }
)
"""HubSpot's source types of a change that a person made."""


def move(
    desired: DesiredRecord, current: str, stages: tuple[str, ...], *, peoples: bool = False
) -> Change | Held | None:
    """What to do about a record's stage.

    Args:
        desired: The record; its `stage` is what the mapping's rules ask for, `stage_back` why it
            may go back.
        current: Its stage in HubSpot, "" for none.
        stages: Internal names of the portal's stages of this object, first to last.
        peoples: Whether a person set the current stage and the mapping leaves it to people.

    Returns:
        A change forward, back where the rule allows it, or to the first stage of a record without
        one; a held line where the stage stays although a rule asks for another; nothing where no
        stage is asked for or the record is there already.
    """
    wanted = desired.stage
    if wanted is None or wanted == current:
        return None
    reason = _reason_to_stay(desired, wanted, current, stages, peoples=peoples)
    if reason:
        return Held(STAGE_PROPERTY, current, wanted, reason)
    if current and _is_back(wanted, current, stages):
        because = f"{desired.stage_because}; back because {desired.stage_back}"
        return Change(STAGE_PROPERTY, current, wanted, because, clear_first=True)
    return Change(STAGE_PROPERTY, current, wanted, desired.stage_because)


def _reason_to_stay(
    desired: DesiredRecord, wanted: str, current: str, stages: tuple[str, ...], *, peoples: bool
) -> str:
    if wanted not in stages:
        return f"the portal has no stage {wanted}"
    if not current:
        return ""
    if current not in stages:
        return f"kept: rule says {wanted}, {current} is not among the portal's stages"
    if peoples:
        return f"kept: rule says {wanted}, a person set {current}"
    if _is_back(wanted, current, stages) and not desired.stage_back:
        return f"kept: rule says {wanted}, stages only move forward"
    return ""


def _is_back(wanted: str, current: str, stages: tuple[str, ...]) -> bool:
    return stages.index(wanted) < stages.index(current)
