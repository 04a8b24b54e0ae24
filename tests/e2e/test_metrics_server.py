"""Prometheus reads from a worker what its processes counted and how things stand."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.workspace import PORTAL, Workspace, wait_until

from syncworker import bootstrap, probe
from syncworker.cli import beat, broker, metrics_server, worker
from syncworker.cli.main import run
from syncworker.errors import SettingsError
from syncworker.settings import Settings

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(url: str) -> Samples:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        text = answer.read().decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.long
def test_a_worker_serves_what_it_did_and_how_things_stand(workspace: Workspace) -> None:
    more = {"SYNCWORKER_METRICS_PORT": "0", "SYNCWORKER_LOG_FORMAT": "json"}
    with workspace.worker(**more):
        wait_until(lambda: "metrics: http" in workspace.log(), what="the metrics' address")
        found = re.search(r"metrics: (http\S+)", workspace.log())
        assert found is not None
        assert workspace.sync_now("--enqueue", "--wait")["status"] == "done"
        wait_until(
            lambda: (
                (
                    "syncworker_runs_total",
                    (("kind", "sync"), ("portal", PORTAL), ("status", "done")),
                )
                in scraped(found[1])
            ),
            what="the run's count",
        )
        samples = scraped(found[1])
    records = {labels: n for (name, labels), n in samples.items() if name.endswith("records_total")}
    assert records[("object", "companies"), ("outcome", "sent"), ("portal", PORTAL)] == 12
    requests = {
        labels: n for (name, labels), n in samples.items() if name.endswith("requests_total")
    }
    assert requests[("kind", "write"), ("status", "200")] >= 1
    assert samples["syncworker_database_up", ()] == 1
    assert samples["syncworker_last_success_timestamp_seconds", (("portal", PORTAL),)] > 1.7e9
    done = {labels for (name, labels) in samples if name == "syncworker_chunk_seconds_count"}
    assert (("outcome", "done"), ("step", "push")) in done
    lines = [json.loads(line) for line in workspace.log().splitlines() if line.startswith("{")]
    pushed = [line for line in lines if line.get("kind") == "push"]
    assert pushed
    assert all(line["portal"] == PORTAL and line["run"] and line["chunk"] for line in pushed)


def test_the_gauges_are_served_and_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with metrics_server.serving(settings, 0, counted=True) as port:
        # A database without tables does not answer either.
        assert scraped(f"http://127.0.0.1:{port}/metrics")["syncworker_database_up", ()] == 0
        (settings.metrics / "counter_1.db").touch()
        with (
            pytest.raises(SettingsError, match=f"cannot be served on 127.0.0.1:{port}"),
            metrics_server.serving(settings, port, counted=True),
        ):
            pass
        assert (settings.metrics / "counter_1.db").exists(), "the first worker's numbers stay"
    with metrics_server.serving(settings, None) as none:
        assert none is None


def test_a_beat_serves_how_things_stand_and_leaves_the_workers_counts_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path))
    monkeypatch.setenv("SYNCWORKER_METRICS_PORT", "1")  # the worker's, on the same machine
    settings = Settings(home=tmp_path)
    made = bootstrap.engine(settings)
    now = made.clock()
    made.schedules.plan("acme", "sync", "every 6h", now)
    probe.heart(settings, "beat", "beat@here").beat()
    settings.metrics.mkdir()
    (settings.metrics / "counter_1.db").touch()
    served: list[Samples] = []

    def attend(*_: object) -> int:
        found = re.search(r"metrics: (http\S+)", capsys.readouterr().err)
        assert found is not None
        served.append(scraped(found[1]))
        return 0

    monkeypatch.setattr(beat, "subprocess", SimpleNamespace(Popen=lambda *_, **__: None))
    monkeypatch.setattr(worker, "attend", attend)
    monkeypatch.setattr(broker, "require", lambda _: None)
    assert run(["beat", "--metrics-port", "0"]) == 0
    (samples,) = served
    sign = ("kind", "beat"), ("name", "beat@here")
    assert samples["syncworker_heartbeat_timestamp_seconds", sign] >= now.timestamp()
    due = ("job", "sync"), ("portal", "acme")
    assert samples["syncworker_schedule_next_timestamp_seconds", due] == now.timestamp()
    assert samples["syncworker_database_up", ()] == 1
    assert (settings.metrics / "counter_1.db").exists()
