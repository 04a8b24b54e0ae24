"""What was written to a record, found by whatever a person knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.histories import Writing
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.errors import ConfigError, StoreError
from syncworker.mapping.objects import KEY_COLUMNS, rows_of
from syncworker.mapping.portal import Rows
from syncworker.mapping.suggest import did_you_mean

_COMPARED = 20_000
_COLUMNS: tuple[tuple[Rows, str], ...] = (("accounts", "domain"), ("users", "email"))


@dataclass(frozen=True, slots=True)
class Past:
    """A record and what was written to it.

    Attributes:
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        key: Our key.
        hubspot_id: HubSpot's id; "" where it is linked no more.
        writings: The newest first, with the changes that are meant.
        runs: The runs by id; one that is gone is absent.
    """

    object: str
    key: str
    hubspot_id: str
    writings: tuple[Writing, ...]
    runs: Mapping[str, Run]


def past_writings(
    engine: Engine, portal: str, who: str, *, object_name: str | None, property_name: str | None
) -> list[Past]:
    """The records that `who` names, each with what was written to it.

    Args:
        engine: The ports.
        portal: The portal's name.
        who: Our key, HubSpot's id, an account's domain or a person's address.
        object_name: Only records of this object; None: of any.
        property_name: Only this property's changes; None: all.

    Raises:
        MappingError: There is no such portal.
        ConfigError: Nothing was ever linked that is called so.
    """
    wanted = who.strip()
    places = engine.histories.named(portal, wanted) or _by_row(engine, portal, wanted.lower())
    places = [place for place in places if object_name in {None, place[0]}]
    if not places:
        engine.mapping_text(portal)
        near = engine.histories.near(portal, wanted, _COMPARED)
        raise ConfigError(
            f"portal {portal} has never linked {object_name or 'a record'} {wanted}",
            help=did_you_mean(
                wanted,
                near,
                f"our key, HubSpot's id, a domain or an e-mail address; all of them: "
                f"syncworker links {portal}",
            ),
            code="RECORD_UNKNOWN",
        )
    return [_past(engine, portal, name, key, property_name) for name, key in places]


def _past(engine: Engine, portal: str, name: str, key: str, property_name: str | None) -> Past:
    known = engine.ledger.get(portal, name, [key]).get(key)
    writings = [
        _only(one, property_name)
        for one in reversed(engine.histories.of_records(portal, name, [key]))
    ]
    told = tuple(one for one in writings if one.changes or property_name is None)
    runs = {}
    for run_id in {one.run_id for one in told}:
        try:
            runs[run_id] = engine.runs.get(run_id)
        except StoreError:
            continue  # it was pruned; what it wrote is still known
    return Past(name, key, known.hubspot_id if known else "", told, runs)


def _only(one: Writing, property_name: str | None) -> Writing:
    if property_name is None:
        return one
    return replace(one, changes=tuple(c for c in one.changes if c.property == property_name))


def _by_row(engine: Engine, portal: str, value: str) -> list[tuple[str, str]]:
    """Records of the staged rows that have this domain or address."""
    mapping = checked(portal, engine.mapping_text(portal))
    found: list[tuple[str, str]] = []
    for rows, column in _COLUMNS:
        places = [page.place for page in engine.pages.staged(portal, rows)]
        if not places:
            continue
        key = KEY_COLUMNS[rows]
        same = pl.col(column).str.to_lowercase() == value
        keys = engine.staging.scan(rows, places).filter(same).select(pl.col(key).cast(pl.String))
        named = keys.collect(engine="streaming").to_series().to_list()
        for name, config in mapping.objects.items():
            if rows_of(name, config) == rows:
                found += [(name, one) for one in engine.ledger.get(portal, name, named)]
    return sorted(set(found))
