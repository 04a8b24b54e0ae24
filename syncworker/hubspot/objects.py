"""Writing records in batches, so that one bad record never harms its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncworker.errors import RecordRejected
from syncworker.hubspot.outcomes import outcomes, rejected, target
from syncworker.hubspot.paths import BATCH_UPDATE, BATCH_UPSERT
from syncworker.hubspot.problems import NON_UNIQUE_MATCH, Problem
from syncworker.hubspot.transport import Transport
from syncworker.planning.records import Batch, BatchInput, RecordOutcome


def write(transport: Transport, batch: Batch, portal: str) -> tuple[RecordOutcome, ...]:
    """Send a batch and return one outcome per input, in the order of the inputs.

    Every input carries its own trace id: with it HubSpot writes the good records of a batch and
    names the bad ones; without it one bad record would refuse all.

    Args:
        transport: The portal's connection.
        batch: Updates by HubSpot id, or upserts by the match property.
        portal: The portal's name, for the commands in the help.

    Raises:
        PortalError: HubSpot refused or did not answer. Some of the records may have been written;
            sending them again does no harm.
        ValueError: Two inputs have one trace id.
    """
    if len({one.trace_id for one in batch.inputs}) < len(batch.inputs):
        message = "two inputs of a batch have one trace id"
        raise ValueError(message)
    return tuple(_send(transport, batch, batch.inputs, portal))


def _send(
    transport: Transport, batch: Batch, inputs: Sequence[BatchInput], portal: str
) -> list[RecordOutcome]:
    if not inputs:
        return []
    endpoint = BATCH_UPDATE if batch.action == "update" else BATCH_UPSERT
    body = {"inputs": [_input(batch, one) for one in inputs]}
    try:
        answer = transport.send(endpoint, batch.object, body)
    except RecordRejected as error:
        # Refused as a whole in spite of the trace ids (an id that is there twice, for example):
        # halving finds the records to blame in a few requests.
        if len(inputs) > 1 and error.category != NON_UNIQUE_MATCH:
            middle = len(inputs) // 2
            return [
                *_send(transport, batch, inputs[:middle], portal),
                *_send(transport, batch, inputs[middle:], portal),
            ]
        told = Problem(error.category, error.property, error.message)
        return [rejected(one, told, portal) for one in inputs]
    return outcomes(batch, inputs, answer, portal)


def _input(batch: Batch, one: BatchInput) -> dict[str, Any]:
    sent = {
        "id": target(one),
        "properties": dict(one.properties),
        "objectWriteTraceId": one.trace_id,
    }
    return sent if batch.action == "update" else sent | {"idProperty": batch.match_property}
