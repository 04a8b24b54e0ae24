"""An account in a file: it outlives the process that served it.

Kept are records with their history, definitions, merges, associations, ids, pipelines, owners,
forms and rules. Tokens, faults, limits and counts begin anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from syncworker.sandbox.answers import Json
from syncworker.sandbox.associations import Associations, Label
from syncworker.sandbox.definitions import Definitions
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.records import Record, Records, Write
from syncworker.sandbox.rules import Required
from syncworker.sandbox.schemas import Schema
from syncworker.sandbox.values import Property

FORMAT = "sandbox portal of syncworker"
VERSION = 1
_SETTINGS = ("portal_id", "timezone", "fold_errors", "sync_company_stages", "search_lag")


class BadState(ValueError):
    """A file that holds no account this version can read; its text says why."""


def dump(portal: Portal) -> str:
    """An account as the text of its file."""
    return json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "settings": {name: getattr(portal, name) for name in _SETTINGS},
            "next_id": portal.next_id.following,
            "owners": portal.owners,
            "forms": portal.forms,
            "rules": [
                [name, rule.property, rule.when]
                for name, rules in portal.rules.by_object.items()
                for rule in rules
            ],
            "associations": {
                "next_id": portal.associations.next_id,
                "labels": [
                    [pair, [[one.category, one.type_id, one.text, one.inverse] for one in labels]]
                    for pair, labels in portal.associations.labels.items()
                ],
            },
            "next_schema": portal.schemas.next_number,
            "objects": [_object(records) for records in portal.objects.values()],
        },
        separators=(",", ":"),
    )


def save(text: str, path: Path) -> None:
    """Write the text of an account; a crash leaves the file as it was before, or whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text)
    beside.replace(path)


def read(path: Path, format_: str, version: int, what: str) -> Json:
    """What a file of this format and version holds.

    Raises:
        BadState: The file holds something else, or something newer.
        OSError: It cannot be read.
    """
    try:
        held: Json = json.loads(path.read_bytes())
    except ValueError:
        raise BadState("it is not JSON") from None
    if not isinstance(held, dict) or held.get("format") != format_:
        raise BadState(f"it is not {what}")
    if held.get("version") != version:
        raise BadState(f"it is of version {held.get('version')}, this one reads {version}")
    return held


def load(path: Path, portal: Portal) -> Portal:
    """Fill a fresh account from a file.

    Raises:
        BadState: The file holds something else, or something newer.
        OSError: It cannot be read.
    """
    held = read(path, FORMAT, VERSION, "the state of a sandbox portal")
    try:
        _fill(portal, held)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise BadState(f"it is damaged: {type(error).__name__} {error}") from None
    return portal


def _fill(portal: Portal, held: Json) -> None:
    for name in _SETTINGS:
        setattr(portal, name, held["settings"][name])
    portal.limits.timezone, portal.limits.portal_id = portal.timezone, portal.portal_id
    portal.faults.portal_id = portal.schemas.portal_id = portal.portal_id
    portal.next_id.following = held["next_id"]
    portal.owners, portal.forms = held["owners"], held["forms"]
    for object_type, name, when in held["rules"]:
        rules = portal.rules.by_object.setdefault(object_type, [])
        rules.append(Required(name, (when[0], when[1]) if when else None))
    portal.associations = Associations(
        labels={
            (pair[0], pair[1]): [Label(*label) for label in labels]
            for pair, labels in held["associations"]["labels"]
        },
        next_id=held["associations"]["next_id"],
    )
    portal.schemas.next_number = held["next_schema"]
    for one in held["objects"]:
        _fill_object(portal, one)


def _object(records: Records) -> Json:
    definitions = records.definitions
    return {
        "name": records.object_type,
        "schema": records.schema,
        "default_stage": records.default_stage,
        "pipelines": records.pipelines,
        "properties": [prop.definition for prop in definitions.properties.values()],
        "archived_properties": [prop.definition for prop in definitions.archived.values()],
        "groups": definitions.groups,
        "limit": definitions.limit,
        "live": [_record(record) for record in records.live.values()],
        "archived": [_record(record) for record in records.archived.values()],
        "merged": records.merged,
        "unique": records.unique,
    }


def _fill_object(portal: Portal, held: Json) -> None:
    definitions = Definitions(
        properties=_by_name(held["properties"]),
        archived=_by_name(held["archived_properties"]),
        groups=held["groups"],
        limit=held["limit"],
    )
    if held["schema"]:
        schema = Schema(held["schema"], definitions)
        portal.schemas.by_name[held["name"]] = schema
        portal.add_object(schema)
    records = portal.objects[held["name"]]
    records.definitions = definitions
    records.portal_id = portal.portal_id
    records.default_stage = held["default_stage"]
    records.pipelines = held["pipelines"]
    records.live = {record.id: record for record in map(_read, held["live"])}
    records.archived = {record.id: record for record in map(_read, held["archived"])}
    records.index.order = sorted(int(one) for one in {**records.live, **records.archived})
    records.merged, records.unique = held["merged"], held["unique"]


def _by_name(definitions: list[Json]) -> dict[str, Property]:
    return {one["name"]: Property.of(one) for one in definitions}


def _record(record: Record) -> list[object]:
    return [
        record.id,
        record.values,
        record.created,
        record.updated,
        [[write.at, write.source, write.values] for write in record.writes],
        record.archived_at,
        record.emails,
        {
            name: {key: list(kinds) for key, kinds in of.items()}
            for name, of in record.linked.items()
        },
    ]


def _read(held: list[Json]) -> Record:
    name, values, created, updated, writes, archived_at, emails, linked = held
    return Record(
        id=str(name),
        values=values,
        created=str(created),
        updated=str(updated),
        writes=[Write(*write) for write in writes],
        archived_at=str(archived_at),
        emails=list(emails),
        linked={
            other: {key: {(kind[0], kind[1]): None for kind in kinds} for key, kinds in of.items()}
            for other, of in linked.items()
        },
    )
