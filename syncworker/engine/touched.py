"""Who last touched a HubSpot record's properties, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syncworker.planning.lifecycle import PEOPLE


@dataclass(frozen=True, slots=True)
class LastChange:
    """The newest version of a property.

    Attributes:
        value: The value it has had since; "" for an emptied one.
        at: When it was set, by HubSpot's clock; None where HubSpot does not say.
        source: HubSpot's source type: `CRM_UI` (a person), `INTEGRATION` (an app), `AUTOMATION`...
        source_id: What of that kind it was, an app's number for example; "" where not told.
        user: HubSpot's id of the person; "" where it was none, or not told.
    """

    value: str
    at: datetime | None = None
    source: str = ""
    source_id: str = ""
    user: str = ""

    @property
    def by_person(self) -> bool:
        """Whether a person set it: on the record, in bulk or by an import."""
        return self.source in PEOPLE

    @property
    def of_an_app(self) -> bool:
        """Whether an app set it, and which is told."""
        return self.source == "INTEGRATION" and self.source_id != ""


@dataclass(frozen=True, slots=True)
class Touched:
    """A record's id (after a merge the new one) and the last change of each property.

    A property that never had a value is not among `changes`.
    """

    id: str
    changes: Mapping[str, LastChange]
