"""Serves Prometheus metrics: what the worker's processes counted, and how things stand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncworker.errors import SettingsError, StoreError
from syncworker.settings import Settings

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


@contextmanager
def serving(settings: Settings) -> Iterator[int | None]:
    """Serve metrics within the block, where a port is set; yields the port.

    Raises:
        SettingsError: The extra `metrics` is not installed, or the port cannot be had.
    """
    if settings.metrics_port is None:
        yield None
        return
    try:
        from prometheus_client import CollectorRegistry, start_http_server
        from prometheus_client.multiprocess import MultiProcessCollector
    except ModuleNotFoundError:
        raise SettingsError(
            "SYNCWORKER_METRICS_PORT needs a package that is not installed",
            help="pip install 'syncworker[metrics]'",
        ) from None
    shutil.rmtree(settings.metrics, ignore_errors=True)
    settings.metrics.mkdir(parents=True)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.metrics))  # type: ignore[no-untyped-call]  # untyped there
    registry.register(_Gauges(settings))
    try:
        server, thread = start_http_server(
            settings.metrics_port, settings.metrics_host, registry=registry
        )
    except OSError as error:
        raise SettingsError(
            f"metrics cannot be served on {settings.metrics_host}:{settings.metrics_port}: "
            f"{error.strerror}",
            help="set SYNCWORKER_METRICS_PORT to a free port",
        ) from None
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
