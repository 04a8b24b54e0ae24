"""What is told of an object's rows over the whole portal: what they are found by, and shared."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncworker.engine.ports import PropertyDefinition
from syncworker.engine.target import Keys, Target
from syncworker.mapping.objects import KEY_COLUMNS, created_by, lifecycle_of, own_keys, rows_of
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.property_rules import property_rules
from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known, there
from syncworker.model.streams import STREAMS
from syncworker.planning.lifecycle import STAGE_PROPERTY

SHARED = pl.Schema({"property": pl.String(), "value": pl.String(), "keys": pl.List(pl.String())})
"""Match values that several rows have, in lower case, with the keys of these rows."""


def match_schema(mapping: PortalMapping, object_name: str) -> pl.Schema:
    """The columns that an object's records are found by, the key among them."""
    config = mapping.objects[object_name]
    rows_name = rows_of(object_name, config)
    names = {way.column for way in config.match} | {KEY_COLUMNS[rows_name]}
    types = STREAMS[rows_name].schema()
    return pl.Schema({name: types[name] for name in sorted(names)})


def match_rows(mapping: PortalMapping, object_name: str, whole: Facts) -> pl.LazyFrame:
    """Of all the portal's rows of an object, what their records are found by."""
    rows_name = rows_of(object_name, mapping.objects[object_name])
    rows = known(whole).streams[rows_name].filter(there(whole.as_of))
    return rows.select(match_schema(mapping, object_name).names())


def shared_values(mapping: PortalMapping, object_name: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The match values that several of these rows have, as `SHARED`."""
    config = mapping.objects[object_name]
    key = KEY_COLUMNS[rows_of(object_name, config)]
    parts = [pl.LazyFrame(schema=SHARED)]
    for way in config.match:
        if way.column == key:
            continue
        lower = pl.col(way.column).cast(pl.String).str.to_lowercase()
        values = rows.select(key=pl.col(key), value=lower).drop_nulls("value")
        several = values.group_by("value").agg(n=pl.len()).filter(pl.col("n") > 1)
        double = values.join(several, on="value", how="semi")
        grouped = double.group_by("value").agg(keys=pl.col("key").sort())
        parts.append(grouped.select(pl.lit(way.property).alias("property"), "value", "keys"))
    return pl.concat(parts)


def target(
    mapping: PortalMapping,
    object_name: str,
    definitions: Mapping[str, PropertyDefinition],
    rows: pl.LazyFrame,
    shared: pl.LazyFrame,
) -> Target:
    """The object as linking and planning need it.

    Args:
        mapping: The portal's.
        object_name: The object.
        definitions: HubSpot's properties of it.
        rows: As `match_rows`; read only where a record names another row than expected.
        shared: As `shared_values`; small.
    """
    config = mapping.objects[object_name]
    key = KEY_COLUMNS[rows_of(object_name, config)]
    stage = definitions.get(STAGE_PROPERTY)
    way = created_by(object_name, config)
    lifecycle = lifecycle_of(mapping, object_name)
    values: dict[str, dict[str, tuple[str, ...]]] = {one.property: {} for one in config.match}
    for name, value, keys in shared.collect(engine="streaming").iter_rows():
        values[name][value] = tuple(keys)
    return Target(
        name=object_name,
        config=config,
        rules=property_rules(mapping, object_name, catalog_of(mapping.metrics), definitions),
        stages=tuple(value for value, _ in stage.options) if stage else (),
        created_by=way.property if way else None,
        keep_peoples=lifecycle is not None and lifecycle.keep_peoples,
        shared=values,
        rows=Keys(rows, key),
        own={one.property: Keys(rows, one.column) for one in own_keys(config)},
        # Of a domain HubSpot's definition may say so, and two companies may have it all the same.
        unique=frozenset(n for n, one in definitions.items() if one.unique and n != "domain"),
    )
