"""Lifecycle stages move forward only; an earlier one is quietly not taken.

Source: HubSpot staff in the developer forum: the answer is a success and the stage stays. To go
back, clear the property in one request and set the earlier stage in a second one.
"""

from __future__ import annotations

from syncworker.sandbox.values import Property

STAGE = "lifecyclestage"


def later_stage(stage: Property, old: str, new: str) -> bool:
    """Whether a record may move from the old stage to the new one by the API."""
    if not old:
        return True
    order = {o["value"]: o["displayOrder"] for o in stage.definition["options"]}
    return bool(order.get(new, -1) >= order.get(old, -1))


def stage_date(stage: str) -> str:
    """The property that holds when a record reached a stage."""
    return f"hs_lifecyclestage_{stage}_date"
