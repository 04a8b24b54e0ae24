"""A HubSpot account as the engine knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncworker.engine.ports import PortalRecord, PropertyDefinition
from syncworker.hubspot import lifecycle, objects, properties, reading
from syncworker.hubspot.budget import Budget, LocalBudget
from syncworker.hubspot.retry import Patience
from syncworker.hubspot.transport import Transport
from syncworker.mapping.portal import ApiVersion, Tier
from syncworker.planning.records import Batch, RecordOutcome


class HubSpotPortal:
    """A HubSpot account: `syncworker.engine.ports.Portal`.

    Make one per portal and token and keep it: it owns the connections and, unless one is given,
    the budget. Not for several threads at once.

    Args:
        token: Access token of a service key or private app.
        api_version: HubSpot's API version.
        base_url: Where HubSpot is; None: the real one.
        tier: Sets the request limits until HubSpot states its own.
        budget: Shared with whatever else calls the portal; None: one of its own.
        patience: How long to wait for HubSpot.
        name: The portal's name, for the commands in error messages.

    Raises:
        Unauthorized: The token cannot be a token.
    """

    def __init__(
        self,
        token: str,
        *,
        api_version: ApiVersion = "2026-09",
        base_url: str | None = None,
        tier: Tier = "professional",
        budget: Budget | None = None,
        patience: Patience | None = None,
        name: str = "PORTAL",
    ) -> None:
        self._transport = Transport(
            token,
            api_version=api_version,
            base_url=base_url,
            budget=budget or LocalBudget(tier),
            patience=patience or Patience(),
        )
        self._name = name
        self._unique: dict[str, frozenset[str]] = {}

    def __repr__(self) -> str:
        return f"HubSpotPortal({self._name!r}, {self._transport!r})"

    @property
    def requests(self) -> int:
        """HubSpot requests made through this object so far, retries included."""
        return self._transport.requests

    @property
    def writes(self) -> int:
        """Those of the requests that change records or property definitions."""
        return self._transport.writes

    def properties(self, object_name: str) -> Mapping[str, PropertyDefinition]:
        """The object's properties by name."""
        found = properties.listed(self._transport, object_name)
        self._unique[object_name] = frozenset(n for n, one in found.items() if one.unique)
        return found

    def create_properties(
        self, object_name: str, group: tuple[str, str], definitions: Sequence[PropertyDefinition]
    ) -> None:
        """Create the group (name, label) and the properties where the portal has none."""
        properties.create(self._transport, object_name, group, definitions)
        self._unique.pop(object_name, None)

    def stages(self, object_name: str) -> tuple[tuple[str, str], ...]:
        """The object's lifecycle stages, first to last, as (internal name, label)."""
        return lifecycle.stages(self._transport, object_name)

    def find(
        self,
        object_name: str,
        match_property: str,
        values: Sequence[str],
        properties: Sequence[str],
    ) -> Mapping[str, tuple[PortalRecord, ...]]:
        """Records by the value asked for, with the values of `properties`; absent: none has it."""
        if match_property == "hs_object_id":
            found = reading.read(self._transport, object_name, values, properties)
            return {value: (record,) for value, record in found.items()}
        if (object_name, match_property) == ("contacts", "email"):
            return reading.find_by_email(self._transport, values, properties)
        how = (
            reading.find_by_unique
            if self._is_unique(object_name, match_property)
            else reading.find_by_search
        )
        return how(self._transport, object_name, match_property, values, properties)

    def read(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, PortalRecord]:
        """Records by the id asked for; one that is gone is absent; a merged one has its new id."""
        return reading.read(self._transport, object_name, ids, properties)

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        """Send a batch; one outcome per input, in the order of the inputs."""
        return objects.write(self._transport, batch, self._name)

    def _is_unique(self, object_name: str, name: str) -> bool:
        if name == "domain":
            return False
        if object_name not in self._unique:
            self.properties(object_name)
        return name in self._unique[object_name]
