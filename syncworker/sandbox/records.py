"""The records of one object: finding, checking, writing, archiving and merging them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from syncworker.sandbox.answers import (
    ApiError,
    Json,
    Problem,
    Values,
    conflict,
    invalid,
    invalid_values,
    not_found,
)
from syncworker.sandbox.definitions import Definitions
from syncworker.sandbox.index import Index
from syncworker.sandbox.lifecycle import STAGE, later_stage, stage_date
from syncworker.sandbox.pipelines import follows, place
from syncworker.sandbox.rules import Rules, missing
from syncworker.sandbox.values import InvalidValue, normalise

INTEGRATION = "INTEGRATION"
PERSON = "CRM_UI"
Kind = tuple[str, int]
"""An association's category and type number."""


@dataclass(frozen=True, slots=True)
class Write:
    """What one write changed: when, through what (INTEGRATION, CRM_UI...), to which values."""

    at: str
    source: str
    values: Values


@dataclass(slots=True)
class Record:
    """A record.

    Attributes:
        id: HubSpot's id; digits.
        values: By property; "" where a value was taken away.
        created: When, as HubSpot writes moments.
        updated: When a value last changed.
        writes: Every change, oldest first: the properties' history.
        archived_at: When it was archived; empty while it is there.
        emails: A contact's secondary e-mail addresses.
        linked: By object and id of an associated record: what kinds of association there are.
    """

    id: str
    values: Values
    created: str
    updated: str
    writes: list[Write] = field(default_factory=list)
    archived_at: str = ""
    emails: list[str] = field(default_factory=list)
    linked: dict[str, dict[str, dict[Kind, None]]] = field(default_factory=dict)

    def values_at(self, moment: str) -> Values:
        """What its properties were at that moment."""
        values: Values = {}
        for write in self.writes:
            if write.at > moment:
                break
            values.update(write.values)
        return values


@dataclass(frozen=True, slots=True)
class Prepared:
    """A write that was checked and can no longer fail.

    Attributes:
        record: The record it goes to, or None to create one.
        values: Values in HubSpot's form, by property.
        asked: The properties that were sent, also where a value is quietly not taken.
    """

    record: Record | None
    values: Values
    asked: tuple[str, ...]


@dataclass(slots=True)
class Records:
    """The records of one object.

    Attributes:
        object_type: contacts, companies, deals, tickets, feedback_submissions or a custom
            object's name.
        type_id: HubSpot's number of it, such as 0-1.
        definitions: Its properties.
        portal_id: The account's number, for error bodies.
        next_id: Makes an id.
        pipelines: The object's pipelines.
        schema: A custom object's definition; None for HubSpot's own objects.
        default_stage: The lifecycle stage of a record created without one; "" for none.
        live: The records that are there, by id, oldest first.
        archived: Those that were archived.
        merged: The id a merged-away record now has, by its old id.
        index: Finds records by value and by place.
        unique: Ids by unique property and value; e-mail addresses include secondary ones.
    """

    object_type: str
    type_id: str
    definitions: Definitions
    portal_id: int
    next_id: Callable[[], str]
    pipelines: list[Json]
    schema: Json | None = None
    default_stage: str = "lead"
    live: dict[str, Record] = field(default_factory=dict)
    archived: dict[str, Record] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    index: Index = field(default_factory=Index)
    unique: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def modified(self) -> str:
        """The property that holds when a record was last changed."""
        return "lastmodifieddate" if self.object_type == "contacts" else "hs_lastmodifieddate"

    @property
    def label(self) -> str:
        """What people call one of them."""
        if self.schema:
            return str(self.schema["labels"].get("singular", self.object_type))
        return {"companies": "Company"}.get(self.object_type, self.object_type[:-1].capitalize())

    @property
    def labels(self) -> str:
        """What people call many of them."""
        if self.schema:
            return str(self.schema["labels"].get("plural", self.object_type))
        return self.object_type.capitalize()

    @property
    def created(self) -> str:
        """The property that holds when a record was created."""
        own = self.schema or self.object_type == "feedback_submissions"
        return "hs_createdate" if own else "createdate"

    def find(self, value: str, id_property: str | None = None) -> Record | None:
        """A record by id, also an id from before a merge, or by a unique property's value."""
        if id_property and id_property != "hs_object_id":
            if id_property in {"email", "domain"}:
                value = value.strip().lower()
            value = self.unique.get(id_property, {}).get(value, "")
        return self.live.get(self.merged.get(value, value))

    def page(self, first: int, *, archived: bool = False) -> Iterator[Record]:
        """The records from an id on, oldest first."""
        everyone = self.archived if archived else self.live
        for record_id in self.index.from_id(first):
            if record_id in everyone:
                yield everyone[record_id]

    def holding(self, name: str, values: Iterable[str]) -> list[Record]:
        """The records that hold one of the values, oldest first."""
        known = {} if name in self.index.by_value else {r.id: r.values for r in self.live.values()}
        found = self.index.holding(name, values, known)
        return [self.live[i] for i in sorted(found, key=int) if i in self.live]

    def get(self, value: str, id_property: str | None = None) -> Record:
        """Like `find`, or 404."""
        found = self.find(value, id_property)
        if found is None:
            raise not_found("Object not found.  objectId are usually numeric.")
        return found

    def check_unique(self, id_property: str | None, verb: str) -> None:
        """Refuse to identify records by a property whose values are not unique."""
        if not id_property or id_property == "hs_object_id":
            return
        prop = self.definitions.properties.get(id_property)
        # Contacts can be upserted and read by email, but a batch/update by it is refused.
        if prop is None or not prop.unique or (verb == "update" and id_property == "email"):
            message = (
                f"Unable to perform {verb} by non-unique {self.type_id} property {id_property}"
            )
            raise invalid(message)

    def prepare(
        self,
        record: Record | None,
        sent: Mapping[str, object],
        claimed: dict[tuple[str, str], str],
        rules: Rules | None = None,
    ) -> Prepared:
        """Check a write without doing it.

        Args:
            record: The record to change, or None to create one.
            sent: Values by property, as sent.
            claimed: Unique values that earlier rows of the same batch take; added to.
            rules: What must be filled, where that is kept to.

        Raises:
            ApiError: The row is refused.
        """
        old: Values = record.values if record else {}
        values: Values = {}
        problems: list[Problem] = []
        for name, raw in sent.items():
            prop = self.definitions.properties.get(name)
            if prop is None:
                message = f'Property "{name}" does not exist'
                problems.append(Problem(name, "PROPERTY_DOESNT_EXIST", message))
                continue
            if prop.read_only:
                message = f'"{name}" is a read only property; its value cannot be set.'
                problems.append(Problem(name, "READ_ONLY_VALUE", message))
                continue
            try:
                values[name] = normalise(prop, _text(raw), old.get(name, ""))
            except InvalidValue as wrong:
                problems.append(Problem(name, wrong.code, wrong.message))
        problems += place(self.object_type, self.pipelines, old, values)
        if self.schema and record is None:
            problems += missing(self.schema["requiredProperties"], values)
        if rules:
            problems += rules.broken(self.object_type, old if record else None, values)
        if problems:
            raise invalid_values(problems, self.portal_id)
        self._check_conflicts(record, values, claimed)
        stage = self.definitions.properties.get(STAGE)
        if (
            stage
            and values.get(STAGE)
            and not later_stage(stage, old.get(STAGE, ""), values[STAGE])
        ):
            del values[STAGE]
        return Prepared(record, values, tuple(sent))

    def commit(self, write: Prepared, now: str, source: str = INTEGRATION) -> Record:
        """Do a prepared write. A record whose values stay the same is not touched."""
        record = write.record
        values = dict(write.values)
        if record is None:
            record = Record(self.next_id(), {}, now, now)
            values = {"hs_object_id": record.id, self.created: now, **values}
            if self.default_stage and STAGE in self.definitions.properties:
                values.setdefault(STAGE, self.default_stage)
            self.live[record.id] = record
            self.index.added(record.id)
        held = record.values
        values |= follows(self.object_type, self.pipelines, {**held, **values}, values, now)
        changed = {name: value for name, value in values.items() if held.get(name) != value}
        if not changed:
            return record
        if changed.get(STAGE) and stage_date(changed[STAGE]) in self.definitions.properties:
            changed[stage_date(changed[STAGE])] = now
        self._move_unique(record, changed)
        changed[self.modified] = now
        self.index.changed(record.id, held, changed)
        record.updated = now
        record.writes.append(Write(now, source, changed))
        held.update(changed)
        return record

    def archive(self, record: Record, now: str) -> None:
        """Take a record away; its unique values are free again."""
        self._release(record)
        del self.live[record.id]
        record.archived_at = now
        self.archived[record.id] = record

    def add_email(self, record: Record, address: str, now: str, source: str = PERSON) -> None:
        """Give a contact a secondary e-mail address."""
        record.emails.append(address)
        self.unique.setdefault("email", {})[address] = record.id
        values = {"hs_additional_emails": ";".join(record.emails)}
        self.index.changed(record.id, record.values, values)
        record.values.update(values)
        record.writes.append(Write(now, source, values))

    def merge(self, primary: Record, other: Record, now: str) -> Record:
        """Merge two records into a new one, which has a new id; both old ids lead to it.

        The primary's values win, empty ones are filled from the other, the later lifecycle stage
        stays, and the other's e-mail addresses become secondary ones.
        """
        values = {k: v for k, v in other.values.items() if v}
        values.update({k: v for k, v in primary.values.items() if v})
        stage = self.definitions.properties.get(STAGE)
        theirs = other.values.get(STAGE, "")
        if stage and theirs and later_stage(stage, values.get(STAGE, ""), theirs):
            values[STAGE] = theirs
        merged = Record(self.next_id(), {}, primary.created, now)
        for old in (primary, other):
            self._release(old)
            del self.live[old.id]
            for object_type, others in old.linked.items():
                merged.linked[object_type] = {**others, **merged.linked.get(object_type, {})}
        self.live[merged.id] = merged
        self.index.added(merged.id)
        for name in (*self.merged, primary.id, other.id):
            if self.merged.get(name, name) in {primary.id, other.id}:
                self.merged[name] = merged.id
        ids = [name for name, kept in self.merged.items() if kept == merged.id]
        values |= {
            "hs_object_id": merged.id,
            "hs_merged_object_ids": ";".join(ids),
            self.modified: now,
        }
        self._move_unique(merged, values)
        self.index.changed(merged.id, {}, values)
        merged.writes.append(Write(now, PERSON, values))
        merged.values.update(values)
        addresses = [*primary.emails, *other.emails, other.values.get("email", "")]
        for address in dict.fromkeys(a for a in addresses if a and a != values.get("email")):
            self.add_email(merged, address, now)
        return merged

    def _check_conflicts(
        self, record: Record | None, values: Values, claimed: dict[tuple[str, str], str]
    ) -> None:
        for name, value in values.items():
            if not value or not self.definitions.properties[name].unique:
                continue
            holder = self.find(value, name)
            holder_id = holder.id if holder else claimed.get((name, value))
            mine = record.id if record else "a new record"
            claimed[name, value] = mine
            if holder_id is not None and (holder_id != mine or record is None):
                raise self._conflict(name, value, holder_id, mine)

    def _conflict(self, name: str, value: str, holder: str, mine: str) -> ApiError:
        if name == "email":
            return conflict(f"Contact already exists. Existing ID: {holder}")
        message = (
            f"Cannot set PropertyValueCoordinates{{portalId={self.portal_id}, "
            f"objectTypeId={self.type_id}, propertyName={name}, value={value}}} on {mine}. "
            f"{holder} already has that value."
        )
        return invalid_values([Problem(name, "CONFLICTING_UNIQUE_VALUE", message)], self.portal_id)

    def _move_unique(self, record: Record, changed: Values) -> None:
        for name in [n for n in changed if (p := self.definitions.properties.get(n)) and p.unique]:
            index = self.unique.setdefault(name, {})
            old = record.values.get(name)
            if old:
                index.pop(old, None)
            if changed[name]:
                index[changed[name]] = record.id
            if name == "email" and changed[name] in record.emails:
                # A secondary address made the primary one: the two change places.
                record.emails.remove(changed[name])
                if old:
                    record.emails.append(old)
                    index[old] = record.id
                changed["hs_additional_emails"] = ";".join(record.emails)

    def _release(self, record: Record) -> None:
        for name, index in self.unique.items():
            held = [record.values.get(name, "")]
            for value in held + record.emails if name == "email" else held:
                if index.get(value) == record.id:
                    del index[value]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise invalid("Invalid input JSON: a property value must be a string")
