"""Metric values and a mapping to desired records: step 4 of a row's way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from syncworker.mapping.conditions import described, fulfilled
from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.portal import ObjectName, PortalMapping, StageRule
from syncworker.mapping.properties import mapped_properties
from syncworker.mapping.property_types import property_type
from syncworker.mapping.shown import Shown
from syncworker.mapping.values import rendered
from syncworker.metrics.metric import Metric

KEY_COLUMNS: Mapping[str, str] = {"companies": "account_id", "contacts": "user_id"}
CURRENCY_COLUMN = "mrr_currency"
_NAME = "name"


@dataclass(frozen=True, slots=True)
class _Context:
    mapping: PortalMapping
    object: ObjectName
    frame: pl.DataFrame
    catalog: Mapping[str, Metric]
    missing: frozenset[str]
    currencies: list[str | None]
    shown: Shown


def desired_records(
    mapping: PortalMapping,
    object_name: ObjectName,
    frame: pl.DataFrame,
    catalog: Mapping[str, Metric],
    held: Mapping[str, str],
) -> Iterator[DesiredRecord]:
    """What HubSpot's records should hold, one for each row, in the frame's order.

    A metric that is held, or has no column, is left out: its properties are neither written nor
    cleared, and a stage rule that needs it does not fire. One that has a problem in a row is left
    out of that record, with the reason in `unknown`.

    Args:
        mapping: The portal's mapping.
        object_name: Which of its objects; nothing comes out where the mapping has it not.
        frame: One row for each account (companies) or user (contacts): the key column, the
            match column, metric values and their components. Contacts carry their account's
            metrics under the same names.
        catalog: The metrics.
        held: By metric, why it is not available in this run.
    """
    if object_name not in mapping.objects or frame.is_empty():
        return
    context = _context(mapping, object_name, frame, catalog, held)
    values, because = _properties(context)
    problems = _problems(context, values)
    stages = _stages(context)
    matches = _matches(context)
    creates = _create_values(context, matches)
    keys = frame[KEY_COLUMNS[object_name]].cast(pl.String).to_list()
    names = list(values)
    rows = zip(*values.values(), strict=True) if names else iter([()] * frame.height)
    reasons = zip(*because.values(), strict=True) if names else iter([()] * frame.height)
    for i, (row, reason) in enumerate(zip(rows, reasons, strict=True)):
        stage, stage_because = stages.get(i, (None, ""))
        unknown = {name: text for name, texts in problems.items() if (text := texts[i])}
        known = dict(zip(names, row, strict=True))
        for name in unknown:
            del known[name]
        yield DesiredRecord(
            object=object_name,
            key=keys[i],
            match=matches[i],
            values=known,
            because={name: text for name, text in zip(names, reason, strict=True) if text},
            stage=stage,
            stage_because=stage_because,
            unknown=unknown,
            create_values=creates[i],
        )


def _context(
    mapping: PortalMapping,
    object_name: ObjectName,
    frame: pl.DataFrame,
    catalog: Mapping[str, Metric],
    held: Mapping[str, str],
) -> _Context:
    reporting = mapping.reporting
    currencies: list[str | None] = [reporting.currency] * frame.height
    if CURRENCY_COLUMN in frame.columns:
        currencies = frame[CURRENCY_COLUMN].fill_null(reporting.currency).to_list()
    return _Context(
        mapping,
        object_name,
        frame,
        catalog,
        frozenset(name for name in catalog if name in held or name not in frame.columns),
        currencies,
        Shown(frame, catalog, reporting.timezone, currencies),
    )


def _properties(context: _Context) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    values: dict[str, list[str]] = {}
    because: dict[str, list[str]] = {}
    mapped_ones = mapped_properties(context.mapping, context.object, context.catalog)
    for name, mapped, metric in mapped_ones:
        if metric.name in context.missing:
            continue
        values[name] = rendered(
            context.frame[metric.name],
            metric,
            property_type(mapped, metric),
            timezone=context.mapping.reporting.timezone,
            currencies=context.currencies,
        )
        because[name] = context.shown.filled(metric.because)
    return values, because


def _problems(context: _Context, names: Iterable[str]) -> dict[str, list[str | None]]:
    """By property, for every row why its value is not known; only those with any reason."""
    mapped = mapped_properties(context.mapping, context.object, context.catalog)
    columns = {name: metric.problem for name, _, metric in mapped if metric.problem}
    return {
        name: context.frame[column].to_list()
        for name, column in columns.items()
        if name in names
        and column in context.frame.columns
        and context.frame[column].null_count() < context.frame.height
    }


def _stages(context: _Context) -> dict[int, tuple[str, str]]:
    stages: dict[int, tuple[str, str]] = {}
    for rule in context.mapping.lifecycle.get(context.object, ()):
        if any(condition.metric in context.missing for condition in rule.when):
            continue
        holds = fulfilled(rule.when, context.frame, context.catalog, context.currencies)
        for i in holds.arg_true().to_list():
            if i not in stages:
                stages[i] = (rule.stage, _stage_because(rule, context.shown, i))
    return stages


def _stage_because(rule: StageRule, shown: Shown, row: int) -> str:
    return ", ".join(
        described(condition, shown.column(condition.metric)[row]) for condition in rule.when
    )


def _matches(context: _Context) -> list[str | None]:
    column = context.mapping.objects[context.object].match.column
    if column not in context.frame.columns:
        return [None] * context.frame.height
    return [value or None for value in context.frame[column].cast(pl.String).to_list()]


def _create_values(context: _Context, matches: list[str | None]) -> list[dict[str, str]]:
    match_property = context.mapping.objects[context.object].match.property
    creates = [{match_property: match} if match else {} for match in matches]
    if context.object == "companies" and _NAME in context.frame.columns:
        for create, name in zip(creates, context.frame[_NAME].to_list(), strict=True):
            if name:
                create.setdefault(_NAME, name)
    return creates
