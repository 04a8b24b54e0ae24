"""What a portal says of itself: its limits and its pipelines."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted_hubspot import Answer, Script

from syncworker.engine.ports import Pipeline, PropertyLimit
from syncworker.errors import Unauthorized
from syncworker.hubspot import limits, pipelines
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.transport import Transport


@pytest.fixture
def transport(portal: HubSpotPortal) -> Transport:
    return portal._transport


@pytest.mark.parametrize(
    ("object_name", "type_id"),
    [
        ("contacts", "0-1"),
        ("companies", "0-2"),
        ("deals", "0-3"),
        ("tickets", "0-5"),
        ("2-123", "2-123"),
    ],
)
def test_the_limit_is_the_objects_own(
    transport: Transport, script: Script, object_name: str, type_id: str
) -> None:
    other = {"objectTypeId": "0-99", "limit": 1, "usage": 1}
    own = {"objectTypeId": type_id, "limit": 1000, "usage": 990, "percentage": 99.0}
    script.add(Answer(200, {"byObjectType": [other, own], "overallLimit": 5}))
    assert limits.custom_properties(transport, object_name) == PropertyLimit(1000, 990)
    assert script.asked == ["GET /crm/limits/2026-09/custom-properties"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(403, {"category": "MISSING_SCOPES"}),
        Answer(404, b"<html>"),
        Answer(404, {"category": "OBJECT_NOT_FOUND"}),
        Answer(200, {}),
        Answer(200, {"byObjectType": [{"objectTypeId": "0-1", "limit": 7, "usage": 7}]}),
        Answer(200, {"byObjectType": [{"objectTypeId": "0-2", "limit": None, "usage": 1}]}),
    ],
)
def test_where_the_portal_does_not_tell_there_is_no_limit_to_show(
    transport: Transport, script: Script, answer: Answer
) -> None:
    script.add(answer)
    assert limits.custom_properties(transport, "companies") is None


def test_a_wrong_token_is_not_taken_for_a_portal_that_does_not_tell(
    transport: Transport, script: Script
) -> None:
    script.add(Answer(401))
    with pytest.raises(Unauthorized):
        limits.custom_properties(transport, "companies")


def item(name: str, order: int | None = None, **more: Any) -> dict[str, Any]:
    return {"id": name, "label": name.upper(), "displayOrder": order, **more}


def test_pipelines_and_stages_come_in_the_order_people_see_without_archived_ones(
    transport: Transport, script: Script
) -> None:
    stages = [
        item("won", 2),
        item("new", 0),
        item("old", 1, archived=True),
        item("last", -1),
        item("nowhere"),
    ]
    script.add(
        Answer(
            200,
            {
                "results": [
                    item("b", 1, stages=stages),
                    item("gone", 0, archived=True, stages=stages),
                    item("a", 0, archived=False),
                ]
            },
        )
    )
    assert pipelines.listed(transport, "deals") == (
        Pipeline("a", "A", ()),
        Pipeline(
            "b",
            "B",
            (("new", "NEW"), ("won", "WON"), ("last", "LAST"), ("nowhere", "NOWHERE")),
        ),
    )
    assert script.asked == ["GET /crm/pipelines/2026-09/deals"]


def test_an_object_without_pipelines_has_none(transport: Transport) -> None:
    assert pipelines.listed(transport, "companies") == ()
