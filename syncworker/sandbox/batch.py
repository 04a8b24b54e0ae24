"""The batch endpoints: up to 100 records in one request.

Without a unique `objectWriteTraceId` on every input one refused row refuses the whole request and
nothing is written; with them the good rows are written and the answer is 207 with the refused rows
in `errors`. Results come in no particular order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from syncworker.sandbox.answers import ApiError, Json, invalid
from syncworker.sandbox.associations import link_new
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.records import Prepared, Record, Records
from syncworker.sandbox.views import view, written

MAX_INPUTS = 100
MAX_HISTORY_INPUTS = 50


@dataclass(frozen=True, slots=True)
class _Row:
    """An input that is ready to be written."""

    sent: Json
    write: Prepared


def inputs_of(body: Json) -> list[Json]:
    """The inputs of a batch request: 1 to 100 objects."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(row, dict) for row in inputs):
        raise invalid("Invalid input JSON: inputs must be an array of objects")
    if not inputs:
        raise invalid("Invalid input JSON: inputs may not be empty")
    if len(inputs) > MAX_INPUTS:
        raise invalid(f"The maximum number of inputs in a batch request is {MAX_INPUTS}")
    return inputs


def answer(
    results: list[Json], errors: list[Json], now: str, status: int = 200
) -> tuple[int, Json]:
    """Status and body of a batch answer."""
    body: Json = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if not errors:
        return status, body
    return 207, {**body, "numErrors": len(errors), "errors": errors}


def create(portal: Portal, records: Records, body: Json) -> tuple[int, Json]:
    """Batch create."""
    inputs = inputs_of(body)
    return _write(portal, records, [(row, None) for row in inputs], status=201)


def update(portal: Portal, records: Records, body: Json) -> tuple[int, Json]:
    """Batch update by id or a unique property; merged-away ids are quietly left out."""
    inputs = _identified(records, body, "update")
    present: list[tuple[Json, Record | None]] = []
    missing: list[Json] = []
    for row in inputs:
        by, value = row.get("idProperty"), str(row["id"])
        if value in records.merged and by in {None, "", "hs_object_id"}:
            continue
        found = records.find(value, by)
        if found is None:
            missing.append(row)
        else:
            present.append((row, found))
    return _write(portal, records, present, missing=missing)


def upsert(portal: Portal, records: Records, body: Json) -> tuple[int, Json]:
    """Batch upsert by a unique property: updates the record that has the value, or creates one."""
    inputs = _identified(records, body, "upsert")
    present: list[tuple[Json, Record | None]] = []
    missing: list[Json] = []
    for row in inputs:
        by, value = row.get("idProperty"), str(row["id"])
        found = records.find(value, by)
        if found is not None:
            present.append((row, found))
        elif by in {None, "", "hs_object_id"}:
            missing.append(row)
        else:
            properties = {by: value, **row.get("properties", {})}
            present.append(({**row, "properties": properties}, None))
    return _write(portal, records, present, missing=missing, upsert=True)


def read(portal: Portal, records: Records, body: Json, *, archived: bool) -> tuple[int, Json]:
    """Batch read by id or a unique property; what is not there is one error for all of them."""
    by = body.get("idProperty")
    inputs = _identified(records, {**body, "inputs": inputs_of(body)}, "read", by)
    asked, history = body.get("properties") or [], body.get("propertiesWithHistory") or []
    if history and len(inputs) > MAX_HISTORY_INPUTS:
        raise invalid(f"With propertiesWithHistory at most {MAX_HISTORY_INPUTS} inputs are allowed")
    found: dict[str, Record] = {}
    missing: list[Json] = []
    for row in inputs:
        value = str(row["id"])
        record = records.archived.get(value) if archived else records.find(value, by)
        if record is None:
            missing.append(row)
        else:
            found[record.id] = record
    results = [view(records, record, asked, history) for record in found.values()]
    portal.shuffle.shuffle(results)
    return answer(results, _missing(records, missing), portal.now())


def archive(portal: Portal, records: Records, body: Json) -> None:
    """Batch archive; ids that are not there do not matter."""
    for row in _identified(records, body, "archive"):
        record = records.find(str(row["id"]))
        if record is not None:
            records.archive(record, portal.now())


def _identified(
    records: Records, body: Json, verb: str, id_property: str | None = None
) -> list[Json]:
    """The inputs, each with an id; no id twice and no id property that is not unique."""
    inputs = inputs_of(body)
    seen: Counter[str] = Counter()
    for row in inputs:
        if "id" not in row:
            raise invalid("Invalid input JSON: id is required")
        by = id_property or row.get("idProperty")
        records.check_unique(by, verb)
        seen[str(row["id"]).strip().lower()] += 1
    double = [value for value, times in seen.items() if times > 1]
    if double:
        message = f"Duplicate IDs found in batch input: [{', '.join(double)}]. IDs must be unique"
        raise invalid(message, context={"ids": double})
    return inputs


def _write(
    portal: Portal,
    records: Records,
    rows: list[tuple[Json, Record | None]],
    *,
    missing: list[Json] | None = None,
    status: int = 200,
    upsert: bool = False,
) -> tuple[int, Json]:
    everyone = [row for row, _ in rows] + (missing or [])
    traces = {row["objectWriteTraceId"] for row in everyone if row.get("objectWriteTraceId")}
    partial = len(traces) == len(everyone)
    claimed: dict[tuple[str, str], str] = {}
    ready: list[_Row] = []
    errors: list[Json] = []
    for row, record in rows:
        properties = row.get("properties")
        try:
            if not isinstance(properties, dict):
                raise invalid("Invalid input JSON: properties is required")
            write = records.prepare(record, properties, claimed)
        except ApiError as refused:
            if not partial:
                raise
            errors.append(refused.row(objectWriteTraceId=[row["objectWriteTraceId"]]))
        else:
            ready.append(_Row(row, write))
    now = portal.now()
    results = []
    for item in ready:
        record = records.commit(item.write, now)
        result = written(records, record, item.write.asked)
        if upsert:
            result["new"] = item.write.record is None
        if item.sent.get("objectWriteTraceId"):
            result["objectWriteTraceId"] = item.sent["objectWriteTraceId"]
        link_new(portal, records, record, item.sent.get("associations") or [])
        results.append(result)
    portal.shuffle.shuffle(results)
    return answer(results, errors + _missing(records, missing or []), now, status)


def _missing(records: Records, rows: list[Json]) -> list[Json]:
    if not rows:
        return []
    # HubSpot calls them CONTACT, COMPANY, DEAL, TICKET.
    name = {"companies": "COMPANY"}.get(records.object_type, records.object_type[:-1].upper())
    message = (
        f"Could not get some {name} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    context = {"ids": [str(row["id"]) for row in rows]}
    traces = [row["objectWriteTraceId"] for row in rows if row.get("objectWriteTraceId")]
    if traces:
        context["objectWriteTraceId"] = traces
    return [ApiError(404, "OBJECT_NOT_FOUND", message).row(**context)]
