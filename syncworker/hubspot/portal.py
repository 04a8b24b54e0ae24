"""A HubSpot account as the engine knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncworker.engine.ports import (
    Pair,
    PairOutcome,
    Pipeline,
    PortalRecord,
    PropertyDefinition,
    PropertyLimit,
    Quota,
)
from syncworker.engine.touched import Touched
from syncworker.hubspot import (
    account,
    account_definitions,
    associations,
    limits,
    objects,
    pipelines,
    properties,
    reading,
    usage,
)
from syncworker.hubspot.account_reader import HubSpotAccount
from syncworker.hubspot.budget import Budget, LocalBudget
from syncworker.hubspot.credentials import Credentials
from syncworker.hubspot.retry import Patience
from syncworker.hubspot.source_reader import SourceReader
from syncworker.hubspot.tokens import Token
from syncworker.hubspot.transport import Transport
from syncworker.mapping.portal import ApiVersion
from syncworker.planning.records import Batch, RecordOutcome


class HubSpotPortal:
    """A HubSpot account: `syncworker.engine.ports.Portal`.

    Make one per portal and token and keep it: it owns the connections and, unless one is given,
    the budget. Not for several threads at once.

    Args:
        token: Access token of a service key or private app, or where one comes from.
        api_version: HubSpot's API version.
        base_url: Where HubSpot is; None: the real one.
        budget: Shared with whatever else calls the portal; None: one of its own.
        patience: How long to wait for HubSpot.
        name: The portal's name, for the commands in error messages.
        asks_usage: Whether to ask once how many of the day's requests are used; OAuth apps cannot.

    Raises:
        Unauthorized: The token cannot be a token.
    """

    def __init__(
        self,
        token: str | Credentials,
        *,
        api_version: ApiVersion = "2026-09",
        base_url: str | None = None,
        budget: Budget | None = None,
        patience: Patience | None = None,
        name: str = "PORTAL",
        asks_usage: bool = False,
    ) -> None:
        self._credentials = Token(token) if isinstance(token, str) else token
        self._transport = Transport(
            self._credentials,
            api_version=api_version,
            base_url=base_url,
            budget=budget or LocalBudget("professional"),
            patience=patience or Patience(),
        )
        self._name = name
        self._asks_usage = asks_usage
        self._home: str | None = None
        self._app: str | None = None

    def __repr__(self) -> str:
        return f"HubSpotPortal({self._name!r}, {self._transport!r})"

    @property
    def requests(self) -> int:
        """HubSpot requests made through this object so far, retries included."""
        return self._transport.requests

    @property
    def waited(self) -> float:
        """Seconds that requests through this object have waited for the portal's budget."""
        return self._transport.waited

    @property
    def writes(self) -> int:
        """Those of the requests that change records or property definitions."""
        return self._transport.writes

    @property
    def quota(self) -> Quota:
        """What the portal allows, as far as it is known; HubSpot is not asked."""
        return self._transport.budget.quota()

    def reader(self) -> SourceReader:
        """What sources read this portal with, over the same connections and budget."""
        return SourceReader(self._transport)

    def learn_usage(self) -> None:
        """Tell the budget how many of the day's requests are used; not for OAuth apps.

        Nothing happens where the token may not ask.
        """
        usage.learn(self._transport)

    def home(self) -> str:
        """Where people see the portal's records; "" where HubSpot does not say. Asked once."""
        if self._home is None:
            self._home = account.home(self._transport)
        return self._home

    def app(self) -> str:
        """Our app's id, as histories name it; "" where HubSpot does not tell. Asked once."""
        if self._app is None:
            self._app = self.account().app()
        return self._app

    def properties(self, object_name: str) -> Mapping[str, PropertyDefinition]:
        """The object's properties by name."""
        if self._asks_usage:
            # Here, because a run that changes nothing reads no properties and must ask nothing.
            self._asks_usage = False
            self.learn_usage()
        return properties.listed(self._transport, object_name)

    def create_properties(
        self, object_name: str, group: tuple[str, str], definitions: Sequence[PropertyDefinition]
    ) -> None:
        """Create the group (name, label) and the properties where the portal has none."""
        properties.create(self._transport, object_name, group, definitions)

    def archive_properties(self, object_name: str, names: Sequence[str]) -> None:
        """Archive properties; HubSpot may not give their names a second time."""
        properties.archive(self._transport, object_name, names)

    def archived_properties(self, object_name: str) -> frozenset[str]:
        """Names of the object's archived properties."""
        return properties.archived(self._transport, object_name)

    def definitions(self) -> dict[str, Any]:
        """Every definition of the account that the token may read."""
        return account_definitions.definitions(self._transport)

    def find(
        self,
        object_name: str,
        match_property: str,
        values: Sequence[str],
        properties: Sequence[str],
        *,
        unique: bool = False,
    ) -> Mapping[str, tuple[PortalRecord, ...]]:
        """Records by the value asked for, with the values of `properties`; absent: none has it."""
        if match_property == "hs_object_id":
            found = reading.read(self._transport, object_name, values, properties)
            return {value: (record,) for value, record in found.items()}
        if (object_name, match_property) == ("contacts", "email"):
            return reading.find_by_email(self._transport, values, properties)
        how = reading.find_by_unique if unique else reading.find_by_search
        return how(self._transport, object_name, match_property, values, properties)

    def read(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, PortalRecord]:
        """Records by the id asked for; one that is gone is absent; a merged one has its new id."""
        return reading.read(self._transport, object_name, ids, properties)

    def last_changes(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Touched]:
        """By id asked for, who last set each property, when, and to what."""
        return reading.last_changes(self._transport, object_name, ids, properties)

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        """Send a batch; one outcome per input, in the order of the inputs."""
        return objects.write(self._transport, batch, self._name)

    def pipelines(self, object_name: str) -> tuple[Pipeline, ...]:
        """The object's pipelines."""
        return pipelines.listed(self._transport, object_name)

    def property_limit(self, object_name: str) -> PropertyLimit | None:
        """How many custom properties there may be; None where the portal does not tell."""
        return limits.custom_properties(self._transport, object_name)

    def associated(
        self, from_object: str, to_object: str, ids: Sequence[str]
    ) -> Mapping[str, frozenset[str]]:
        """By id asked for, the ids of the records of `to_object` it belongs to."""
        return associations.read(self._transport, from_object, to_object, ids)

    def associate(
        self, from_object: str, to_object: str, pairs: Sequence[Pair]
    ) -> tuple[PairOutcome, ...]:
        """Associate pairs by HubSpot's default type; one outcome per pair, in their order."""
        return associations.create(self._transport, from_object, to_object, pairs, self._name)

    def account(self) -> HubSpotAccount:
        """What HubSpot tells of the account and the token."""
        return HubSpotAccount(self._transport, self._credentials)
