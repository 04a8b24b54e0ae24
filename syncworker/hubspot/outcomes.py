"""What became of each record of a batch, read from HubSpot's answer.

A 2xx says nothing about single records: errors may come with a 200 or a 207, results come in any
order, and a record merged into another one is missing without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from syncworker.hubspot.problems import VANISHED, Problem, context, entries, problem, text
from syncworker.planning.records import Batch, BatchInput, RecordOutcome

_VANISHED = Problem(VANISHED, "", "HubSpot reported success but left this record out")


def outcomes(
    batch: Batch, inputs: Sequence[BatchInput], answer: Mapping[str, Any], portal: str
) -> list[RecordOutcome]:
    """One outcome per input, in the order of the inputs.

    A record is sent where HubSpot returned it and named no error for it; anything else is a
    rejection.

    Args:
        batch: What was sent, for its action and match property.
        inputs: The records of it that this request had.
        answer: HubSpot's answer.
        portal: The portal's name, for the commands in the help.
    """
    problems: dict[str, Problem] = {}
    unnamed: list[Problem] = []
    for error in entries(answer, "errors"):
        told = problem(error)
        traces = context(error, "objectWriteTraceId") or _traces(inputs, context(error, "ids"))
        problems |= dict.fromkeys(traces, told)
        unnamed += [] if traces else [told]
    results = {
        trace: result
        for result in entries(answer, "results")
        for trace in _result_traces(batch, inputs, result)
    }
    outcome = []
    for one in inputs:
        result = results.get(one.trace_id)
        if one.trace_id in problems:
            outcome.append(rejected(one, problems[one.trace_id], portal))
        elif result is not None:
            outcome.append(_sent(one, result))
        else:
            outcome.append(rejected(one, next(iter(unnamed), _VANISHED), portal))
    return outcome


def rejected(one: BatchInput, told: Problem, portal: str) -> RecordOutcome:
    """The outcome of a record that HubSpot refused."""
    return RecordOutcome(
        key=one.key,
        status="rejected",
        cause=told.code,
        property=told.property,
        message=told.message,
        help=told.help(one.properties, portal),
    )


def target(one: BatchInput) -> str:
    """What the request names the record by: HubSpot's id, or the match value in lower case."""
    return one.hubspot_id or one.match.strip().lower()


def _sent(one: BatchInput, result: Mapping[str, Any]) -> RecordOutcome:
    returned = values(result)
    return RecordOutcome(
        key=one.key,
        status="sent",
        hubspot_id=text(result.get("id")),
        values={name: returned[name] for name in one.properties if name in returned},
    )


def values(result: Mapping[str, Any]) -> dict[str, str]:
    """A record's property values as strings; HubSpot writes an empty one as null."""
    properties = result.get("properties")
    found = properties if isinstance(properties, dict) else {}
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _result_traces(
    batch: Batch, inputs: Sequence[BatchInput], result: Mapping[str, Any]
) -> list[str]:
    if not text(result.get("id")):
        return []
    trace = text(result.get("objectWriteTraceId"))
    if trace:
        return [trace]
    if batch.action == "update":
        return _traces(inputs, [result["id"]])
    return _traces(inputs, [values(result).get(batch.match_property, "")])


def _traces(inputs: Sequence[BatchInput], targets: Iterable[str]) -> list[str]:
    wanted = {one.strip().lower() for one in targets}
    return [one.trace_id for one in inputs if target(one) in wanted]
