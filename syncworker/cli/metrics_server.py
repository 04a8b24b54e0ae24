"""Serves Prometheus metrics: how things stand and, of a worker, what its processes counted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncworker.errors import SettingsError, StoreError
from syncworker.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric


@contextmanager
def serving(settings: Settings, port: int | None, *, counted: bool = False) -> Iterator[int | None]:
    """Serve metrics within the block, where a port is set; yields the port.

    Args:
        settings: Where the tables are, and the address to serve on.
        port: The port; 0 takes a free one.
        counted: Whether to serve what processes count from now on, too.

    Raises:
        SettingsError: The extra `metrics` is not installed, or the port cannot be had.
    """
    if port is None:
        yield None
        return
    try:
        from prometheus_client import CollectorRegistry, start_http_server
    except ModuleNotFoundError:
        raise SettingsError(
            "serving metrics needs a package that is not installed",
            help="pip install 'syncworker[metrics]'",
        ) from None
    registry = CollectorRegistry()
    try:
        server, thread = start_http_server(port, settings.metrics_host, registry=registry)
    except OSError as error:
        raise SettingsError(
            f"metrics cannot be served on {settings.metrics_host}:{port}: {error.strerror}",
            help="take a free port: SYNCWORKER_METRICS_PORT for a worker, "
            "SYNCWORKER_BEAT_METRICS_PORT for a beat",
        ) from None
    try:
        if counted:
            _count(settings.metrics, registry)
        registry.register(_Gauges(settings))
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _count(folder: Path, registry: CollectorRegistry) -> None:
    """Begin at 0. Only once the port is ours: else the folder is another worker's."""
    from prometheus_client.multiprocess import MultiProcessCollector

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]  # untyped there


class _Gauges:
    """`prometheus_client`'s collector over the tables, read anew at each scrape."""

    def __init__(self, settings: Settings) -> None:
        from syncworker import bootstrap

        self._read = bootstrap.gauges(settings)

    def collect(self) -> Iterator[Metric]:
        """The gauges; a database that does not answer leaves them out, and `up` says so."""
        from prometheus_client.core import GaugeMetricFamily

        up = GaugeMetricFamily("syncworker_database_up", "1 where the state database answers")
        try:
            found = list(self._read())
        except StoreError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        for gauge in found:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for labels, value in gauge.values.items():
                family.add_metric(labels, value)
            yield family
