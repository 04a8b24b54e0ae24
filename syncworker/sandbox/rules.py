"""What admins require of records; API writes must keep to it from version 2026-09 on.

Source: HubSpot's changelog on write validation (11 Aug 2026). The code of such an error and the
form in which a required property is listed are not published; those used here are likely ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from syncworker.sandbox.answers import Json, Problem, Values

ENFORCED = frozenset({"2026-09"})


@dataclass(frozen=True, slots=True)
class Required:
    """A property that must be filled.

    Attributes:
        property: The property.
        when: Another property and its value: then it must be filled. None: in every new record.
    """

    property: str
    when: tuple[str, str] | None = None

    def as_json(self) -> Json:
        """As the property-validations endpoint shows it."""
        arguments = list(self.when or ())
        return {
            "ruleType": "CONDITIONALLY_REQUIRED" if self.when else "REQUIRED",
            "ruleArguments": arguments,
            "shouldApplyNormalization": False,
        }


def missing(names: Iterable[str], values: Values) -> list[Problem]:
    """A problem for each property of a new record that must be filled and is not."""
    return [
        Problem(name, "REQUIRED_FIELD", f'Property "{name}" is required')
        for name in names
        if not values.get(name)
    ]


@dataclass(slots=True)
class Rules:
    """An account's rules by object."""

    by_object: dict[str, list[Required]] = field(default_factory=dict)

    def require(self, object_type: str, name: str, when: tuple[str, str] | None = None) -> None:
        """Require a property of new records, or of those where another one has that value."""
        self.by_object.setdefault(object_type, []).append(Required(name, when))

    def broken(self, object_type: str, old: Values | None, values: Values) -> list[Problem]:
        """What a write leaves empty though it is required.

        Args:
            object_type: The object.
            old: What the record holds; None for a new one.
            values: What is written.
        """
        after = {**(old or {}), **values}
        problems = []
        for rule in self.by_object.get(object_type, ()):
            if rule.when is None:
                due = old is None or rule.property in values
            else:
                name, value = rule.when
                due = after.get(name) == value and (name in values or rule.property in values)
            if due and not after.get(rule.property):
                message = f'Property "{rule.property}" is required'
                if rule.when:
                    message += f" when {rule.when[0]} is {rule.when[1]}"
                problems.append(Problem(rule.property, "REQUIRED_FIELD", message))
        return problems

    def as_json(self, object_type: str) -> list[Json]:
        """As the property-validations endpoint lists them."""
        named: dict[str, list[Json]] = {}
        for rule in self.by_object.get(object_type, ()):
            named.setdefault(rule.property, []).append(rule.as_json())
        return [
            {"propertyName": name, "propertyValidationRules": rules}
            for name, rules in named.items()
        ]
