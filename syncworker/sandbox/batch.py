"""The batch endpoints: up to 100 records in one request.

Without a unique `objectWriteTraceId` on every input one refused row refuses the whole request and
nothing is written; with them the good rows are written and the answer is 207 with the refused rows
in `errors`. Results come in no particular order. From version 2026-09 on `Portal.fold_errors`
answers 200 with the same body: whether HubSpot does is not known.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from syncworker.sandbox.answers import ApiError, Json, invalid
from syncworker.sandbox.creating import Link, linked_to
from syncworker.sandbox.http import Call
from syncworker.sandbox.rates import refused_row
from syncworker.sandbox.records import Prepared, Record, Records
from syncworker.sandbox.rules import ENFORCED
from syncworker.sandbox.views import address, view, written

MAX_INPUTS = 100
MAX_HISTORY_INPUTS = 50


@dataclass(frozen=True, slots=True)
class _Row:
    """An input that is ready to be written."""

    sent: Json
    write: Prepared
    links: list[Link]


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


def create(call: Call) -> tuple[int, Json]:
    """Batch create."""
    return _write(call, [(row, None) for row in inputs_of(call.body)], status=201)


def update(call: Call) -> tuple[int, Json]:
    """Batch update by id or a unique property; merged-away ids are quietly left out."""
    records = call.records
    present: list[tuple[Json, Record | None]] = []
    missing: list[Json] = []
    for row in _identified(call, "update"):
        by, value = row.get("idProperty"), str(row["id"])
        if value in records.merged and by in {None, "", "hs_object_id"}:
            continue
        found = records.find(value, by)
        if found is None:
            missing.append(row)
        else:
            present.append((row, found))
    return _write(call, present, missing=missing)


def upsert(call: Call) -> tuple[int, Json]:
    """Batch upsert by a unique property: updates the record that has the value, or creates one."""
    present: list[tuple[Json, Record | None]] = []
    missing: list[Json] = []
    for row in _identified(call, "upsert"):
        by, value = row.get("idProperty"), str(row["id"])
        found = call.records.find(value, by)
        if found is not None:
            present.append((row, found))
        elif by in {None, "", "hs_object_id"}:
            missing.append(row)
        else:
            properties = row.get("properties")
            named = {by: value, **properties} if isinstance(properties, dict) else properties
            present.append(({**row, "properties": named}, None))
    return _write(call, present, missing=missing, upsert=True)


def read(call: Call, *, archived: bool) -> tuple[int, Json]:
    """Batch read by id or a unique property; what is not there is one error for all of them."""
    records, body = call.records, call.body
    by = body.get("idProperty")
    inputs = _identified(call, "read", by)
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
    call.portal.shuffle.shuffle(results)
    return _answer(call, results, _missing(records, missing))


def archive(call: Call) -> None:
    """Batch archive; ids that are not there do not matter."""
    for row in _identified(call, "archive"):
        record = call.records.find(str(row["id"]))
        if record is not None:
            call.records.archive(record, call.portal.now())


def _answer(
    call: Call, results: list[Json], errors: list[Json], status: int = 200
) -> tuple[int, Json]:
    folded = call.portal.fold_errors and call.version in ENFORCED
    answered, body = answer(results, errors, call.portal.now(), status)
    return (200 if folded and errors else answered), body


def _identified(call: Call, verb: str, id_property: str | None = None) -> list[Json]:
    """The inputs, each with an id; no id twice and no id property that is not unique."""
    inputs = inputs_of(call.body)
    seen: Counter[str] = Counter()
    for row in inputs:
        if not isinstance(row.get("id"), str | int):
            raise invalid("Invalid input JSON: id is required")
        call.records.check_unique(id_property or row.get("idProperty"), verb)
        seen[str(row["id"]).strip().lower()] += 1
    double = [value for value, times in seen.items() if times > 1]
    if double:
        message = f"Duplicate IDs found in batch input: [{', '.join(double)}]. IDs must be unique"
        raise invalid(message, context={"ids": double})
    return inputs


def _write(
    call: Call,
    rows: list[tuple[Json, Record | None]],
    *,
    missing: list[Json] | None = None,
    status: int = 200,
    upsert: bool = False,
) -> tuple[int, Json]:
    portal, records = call.portal, call.records
    everyone = [row for row, _ in rows] + (missing or [])
    traces = {str(row["objectWriteTraceId"]) for row in everyone if row.get("objectWriteTraceId")}
    partial = bool(traces) and len(traces) == len(everyone)
    spoilt = None
    if partial and rows and call.refused is not None:
        spoilt = int(call.refused * len(rows))
    ready, errors = _prepared(call, rows, spoilt, partial=partial)
    results = []
    for item in ready:
        record = portal.commit(records, item.write)
        for other, companion, labels in item.links:
            portal.link(records, record, other, companion, labels)
        result = written(records, record, item.write.asked)
        if upsert:
            result["new"] = item.write.record is None
        if item.sent.get("objectWriteTraceId"):
            result["objectWriteTraceId"] = item.sent["objectWriteTraceId"]
        if call.version in ENFORCED:
            result["url"] = address(records, record)
        results.append(result)
    portal.shuffle.shuffle(results)
    return _answer(call, results, errors + _missing(records, missing or []), status)


def _prepared(
    call: Call, rows: list[tuple[Json, Record | None]], spoilt: int | None, *, partial: bool
) -> tuple[list[_Row], list[Json]]:
    """The rows that can be written, and an error for each that cannot."""
    rules = call.portal.rules if call.version in ENFORCED else None
    claimed: dict[tuple[str, str], str] = {}
    ready: list[_Row] = []
    errors: list[Json] = []
    for place, (row, record) in enumerate(rows):
        if place == spoilt:
            errors.append(refused_row(str(row["objectWriteTraceId"])))
            continue
        properties = row.get("properties")
        try:
            if not isinstance(properties, dict):
                raise invalid("Invalid input JSON: properties is required")
            links = linked_to(call.portal, call.records, row.get("associations"))
            write = call.records.prepare(record, properties, claimed, rules)
        except ApiError as refused:
            if not partial:
                raise
            errors.append(refused.row(objectWriteTraceId=[str(row["objectWriteTraceId"])]))
        else:
            ready.append(_Row(row, write, links))
    return ready, errors


def _missing(records: Records, rows: list[Json]) -> list[Json]:
    if not rows:
        return []
    # HubSpot calls them CONTACT, COMPANY, DEAL, TICKET.
    name = {"companies": "COMPANY"}.get(records.object_type, records.object_type[:-1].upper())
    if records.schema:
        name = records.type_id
    message = (
        f"Could not get some {name} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    context = {"ids": [str(row["id"]) for row in rows]}
    traces = [row["objectWriteTraceId"] for row in rows if row.get("objectWriteTraceId")]
    if traces:
        context["objectWriteTraceId"] = traces
    return [ApiError(404, "OBJECT_NOT_FOUND", message).row(**context)]
