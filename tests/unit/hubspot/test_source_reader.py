"""What a source is told where HubSpot answers halfway, or in a shape nobody expects."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.scripted_hubspot import Answer, Script

from syncworker.errors import PortalError
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.source_reader import SourceReader

AT = datetime(2026, 11, 21, 12, 0, 0, 123_000, tzinfo=UTC)


@pytest.fixture
def reader(portal: HubSpotPortal) -> SourceReader:
    return portal.reader()


def _error(category: str, **context: list[str]) -> dict[str, object]:
    return {"category": category, "message": "No luck for a@b.example", "context": context}


def test_a_search_that_does_not_move_on_ends_instead_of_turning_in_circles(
    reader: SourceReader, script: Script
) -> None:
    page = {"results": [{"id": "7"}], "paging": {"next": {"after": "1"}}}
    script.add(Answer(body=page), Answer(body=page))
    first = reader.changed("tickets", (), "hs_lastmodifieddate", since=AT, until=AT, most=1)
    assert first.after == "7"
    with pytest.raises(PortalError, match="does not move on"):
        reader.changed("tickets", (), "hs_lastmodifieddate", since=AT, until=AT, after="7", most=1)


def test_times_are_asked_for_to_the_millisecond(reader: SourceReader, script: Script) -> None:
    reader.changed("tickets", (), "hs_lastmodifieddate", since=AT, until=AT)
    (group,) = script.received[0].body["filterGroups"]
    assert [one["value"] for one in group["filters"]] == ["1795262400123", "1795262400123", "0"]


def test_what_could_not_be_read_is_not_taken_for_gone(reader: SourceReader, script: Script) -> None:
    gone = _error("OBJECT_NOT_FOUND", ids=["2"])
    script.add(Answer(status=207, body={"results": [{"id": "1"}], "errors": [gone]}))
    assert set(reader.read("contacts", ["1", "2"], ("email",))) == {"1"}

    script.add(Answer(status=207, body={"results": [], "errors": [_error("INTERNAL_ERROR")]}))
    with pytest.raises(PortalError, match="could not read some contacts") as told:
        reader.read("contacts", ["1"], ("email",))
    assert "a@b.example" not in told.value.message


def test_a_record_without_associations_is_one_but_an_error_is_told(
    reader: SourceReader, script: Script
) -> None:
    none = _error("OBJECT_NOT_FOUND", fromObjectId=["2"])
    to = [
        {"toObjectId": 300, "associationTypes": [{"label": None}]},
        {"toObjectId": 40, "associationTypes": [{"label": None}]},
        {"toObjectId": 500, "associationTypes": [{"label": None}, {"label": "Primary"}]},
    ]
    results = [{"from": {"id": "1"}, "to": to}, {"from": {"id": "9"}, "to": to}, {"from": None}]
    script.add(Answer(status=207, body={"results": results, "errors": [none]}))
    found = reader.associated("deals", "companies", ["1", "2"])
    assert found == {"1": ("500", "40", "300"), "2": ()}

    script.add(Answer(status=207, body={"results": [], "errors": [_error("INTERNAL_ERROR")]}))
    with pytest.raises(PortalError, match="which companies some deals belong to"):
        reader.associated("deals", "companies", ["1"])


def test_answers_in_another_shape_are_read_as_far_as_they_go(
    reader: SourceReader, script: Script
) -> None:
    odd = {
        "id": "1",
        "createdAt": 5,
        "properties": None,
        "propertiesWithHistory": {"a": [{"value": "x", "timestamp": "soon"}, "y"]},
    }
    script.add(Answer(body={"results": [odd, {"id": 7}, "z"], "paging": {"next": None}}))
    listed = reader.listed("tickets", ("subject",), ("a",))
    (record,) = listed.records
    assert (listed.after, dict(record.values)) == ("", {})
    assert record.created == datetime(1970, 1, 1, 0, 0, 0, 5_000, tzinfo=UTC)
    assert [(one.value, one.at) for one in record.history["a"]] == [("x", None)]
    assert script.asked == [
        "GET /crm/objects/2026-09/tickets?limit=50&properties=subject&propertiesWithHistory=a"
    ]
    script.add(Answer(body={"total": None}), Answer(body={"companyCurrency": None}))
    assert reader.number("tickets") == 0
    assert reader.currency() == ""


def test_a_form_is_asked_for_by_its_own_path_in_every_version(
    reader: SourceReader, script: Script
) -> None:
    odd = {"conversionId": "c", "submittedAt": "2026-11-21T12:00:00.123", "values": [{}]}
    script.add(Answer(body={"results": [odd]}))
    (one,) = reader.submissions("a/b", after="x y").found
    assert (one.id, one.at, one.page, one.fields) == ("c", AT, None, (("", ""),))
    path = "/form-integrations/v1/submissions/forms/a/b"
    assert script.asked == [f"GET {path}?limit=50&after=x+y"]
