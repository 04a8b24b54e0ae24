"""Which records belong together, and as what: associations with their types (v4).

Every pair of objects has an unlabelled type; contacts, deals and tickets have one primary company
among theirs, the first one associated unless another is made it; admins add labelled types.
Source of the numbers: HubSpot's list of association type ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from syncworker.sandbox.answers import Json, invalid
from syncworker.sandbox.records import Kind, Record, Records

DEFINED, OWN = "HUBSPOT_DEFINED", "USER_DEFINED"
PRIMARY = "Primary"
Pair = tuple[str, str]
_UNLABELLED: dict[Pair, int] = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("tickets", "companies"): 339,
    ("companies", "tickets"): 340,
    ("deals", "contacts"): 3,
    ("contacts", "deals"): 4,
    ("contacts", "tickets"): 15,
    ("tickets", "contacts"): 16,
    ("deals", "tickets"): 27,
    ("tickets", "deals"): 28,
    ("contacts", "feedback_submissions"): 97,
    ("feedback_submissions", "contacts"): 98,
    ("feedback_submissions", "tickets"): 99,
    ("tickets", "feedback_submissions"): 100,
    ("contacts", "contacts"): 449,
    ("companies", "companies"): 450,
    ("deals", "deals"): 451,
    ("tickets", "tickets"): 452,
}
_PRIMARIES: dict[Pair, int] = {
    ("contacts", "companies"): 1,
    ("companies", "contacts"): 2,
    ("deals", "companies"): 5,
    ("companies", "deals"): 6,
    ("companies", "tickets"): 25,
    ("tickets", "companies"): 26,
}
_FIRST_OWN_ID = 1_001


@dataclass(frozen=True, slots=True)
class Label:
    """A type of association, seen from one side.

    Attributes:
        category: HUBSPOT_DEFINED or USER_DEFINED.
        type_id: Its number.
        text: Its label; None for the unlabelled type.
        inverse: The number of the same type seen from the other side.
    """

    category: str
    type_id: int
    text: str | None
    inverse: int

    @property
    def kind(self) -> Kind:
        """What a record's associations keep of it."""
        return self.category, self.type_id

    def as_json(self) -> Json:
        """As the v4 endpoints show it."""
        return {"category": self.category, "typeId": self.type_id, "label": self.text}


@dataclass(slots=True)
class Associations:
    """The association types of an account, by the pair of objects; the first is the unlabelled."""

    labels: dict[Pair, list[Label]] = field(default_factory=dict)
    next_id: int = _FIRST_OWN_ID

    def between(self, pair: Pair) -> list[Label]:
        """The types from one object to another."""
        if pair not in self.labels:
            back = (pair[1], pair[0])
            if pair in _UNLABELLED:
                made = [Label(DEFINED, _UNLABELLED[pair], None, _UNLABELLED[back])]
                if pair in _PRIMARIES:
                    made.append(Label(DEFINED, _PRIMARIES[pair], PRIMARY, _PRIMARIES[back]))
                self.labels[pair] = made
            else:
                self._add(pair, None, None)
        return self.labels[pair]

    def find(self, pair: Pair, spec: object) -> Label:
        """The type that an associationCategory and associationTypeId name, or 400."""
        if isinstance(spec, dict):
            wanted = (spec.get("associationCategory"), spec.get("associationTypeId"))
            for label in self.between(pair):
                if (label.category, label.type_id) == wanted or (
                    label.category == wanted[0] and str(label.type_id) == wanted[1]
                ):
                    return label
        raise invalid(f"Invalid association type {spec} between {pair[0]} and {pair[1]}")

    def create(self, pair: Pair, label: str, inverse: str) -> list[Label]:
        """A labelled type made by an admin; both its sides, this one first."""
        self.between(pair)
        self.between((pair[1], pair[0]))
        if any(one.text == label for one in self.labels[pair]):
            raise invalid(f'An association label "{label}" already exists')
        return self._add(pair, label, inverse)

    def link(
        self, left: Records, one: Record, right: Records, other: Record, labels: list[Label]
    ) -> Record | None:
        """Associate two records, seen from both sides.

        Returns:
            The record that has a new primary company through this, if any.
        """
        pair = (left.object_type, right.object_type)
        unlabelled = self.between(pair)[0]
        for label in (unlabelled, *labels):
            _set(left, one, right, other, label)
        primary = self._primary(pair)
        if primary is None:
            return None
        if right.object_type == "companies":
            holder, holders, company, companies, label = one, left, other, right, primary
        else:
            holder, holders, company, companies = other, right, one, left
            label = Label(primary.category, primary.inverse, PRIMARY, primary.type_id)
        linked = holder.linked["companies"]
        current = [held for held, kinds in linked.items() if label.kind in kinds]
        if company.id in current and current != [company.id]:
            # Made the primary company just now: the one before is no longer it.
            for held in current:
                before = companies.find(held)
                if held != company.id and before is not None:
                    _unset(holders, holder, companies, before, label)
        elif current:
            return None
        _set(holders, holder, companies, company, label)
        return holder

    def unlink(self, left: Records, one: Record, right: Records, other: Record) -> None:
        """Take every association between two records away."""
        one.linked.get(right.object_type, {}).pop(other.id, None)
        other.linked.get(left.object_type, {}).pop(one.id, None)

    def unlabel(
        self, left: Records, one: Record, right: Records, other: Record, labels: list[Label]
    ) -> None:
        """Take labels away from an association, which stays."""
        unlabelled = self.between((left.object_type, right.object_type))[0]
        for label in labels:
            if label != unlabelled and other.id in one.linked.get(right.object_type, {}):
                _unset(left, one, right, other, label)

    def primary_contacts(self, company: Record) -> list[str]:
        """The ids of the contacts whose primary company this is."""
        kind = (DEFINED, _PRIMARIES["companies", "contacts"])
        return [held for held, kinds in company.linked.get("contacts", {}).items() if kind in kinds]

    def shown(self, pair: Pair, kinds: dict[Kind, None]) -> list[Json]:
        """A pair of records' types as the v4 endpoints show them."""
        return [label.as_json() for label in self.between(pair) if label.kind in kinds]

    def _primary(self, pair: Pair) -> Label | None:
        return next((one for one in self.between(pair) if one.text == PRIMARY), None)

    def _add(self, pair: Pair, label: str | None, inverse: str | None) -> list[Label]:
        back = (pair[1], pair[0])
        there = Label(OWN, self.next_id, label, self.next_id + 1)
        here = Label(OWN, self.next_id + 1, inverse, self.next_id)
        self.next_id += 2
        self.labels.setdefault(pair, []).append(there)
        if back != pair:
            self.labels.setdefault(back, []).append(here)
        return [there, here]


def _set(left: Records, one: Record, right: Records, other: Record, label: Label) -> None:
    there = one.linked.setdefault(right.object_type, {}).setdefault(other.id, {})
    there[label.kind] = None
    here = other.linked.setdefault(left.object_type, {}).setdefault(one.id, {})
    here[label.category, label.inverse] = None


def _unset(left: Records, one: Record, right: Records, other: Record, label: Label) -> None:
    one.linked[right.object_type][other.id].pop(label.kind, None)
    here = other.linked.get(left.object_type, {}).get(one.id, {})
    here.pop((label.category, label.inverse), None)
