"""How each record is found and made: its match values, our own keys, what creating needs."""

from __future__ import annotations

from syncworker.mapping.choices import pipeline_of
from syncworker.mapping.frame import Filled, Table
from syncworker.mapping.hubspot_names import DEAL_PIPELINE
from syncworker.mapping.objects import KEY_COLUMNS, RECORD_ID, SHARED_KEYS, own_keys, rows_of

Matches = tuple[tuple[str, str], ...]


def keys(rows: Table) -> list[str]:
    """Our key of each record."""
    return rows.texts(KEY_COLUMNS[rows_of(rows.object, rows.config)])


def matches(rows: Table) -> list[Matches]:
    """Of each record, HubSpot property and value of every way that has a value.

    Domains and e-mail addresses are in lower case, as HubSpot keeps them.
    """
    ways = [
        (each.property, _looked_for(rows, each.property, each.column)) for each in rows.config.match
    ]
    return [
        tuple((name, values[i]) for name, values in ways if values[i])
        for i in range(rows.frame.height)
    ]


def fill_own_keys(rows: Table, filled: Filled) -> None:
    """Add the properties of our own that records are found by; an empty one is left alone."""
    for key in own_keys(rows.config):
        values = rows.texts(key.column)
        filled.values[key.property] = [value or None for value in values]
        filled.because[key.property] = [f"the app's {key.column}"] * len(values)


def create_values(rows: Table, matched: list[Matches]) -> list[dict[str, str]]:
    """What is sent only where a record is created: what it is found by, and a name.

    A deal is called by its account's name and its subscription, and begins in its pipeline.
    """
    creates = [{name: value for name, value in each if name != RECORD_ID} for each in matched]
    for create, name in zip(creates, rows.texts("name"), strict=True):
        if rows.object == "companies" and name:
            create.setdefault("name", name)
    if rows.object == "deals":
        names = zip(creates, rows.texts("name"), keys(rows), strict=True)
        for create, name, key in names:
            create["dealname"] = f"{name} - {key}" if name else key
    if rows.config.pipeline:
        wanted = rows.config.pipeline.pipeline
        pipeline = pipeline_of(wanted, rows.pipelines)
        for create in creates:
            create[DEAL_PIPELINE] = pipeline.id if pipeline else wanted
    return creates


def _looked_for(rows: Table, property_name: str, column: str) -> list[str]:
    values = rows.texts(column)
    return [value.lower() for value in values] if property_name in SHARED_KEYS else values
