"""What a person picks of a plan: accounts, objects, properties and metrics by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.explain_subject import subject_of
from syncworker.engine.facts import facts_of
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.errors import ConfigError
from syncworker.mapping.objects import KEY_COLUMNS, rows_of
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.property_rules import property_rules
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.selection import Selection


@dataclass(frozen=True, slots=True)
class Picked:
    """What was typed, checked as far as the mapping tells.

    Attributes:
        selection: Its objects and properties.
        accounts: Ids, domains or names of accounts, or people's addresses.
    """

    selection: Selection
    accounts: tuple[str, ...] = ()


def picked(portal: str, mapping: PortalMapping, typed: Sequence[tuple[str, str]]) -> Picked | None:
    """What the pairs of kind and name stand for; None where nothing was picked.

    Args:
        portal: The portal's name.
        mapping: Its mapping.
        typed: Kinds (account, object or property) with names.

    Raises:
        ConfigError: The mapping has no such object or property.
    """
    if not typed:
        return None
    of_kind = {
        kind: tuple(name for one, name in typed if one == kind)
        for kind in ("account", "object", "property")
    }
    for name in of_kind["object"]:
        if name not in mapping.objects:
            raise _unknown(portal, "object", name, list(mapping.objects))
    written = {
        name
        for object_name in mapping.objects
        for name in property_rules(mapping, object_name, catalog_of(mapping.metrics), {})
    } | ({STAGE_PROPERTY} if mapping.lifecycle else set())
    for name in of_kind["property"]:
        if name not in written:
            raise _unknown(portal, "property", name, sorted(written))
    selection = Selection(
        frozenset(of_kind["object"]) or None, frozenset(of_kind["property"]) or None
    )
    return Picked(selection, of_kind["account"])


def with_accounts(engine: Engine, run: Run, what: Picked) -> Selection:
    """The selection with the keys of everything that belongs to the picked accounts.

    Raises:
        ConfigError: There is no such account or person.
    """
    if not what.accounts:
        return what.selection
    mapping = checked(run.portal, run.mapping)
    keys = keys_of(run.portal, mapping, facts_of(engine, run, mapping), what.accounts)
    return replace(what.selection, keys=keys)


def keys_of(
    portal: str, mapping: PortalMapping, whole: Facts, accounts: Iterable[str]
) -> dict[str, frozenset[str]]:
    """By object, our keys of everything that belongs to these accounts or people.

    Raises:
        ConfigError: There is no such account or person.
    """
    facts = known(whole)
    keys: dict[str, set[str]] = {name: set() for name in mapping.objects}
    for who in accounts:
        subject = subject_of(portal, whole, who)
        for name, config in mapping.objects.items():
            rows = rows_of(name, config)
            if subject.account_id is not None:
                keys[name] |= _of_account(facts, rows, KEY_COLUMNS[rows], subject.account_id)
            elif rows == "users":
                keys[name].add(subject.id)
    return {name: frozenset(found) for name, found in keys.items()}


def asked_of(run: Run, mapping: PortalMapping) -> Picked | None:
    """What a run was told to pick; None where it was told nothing.

    Raises:
        ConfigError: The mapping has no such object or property any more.
    """
    pairs = (text.partition(":") for text in run.options.get("select") or ())
    return picked(run.portal, mapping, [(kind, name) for kind, _, name in pairs])


def may_send(
    run: Run, mapping: PortalMapping, object_name: str, keys: Mapping[str, frozenset[str]] | None
) -> Selection | None:
    """What of an object's plan the run sends; None: all of it.

    Args:
        run: The run.
        mapping: The run's mapping.
        object_name: The object.
        keys: As `keys_of`; None: no accounts were picked.
    """
    what, metrics = asked_of(run, mapping), run.options.get("metrics")
    if what is None and not metrics:
        return None
    selection = Selection() if what is None else replace(what.selection, keys=keys)
    if not metrics:
        return selection
    properties = frozenset(
        name
        for name, config in mapping.objects[object_name].properties.items()
        if config.metric in metrics
    )
    if selection.properties is not None:
        properties &= selection.properties
    return replace(selection, properties=properties)


def _of_account(facts: Facts, stream: str, key: str, account_id: str) -> set[str]:
    rows = facts.streams[stream].filter(pl.col("account_id") == account_id)
    return set(rows.select(pl.col(key).cast(pl.String)).collect(engine="streaming").to_series())


def _unknown(portal: str, kind: str, name: str, there: list[str]) -> ConfigError:
    return ConfigError(
        f"the mapping of {portal} has no {kind} {name}",
        help=did_you_mean(name, there, listed(there)),
        code=f"{kind.upper()}_UNKNOWN",
    )
