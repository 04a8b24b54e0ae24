"""What became of each record of a batch, read from HubSpot's answer.

A 2xx says nothing about single records: errors may come with a 200 or a 207, results come in any
order, and a record merged into another one is missing without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from syncworker.hubspot.problems import Problem, context, entries, problem, text
from syncworker.planning.records import Batch, BatchInput, RecordOutcome


@dataclass(frozen=True, slots=True)
class Read:
    """An answer, input by input: each is in exactly one of the first three.

    Attributes:
        sent: The outcomes of those HubSpot returned and named no error for.
        refused: Those it named an error for, with the problem.
        left: Those it said nothing about.
        unnamed: Problems of records it did not name.
    """

    sent: tuple[tuple[BatchInput, RecordOutcome], ...]
    refused: tuple[tuple[BatchInput, Problem], ...]
    left: tuple[BatchInput, ...]
    unnamed: tuple[Problem, ...]


def outcomes(batch: Batch, inputs: Sequence[BatchInput], answer: Mapping[str, Any]) -> Read:
    """Read a success, by trace id, else by what the request named the records by; never by order.

    Args:
        batch: What was sent, for its action and match property.
        inputs: The records of it that this request had.
        answer: HubSpot's answer.
    """
    problems, unnamed = blamed(inputs, entries(answer, "errors"))
    results = {
        trace: result
        for result in entries(answer, "results")
        for trace in _traces_of(batch, inputs, result)
    }
    sent, refused, left = [], [], []
    for one in inputs:
        result = results.get(one.trace_id)
        if one.trace_id in problems:
            refused.append((one, problems[one.trace_id]))
        elif result is not None:
            sent.append((one, settled(one, "sent", text(result["id"]), values(result))))
        else:
            left.append(one)
    return Read(tuple(sent), tuple(refused), tuple(left), tuple(unnamed))


def blamed(
    inputs: Sequence[BatchInput], errors: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Problem], list[Problem]]:
    """The problems of the inputs that errors name, by trace id; and those that name nobody."""
    problems: dict[str, Problem] = {}
    unnamed: list[Problem] = []
    known = {one.trace_id for one in inputs}
    for error in errors:
        told = problem(error)
        named = [trace for trace in context(error, "objectWriteTraceId") if trace in known]
        named = named or _traces(inputs, context(error, "ids"))
        problems |= dict.fromkeys(named, told)
        unnamed += [] if named else [told]
    return problems, unnamed


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


def settled(
    one: BatchInput, status: Literal["sent", "existing"], id_: str, held: Mapping[str, str]
) -> RecordOutcome:
    """The outcome of a record that HubSpot has, with what it holds of what was sent."""
    kept = {name: held[name] for name in one.properties if name in held}
    return RecordOutcome(key=one.key, status=status, hubspot_id=id_, values=kept)


def target(one: BatchInput) -> str:
    """What the record is known by: HubSpot's id, or the match value in lower case."""
    return one.hubspot_id or one.match.strip().lower()


def values(result: Mapping[str, Any]) -> dict[str, str]:
    """A record's property values as strings; HubSpot writes an empty one as null."""
    properties = result.get("properties")
    found = properties if isinstance(properties, dict) else {}
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _traces_of(batch: Batch, inputs: Sequence[BatchInput], result: Mapping[str, Any]) -> list[str]:
    if not text(result.get("id")):
        return []
    trace = text(result.get("objectWriteTraceId"))
    if trace:
        return [trace]
    if batch.action == "update":
        return _traces(inputs, [result["id"]])
    return _traces(inputs, [values(result).get(batch.match_property, "")])


def _traces(inputs: Sequence[BatchInput], targets: Iterable[str]) -> list[str]:
    wanted = {one.strip().lower() for one in targets} - {""}
    return [one.trace_id for one in inputs if target(one) in wanted] if wanted else []
