"""How Stripe shows a stored object: ids unless expanded, four levels at most, short inner lists.

Source: https://docs.stripe.com/expand
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
MOST_LEVELS = 4


@dataclass(frozen=True)
class Field:
    """How a field of an object is shown.

    Attributes:
        how: `id` (expandable), `ids` (a list of such), `whole` (always the object), `hidden` (only
            when asked for), `list` (objects that name this one), `hidden list`, `inside`.
        kind: The kind of object it leads to.
        by: Of a list: the field that names this object.
    """

    how: str
    kind: str = ""
    by: str = ""


FIELDS: dict[str, dict[str, Field]] = {
    "subscription": {
        "customer": Field("id", "customer"),
        "discounts": Field("ids", "discount"),
        "items": Field("list", "subscription_item", "subscription"),
        "latest_invoice": Field("id", "invoice"),
    },
    "subscription_item": {
        "price": Field("whole", "price"),
        "discounts": Field("ids", "discount"),
    },
    "price": {"product": Field("id", "product"), "tiers": Field("hidden")},
    "discount": {"source": Field("inside", "source")},
    "source": {"coupon": Field("id", "coupon")},
    "coupon": {"applies_to": Field("hidden")},
    "customer": {"discount": Field("whole", "discount")},
    "invoice": {
        "customer": Field("id", "customer"),
        "lines": Field("list", "line_item", "invoice"),
        "payments": Field("hidden list", "invoice_payment", "invoice"),
    },
}


class Unexpandable(Exception):
    """Stripe's refusal of what should be expanded: a code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Renderer:
    """Shows objects.

    Args:
        objects: By kind and id, what is stored; deleted ones too, marked by `_deleted`.
        inner: How many objects an inner list holds.
    """

    def __init__(self, objects: dict[str, dict[str, Json]], inner: int = 10) -> None:
        self.objects = objects
        self.inner = inner

    def paths(self, wanted: Iterable[str], *, of_list: bool) -> list[list[str]]:
        """What is to be expanded in each object; raises Unexpandable."""
        found = []
        for name in wanted:
            levels = name.split(".")
            if len(levels) > MOST_LEVELS:
                raise Unexpandable(
                    "property_expansion_max_depth",
                    f"You cannot expand more than 4 levels of a property. Property: {name}",
                )
            if of_list and levels[0] != "data":
                raise Unexpandable("", f"This property cannot be expanded ({levels[0]}).")
            found.append(levels[1:] if of_list else levels)
        return found

    def show(self, kind: str, value: Json, paths: list[list[str]]) -> Json:
        """The object as an answer holds it."""
        if value.get("_deleted") and kind == "customer":
            return {"id": value["id"], "object": kind, "deleted": True}
        fields = FIELDS.get(kind, {})
        for path in paths:
            if path and path[0] not in fields:
                raise Unexpandable("", f"This property cannot be expanded ({path[0]}).")
        shown = {name: one for name, one in value.items() if name != "_deleted"}
        for name, field in fields.items():
            below = [path[1:] for path in paths if path and path[0] == name]
            self._field(shown, name, field, below, asked=bool(below))
        return shown

    def _field(
        self, shown: Json, name: str, field: Field, below: list[list[str]], *, asked: bool
    ) -> None:
        value = shown.get(name)
        if "list" in field.how:
            if field.how == "hidden list" and not asked:
                shown.pop(name, None)
                return
            below = [path[1:] for path in below if path and path[0] == "data"]
            named = [
                one for one in self.objects[field.kind].values() if one[field.by] == shown["id"]
            ]
            data = [self.show(field.kind, one, below) for one in named[: self.inner]]
            shown[name] = {"object": "list", "data": data, "has_more": len(named) > self.inner}
        elif field.how == "hidden":
            if not asked:
                shown.pop(name, None)
        elif value is None:
            return
        elif field.how == "inside":
            shown[name] = self.show(field.kind, value, below)
        elif field.how == "ids":
            shown[name] = [self._one(field, one, below, asked=asked) for one in value]
        else:
            shown[name] = self._one(field, value, below, asked=asked)

    def _one(self, field: Field, value: object, below: list[list[str]], *, asked: bool) -> object:
        stored = self.objects[field.kind].get(str(value))
        if (not asked and field.how != "whole") or stored is None:
            return value
        return self.show(field.kind, stored, below)
