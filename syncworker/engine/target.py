"""The object that rows are linked to, with what linking and planning need to know of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from syncworker.mapping.desired import PropertyRule
from syncworker.mapping.hubspot_names import DEAL_PIPELINE
from syncworker.mapping.objects import RECORD_ID
from syncworker.mapping.portal import Object
from syncworker.planning.lifecycle import STAGE_PROPERTY


@dataclass(frozen=True, slots=True)
class Keys:
    """The values that the portal's rows have in a column; asked for a few, seldom.

    Attributes:
        rows: The rows of all shards.
        column: The column.
    """

    rows: pl.LazyFrame
    column: str

    def among(self, values: Collection[str]) -> set[str]:
        """Those of the values that a row has."""
        if not values:
            return set()
        held = self.rows.select(pl.col(self.column).cast(pl.String))
        found = held.filter(pl.col(self.column).is_in(sorted(values)))
        return set(found.collect(engine="streaming").to_series())


@dataclass(frozen=True, slots=True)
class Target:
    """An object of a portal.

    Attributes:
        name: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        config: The mapping's section.
        rules: By property, how it is written.
        stages: Internal names of the object's lifecycle stages, first to last; empty: it has none.
        created_by: The unique property a record is created by; None: none can be created.
        keep_peoples: Whether a stage that a person set last stays.
        shared: By match property, the values that several rows of any shard have, in lower case,
            with the keys of those rows.
        rows: Keys of all source rows of any shard.
        own: By unique property of our own, the values that those rows have.
        unique: Match properties of which HubSpot has no value twice.
    """

    name: str
    config: Object
    rules: Mapping[str, PropertyRule]
    stages: tuple[str, ...]
    created_by: str | None
    keep_peoples: bool
    shared: Mapping[str, Mapping[str, tuple[str, ...]]]
    rows: Keys
    own: Mapping[str, Keys]
    unique: frozenset[str]

    @property
    def creates(self) -> bool:
        """Whether records that HubSpot does not have are created."""
        return self.config.policy != "update_only"

    @property
    def properties(self) -> list[str]:
        """What is read of a record."""
        ways = {way.property for way in self.config.match} - {RECORD_ID}
        stage = [STAGE_PROPERTY] if self.stages else []
        pipeline = [DEAL_PIPELINE] if self.config.pipeline else []
        return sorted({*self.rules, *ways, *stage, *pipeline}) or [RECORD_ID]
