"""What a mapping asks for: one desired record per HubSpot record, and how to write each property.

Property values are HubSpot's strings, already rendered by the property's type; "" is an empty
property.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

WriteMode = Literal["always", "fill_empty", "append", "never_clear"]
PropertyType = Literal["string", "number", "date", "datetime", "enumeration", "bool"]


@dataclass(frozen=True, slots=True)
class PropertyRule:
    """How one mapped property of one object is written.

    Attributes:
        name: HubSpot's internal property name.
        type: HubSpot's property type.
        mode: always (ours: written and cleared), fill_empty (only into an empty property), append
            (multi-select: options are added, none is taken away), never_clear (written, never
            emptied).
        volatile: Never a reason to send; rides along with another change.
        guard_numbers: Whether the guard counts changed numbers of it as flips.
    """

    name: str
    type: PropertyType
    mode: WriteMode = "always"
    volatile: bool = False
    guard_numbers: bool = False


@dataclass(frozen=True, slots=True)
class DesiredRecord:
    """What one HubSpot record should hold.

    Attributes:
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        key: Our key of the record: the account's, user's, subscription's or ticket's id.
        matches: HubSpot property and value of each way to find the record, in the mapping's order;
            a way whose value is empty is left out.
        values: By property; "" clears. A property that is not here is left alone.
        because: By property, why it has that value.
        stage: Internal name of the lifecycle stage the rules ask for, or None.
        stage_because: Why.
        stage_back: Whether, and why, the stage may go back; "" where it only goes forward.
        create_values: Properties to send only where the record is created (its e-mail, its name).
        unknown: By property, why its value cannot be told for this record; it is left alone.
        refused: By property, why the portal cannot take its value; it is left alone and reported.
    """

    object: str
    key: str
    matches: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    because: Mapping[str, str] = field(default_factory=dict)
    stage: str | None = None
    stage_because: str = ""
    stage_back: str = ""
    create_values: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people know it by: the value of the last way to find it, else our key."""
        return self.matches[-1][1] if self.matches else self.key
