"""A portal with alerts: channels that keep what they are sent, and accounts as healthy as told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
from support.fake_engine import (
    COLUMNS,
    MAPPING,
    Clock,
    FakePortal,
    FakeSource,
    make_engine,
    no_metrics,
)

from syncworker.engine import inline, sync
from syncworker.engine.alert_stores import AlertDelivery
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.errors import SyncworkerError
from syncworker.mapping.alerts import Channel
from syncworker.metrics.compute import Computed
from syncworker.metrics.facts import Facts

CHANNELS = """\
alerts:
  channels:
    team: {kind: slack, url: env:SLACK_URL}
    ops: {kind: webhook, url: env:OPS_URL}
  rules:
"""


def with_rules(*rules: str, more: str = "") -> str:
    """The small mapping with these rules."""
    return MAPPING + CHANNELS + "".join(f"    - {{{rule}}}\n" for rule in rules) + more


@dataclass
class World:
    """One portal; `sent` are the messages that channels took, `fails` what they raise instead."""

    folder: Path
    mapping: str
    accounts: int = 2
    clock: Clock = field(default_factory=Clock)
    sent: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    tried: int = 0
    fails: Callable[[AlertDelivery], SyncworkerError | None] = lambda _: None
    broken: SyncworkerError | None = None

    def __post_init__(self) -> None:
        self.source, self.portal = FakeSource(self.accounts), FakePortal(self.accounts)
        self._made = make_engine(self.folder, self.portal, self.source, clock=self.clock)

    @property
    def engine(self) -> Engine:
        """The engine as it is now."""
        return replace(
            self._made,
            tell=self._tell,
            connect=self._connect,
            mapping_text=lambda _portal: self.mapping,
        )

    def sync(self, **options: Any) -> Run:
        """`syncworker sync acme`."""
        return inline.carry_out(self.engine, sync.start(self.engine, "acme", **options), "me")

    def titles(self) -> list[str]:
        """What was said, in order; then nothing was."""
        said = [title for _, title in self.sent]
        self.sent.clear()
        return said

    def _tell(self, _channel: Channel, delivery: AlertDelivery) -> str:
        self.tried += 1
        error = self.fails(delivery)
        if error is not None:
            raise error
        self.sent.append((delivery.channel, delivery.body["title"]))
        self.bodies.append(delivery.body)
        return "taken"

    def _connect(self, *_: object) -> FakePortal:
        if self.broken is not None:
            raise self.broken
        return self.portal


def health(bands: dict[str, tuple[int, str]], mrr: int = 120_000) -> Callable[..., Computed]:
    """Metrics in which each account of a shard has this score and band."""

    def compute(facts: Facts, *_: object, **__: object) -> Computed:
        mine = facts.streams["accounts"].select("account_id").collect()["account_id"].to_list()
        rows = [
            {
                "account_id": key,
                "name": f"Company {key}",
                "domain": f"c{key[1:]}.example",
                "health_score": score,
                "health_band": band,
                "health_drivers": "usage trend -12",
                "mrr": mrr,
                "mrr_currency": "EUR",
            }
            for key, (score, band) in bands.items()
            if key in mine
        ]
        schema = COLUMNS["accounts"]
        full = [{name: row.get(name) for name in schema} for row in rows]
        return replace(no_metrics(), accounts=pl.LazyFrame(full, schema=schema))

    return compute
