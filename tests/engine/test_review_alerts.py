"""Alerts in nobody's way: what a review of broken mappings, files and mail servers found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.alerts_world import World, with_rules
from support.fake_engine import no_metrics

from syncworker.engine import alert_health, alert_sending, compute, finish, inline, sync
from syncworker.engine.alert_stores import PartlyTaken
from syncworker.errors import StoreError, Unauthorized

FAILED = "when: run_failed, to: [team]"
RED = "when: health_red, to: [team]"


@pytest.fixture(autouse=True)
def _no_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "compute_metrics", no_metrics)


def test_a_portal_whose_mapping_is_broken_keeps_its_messages_and_those_of_others_go_out(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, with_rules(FAILED))
    for portal in ("broken", "acme"):
        run = sync.start(world.engine, portal)
        finish.fail(world.engine, run, Unauthorized("wrong"))

    def text(portal: str) -> str:
        if portal == "broken":
            raise StoreError("its file cannot be read")
        return world.mapping

    alert_sending.deliver(replace(world.engine, mapping_text=text))
    assert world.titles() == ["acme: sync failed"]
    (kept,) = world.engine.alerts.pending("broken")
    assert kept.next_at == world.clock.now + alert_sending.WAITS[0]
    assert kept.error == "its file cannot be read"


def test_a_message_that_some_do_not_get_is_delivered_and_its_lack_recorded_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(tmp_path, with_rules(FAILED))
    world.broken = Unauthorized("wrong")
    answer = PartlyTaken("taken, but not for 1 of 2 addresses")
    engine = replace(world.engine, tell=lambda *_: answer)
    inline.carry_out(engine, sync.start(engine, "acme"), "me")
    (sent,) = engine.alerts.deliveries("acme", most=9)
    assert (sent.delivered_at, sent.next_at, sent.error) == (world.clock.now, None, answer)
    assert f"team: {answer}" in caplog.text


def test_a_snapshot_that_cannot_be_read_fails_no_sync_and_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreadable(*_: object) -> None:
        raise OSError("day-2026-11-20.parquet cannot be read")

    monkeypatch.setattr(alert_health, "compare", unreadable)
    assert World(tmp_path, with_rules(RED)).sync().status == "done"
    assert "health could not be compared" in caplog.text
