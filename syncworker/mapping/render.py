"""Metric values and a mapping to desired records: step 4 of a row's way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from syncworker.mapping.definitions import PortalPipeline, PortalProperty
from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.filled import fill
from syncworker.mapping.frame import Filled, Table, currencies
from syncworker.mapping.identity import create_values, fill_own_keys, keys, matches
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.shown import Shown
from syncworker.mapping.stages import NO_STAGE, fill_deal_stages, lifecycle_stages
from syncworker.metrics.metric import Metric


def desired_records(
    mapping: PortalMapping,
    object_name: str,
    frame: pl.DataFrame,
    catalog: Mapping[str, Metric],
    held: Mapping[str, str],
    definitions: Mapping[str, PortalProperty],
    pipelines: Sequence[PortalPipeline] = (),
) -> Iterator[DesiredRecord]:
    """What HubSpot's records should hold, one for each row, in the frame's order.

    Values are rendered by the portal's own definitions. A metric that is held, or has no column,
    is left out: its properties are neither written nor cleared, and a stage rule that needs it
    does not fire. A value that cannot be told for a row is left out of that record, with the
    reason in `unknown`; one that the portal's property cannot take likewise, in `refused`.

    Args:
        mapping: The portal's mapping.
        object_name: Which of its objects; nothing comes out where the mapping has it not.
        frame: One row for each of the object's rows: the columns of its stream, metric values and
            their components. Users, subscriptions and tickets carry their account's metrics and
            its name under the same names.
        catalog: The metrics.
        held: By metric, why it is not available in this run.
        definitions: The portal's properties of that object by name. A property that is not there
            is rendered as it would be created.
        pipelines: Of deals: the portal's pipelines. Without them, stages are taken as written.
    """
    config = mapping.objects.get(object_name)
    if config is None or frame.is_empty():
        return
    money = currencies(frame, mapping.reporting.currency)
    rows = Table(
        mapping=mapping,
        object=object_name,
        config=config,
        frame=frame,
        catalog=catalog,
        missing=frozenset(name for name in catalog if name in held or name not in frame.columns),
        definitions=definitions,
        pipelines=pipelines,
        currencies=money,
        shown=Shown(frame, catalog, mapping.reporting.timezone, money),
    )
    filled = Filled({}, {}, {}, {})
    fill(rows, filled)
    fill_own_keys(rows, filled)
    fill_deal_stages(rows, filled)
    yield from _records(rows, filled)


def _records(rows: Table, filled: Filled) -> Iterator[DesiredRecord]:
    stages, matched = lifecycle_stages(rows), matches(rows)
    creates = create_values(rows, matched)
    names = list(filled.values)
    problems = {name: texts for name, texts in filled.unknown.items() if any(texts)}
    lacking = {name: texts for name, texts in filled.refused.items() if any(texts)}
    for i, key in enumerate(keys(rows)):
        stage = stages.get(i, NO_STAGE)
        unknown = {name: text for name, texts in problems.items() if (text := texts[i])}
        refused = {name: text for name, texts in lacking.items() if (text := texts[i])}
        yield DesiredRecord(
            object=rows.object,
            key=key,
            matches=matched[i],
            values={
                name: value
                for name in names
                if (value := filled.values[name][i]) is not None
                and name not in unknown
                and name not in refused
            },
            because={name: text for name in names if (text := filled.because[name][i])},
            stage=stage.name or None,
            stage_because=stage.because,
            stage_back=stage.back,
            create_values=creates[i],
            unknown=unknown,
            refused={name: text for name, text in refused.items() if name not in unknown},
        )
