"""A run is one trace, however many processes work on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from syncworker import traces

BEGUN = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces.start(provider)
    yield exporter
    traces._tracers.clear()


def test_chunks_requests_and_the_run_are_one_trace(spans: InMemorySpanExporter) -> None:
    with traces.chunk("r1", "acme", "push", 7), traces.request("POST", "write") as status:
        status.append(207)
    traces.run("r1", "acme", "sync", "done", BEGUN, BEGUN + timedelta(seconds=5))
    request, chunk, run = spans.get_finished_spans()
    assert len({span.context.trace_id for span in (request, chunk, run)}) == 1
    assert request.parent is not None
    assert request.parent.span_id == chunk.context.span_id
    assert (request.name, request.attributes) == (
        "HubSpot write",
        {
            "http.request.method": "POST",
            "syncworker.request": "write",
            "http.response.status_code": 207,
        },
    )
    assert chunk.attributes is not None
    assert (chunk.name, chunk.attributes["syncworker.chunk"]) == ("push", 7)
    assert (run.name, run.end_time - run.start_time) == ("sync", 5_000_000_000)


def test_two_runs_are_two_traces_and_an_error_is_told(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="broken"), traces.chunk("r1", "acme", "push", 7):
        raise ValueError("broken")
    with traces.chunk("r2", "acme", "push", 8):
        pass
    first, second = spans.get_finished_spans()
    assert first.context.trace_id != second.context.trace_id
    assert (first.status.status_code, second.status.status_code) == (
        StatusCode.ERROR,
        StatusCode.UNSET,
    )


def test_an_error_is_told_masked_and_without_its_trace(spans: InMemorySpanExporter) -> None:
    secret = "token=s3cret-value of ann@acme.example"
    with (
        pytest.raises(ValueError, match="s3cret"),
        traces.chunk("r1", "acme", "push", 7),
        traces.request("POST", "write"),
    ):
        raise ValueError(secret)
    for span in spans.get_finished_spans():
        assert span.status.description == "ValueError: token=*** of a…@acme.example"
        assert span.events == ()


def test_nothing_is_traced_until_it_is_asked_for() -> None:
    with traces.chunk("r1", "acme", "push", 7), traces.request("GET", "read") as status:
        status.append(200)
    traces.run("r1", "acme", "sync", "done", BEGUN, BEGUN)
    assert not traces._tracers
