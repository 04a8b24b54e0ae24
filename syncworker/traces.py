"""Traces of runs for OpenTelemetry: run > chunk > HubSpot request; off until it is asked for.

A run is worked on by many processes. Its trace id is made from the run's id, so that all its
chunks are one trace without anything being passed on in messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from syncworker.masking import mask

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

_tracers: list[Tracer] = []


def start(provider: TracerProvider) -> None:
    """Trace from now on in this process; needs the extra `otel`."""
    _tracers[:] = [provider.get_tracer("syncworker")]


def start_sending(endpoint: str) -> None:
    """Trace, and send the traces to an OTLP collector by HTTP.

    Args:
        endpoint: Its address, without `/v1/traces`.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "syncworker"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    start(provider)


@contextmanager
def chunk(run_id: str, portal: str, step: str, chunk_id: int) -> Iterator[None]:
    """A chunk of a run; an error that leaves the block is its status, masked."""
    if not _tracers:
        yield
        return
    names: dict[str, str | int] = {
        "syncworker.run": run_id,
        "syncworker.portal": portal,
        "syncworker.chunk": chunk_id,
    }
    with _span(step, names, _of_run(run_id)):
        yield


@contextmanager
def request(method: str, kind: str) -> Iterator[list[int]]:
    """A HubSpot request; what the block appends to the list is told as the answer's status."""
    status: list[int] = []
    if not _tracers:
        yield status
        return
    names = {"http.request.method": method, "syncworker.request": kind}
    with _span(f"HubSpot {kind}", names) as span:
        yield status
        if status:
            span.set_attribute("http.response.status_code", status[-1])


def run(run_id: str, portal: str, kind: str, status: str, begun: datetime, ended: datetime) -> None:
    """A run ended: its span lies over those of its chunks."""
    if not _tracers:
        return
    names = {"syncworker.run": run_id, "syncworker.portal": portal, "syncworker.status": status}
    span = _tracers[0].start_span(
        kind, context=_of_run(run_id), attributes=names, start_time=_nanoseconds(begun)
    )
    span.end(_nanoseconds(ended))


@contextmanager
def _span(
    name: str, attributes: Mapping[str, str | int], context: Context | None = None
) -> Iterator[Span]:
    """A span about the block. By itself it would keep an error's words and trace as they are."""
    from opentelemetry.trace import Status, StatusCode

    with _tracers[0].start_as_current_span(
        name,
        context=context,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except Exception as error:
            told = mask(f"{type(error).__name__}: {error}")
            span.set_status(Status(StatusCode.ERROR, told))
            raise


def _of_run(run_id: str) -> Context:
    from opentelemetry import trace

    digest = hashlib.sha256(run_id.encode()).digest()
    parent = trace.SpanContext(
        trace_id=int.from_bytes(digest[:16], "big"),
        span_id=int.from_bytes(digest[16:24], "big"),
        is_remote=True,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(parent))


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1_000
