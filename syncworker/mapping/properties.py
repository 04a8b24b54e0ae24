"""The properties a mapping wants of a portal, as they are to be made there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncworker.mapping.choices import YES_NO
from syncworker.mapping.desired import PropertyType
from syncworker.mapping.hubspot_names import hubspots_own
from syncworker.mapping.objects import KEY_COLUMNS, own_keys, rows_of
from syncworker.mapping.portal import ROWS_OF, Match, PortalMapping, PropertyMapping, Rows
from syncworker.mapping.property_rules import mapped_properties
from syncworker.mapping.property_types import property_type
from syncworker.metrics.metric import Metric

_FIELD_TYPES: Mapping[PropertyType, str] = {
    "string": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
    "bool": "booleancheckbox",
}
_PERCENT = " (%)"
_CURRENCY = " In the currency the customer pays in, whatever sign HubSpot shows."
_OF_THE_CUSTOMER = " It tells of the whole customer, not of this record alone."
_KEY_LABELS: Mapping[Rows, tuple[str, str]] = {
    "accounts": ("SaaS account ID", "this customer"),
    "users": ("SaaS user ID", "this person"),
    "subscriptions": ("SaaS subscription ID", "this subscription"),
    "tickets": ("SaaS ticket ID", "this ticket"),
}


@dataclass(frozen=True, slots=True)
class WantedProperty:
    """A property as it is to be created in HubSpot.

    Attributes:
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        name: HubSpot's internal property name.
        type: HubSpot's property type.
        field_type: HubSpot's form field for it; only certain pairs are accepted.
        label: What people read on the record.
        description: Static text, also an unchanged property's: it never causes a change.
        options: Values and labels of an enumeration or bool, in the order people see.
        unique: Whether no two records may share a value; HubSpot takes that only at creation.
        number_format: Of a number: HubSpot's display hint, or "". Percents are plain numbers: they
            go from 0 to 100, and HubSpot's percentage format shows 0.5 as 50 %.
    """

    object: str
    name: str
    type: PropertyType
    field_type: str
    label: str
    description: str
    options: tuple[tuple[str, str], ...] = ()
    unique: bool = False
    number_format: str = ""


def wanted_properties(
    mapping: PortalMapping, object_name: str, catalog: Mapping[str, Metric]
) -> tuple[WantedProperty, ...]:
    """Every property of an object that can be created: our own keys, then the mapped ones.

    What is HubSpot's own is left out; it is there or nobody can make it.
    """
    config = mapping.objects.get(object_name)
    if config is None:
        return ()
    rows = rows_of(object_name, config)
    keys = [_key(object_name, rows, key) for key in own_keys(config)]
    mapped = [
        wanted(object_name, name, each, metric)
        for name, each, metric in mapped_properties(mapping, object_name, catalog)
    ]
    return tuple(each for each in keys + mapped if not hubspots_own(object_name, each.name))


def wanted(object_name: str, name: str, mapped: PropertyMapping, metric: Metric) -> WantedProperty:
    """How one mapped property is to be created."""
    type_ = property_type(mapped, metric)
    options: tuple[tuple[str, str], ...] = ()
    if type_ in {"enumeration", "bool"}:
        options = tuple((option.value, option.label) for option in metric.options) or YES_NO
    several = type_ == "enumeration" and takes_several(mapped, metric)
    number_format = "currency" if metric.type == "money" else "formatted"
    return WantedProperty(
        object=object_name,
        name=name,
        type=type_,
        field_type="checkbox" if several else _FIELD_TYPES[type_],
        label=mapped.label or metric.label + (_PERCENT if metric.unit == "percent" else ""),
        description=_described(object_name, metric),
        options=options,
        number_format=number_format if type_ == "number" else "",
    )


def _described(object_name: str, metric: Metric) -> str:
    """The metric's description, with what a reader of this record has to know besides."""
    text = metric.description
    if metric.type == "money":
        text += _CURRENCY
    if metric.entity == "account" and ROWS_OF.get(object_name, "accounts") != "accounts":
        text += _OF_THE_CUSTOMER
    return text


def takes_several(mapped: PropertyMapping, metric: Metric) -> bool:
    """Whether the property must hold several options at once."""
    return metric.type == "multi" or mapped.mode == "append"


def _key(object_name: str, rows: Rows, key: Match) -> WantedProperty:
    label, whom = _KEY_LABELS[rows]
    if key.column != KEY_COLUMNS[rows]:
        label = key.property.replace("_", " ").capitalize()
    return WantedProperty(
        object=object_name,
        name=key.property,
        type="string",
        field_type="text",
        label=label,
        description=(
            f"What the app knows {whom} by (its {key.column}). Filled once, when this record is "
            "recognised; from then on the app's numbers reach the record by it. No two records "
            "have the same. Empty: not recognised yet."
        ),
        unique=True,
    )
