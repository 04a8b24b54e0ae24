"""A HubSpot account in memory: its records, properties, limits and what was asked of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from syncworker.sandbox.answers import Json, not_found
from syncworker.sandbox.associations import Associations, Label
from syncworker.sandbox.credentials import Credentials, OAuthApp
from syncworker.sandbox.defaults import default_definitions, track_recurring_revenue
from syncworker.sandbox.faults import Faults
from syncworker.sandbox.lifecycle import STAGE, later_stage
from syncworker.sandbox.limits import Limits
from syncworker.sandbox.pipelines import default_pipelines
from syncworker.sandbox.records import INTEGRATION, PERSON, Prepared, Record, Records
from syncworker.sandbox.rules import Rules
from syncworker.sandbox.schemas import Schema, Schemas
from syncworker.sandbox.stats import Stats
from syncworker.sandbox.values import stamp

TYPE_IDS = {
    "contacts": "0-1",
    "companies": "0-2",
    "deals": "0-3",
    "tickets": "0-5",
    "feedback_submissions": "0-19",
}
_SINGULAR = {
    "contact": "contacts",
    "company": "companies",
    "deal": "deals",
    "ticket": "tickets",
    "feedback_submission": "feedback_submissions",
}
_FIRST_ID = 12_000_000_001
_MAX_BODY = 10_000_000
TOKEN = "pat-sandbox-0000"  # noqa: S105 - an emulator's token opens nothing


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Ids:
    """Makes ids, each one higher than the one before."""

    following: int = _FIRST_ID

    def __call__(self) -> str:
        """The next id."""
        self.following += 1
        return str(self.following - 1)


class Portal:
    """A HubSpot account.

    Args:
        portal_id: Its number.
        token: The first bearer token it accepts.
        tier: free, starter, professional or enterprise: the request limits.
        limits: Whether requests are limited at all.
        seed: Seeds the order of batch results.
        timezone: IANA name; the daily limit starts anew at its midnight.
        search_lag: Seconds until a write is found by search.
        clock: Reads the time, aware UTC.

    Attributes:
        credentials: The static tokens and OAuth apps.
        missing_scopes: Scopes the tokens do not have, such as crm.objects.companies.write.
        faults: What goes wrong with the requests to come.
        rules: What must be filled in records; kept to from API version 2026-09 on.
        fold_errors: Whether 2026-09 answers a partly refused batch with 200 instead of 207.
        sync_company_stages: Whether a company's later lifecycle stage is copied to the contacts
            whose primary company it is.
        max_body: Bytes of a request's body above which the answer is 413.
        objects: The records by object.
    """

    def __init__(  # noqa: PLR0913 - what a portal can be told to be
        self,
        *,
        portal_id: int = 4711001,
        token: str = TOKEN,
        tier: str = "professional",
        limits: bool = True,
        seed: int = 7,
        timezone: str = "Europe/Berlin",
        search_lag: float = 0.0,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.portal_id = portal_id
        self._token = token
        self.credentials = Credentials(token)
        self.timezone = timezone
        self.search_lag = search_lag
        self.clock = clock
        self.missing_scopes: set[str] = set()
        self.shuffle = random.Random(seed)
        self.limits = Limits(tier=tier, enabled=limits, timezone=timezone, portal_id=portal_id)
        self.faults = Faults(portal_id)
        self.stats = Stats()
        self.rules = Rules()
        self.fold_errors = False
        self.sync_company_stages = False
        self.max_body = _MAX_BODY
        self.owners: list[Json] = []
        self.forms: dict[str, list[Json]] = {}
        self.associations = Associations()
        self.schemas = Schemas(portal_id)
        self.next_id = Ids()
        self.objects = {
            name: Records(
                object_type=name,
                type_id=type_id,
                definitions=default_definitions(name, self.now()),
                portal_id=portal_id,
                next_id=self.next_id,
                pipelines=default_pipelines(name, self.now()),
            )
            for name, type_id in TYPE_IDS.items()
        }
        self._names = {TYPE_IDS[name]: name for name in TYPE_IDS} | _SINGULAR

    @property
    def token(self) -> str:
        """The first bearer token it accepts; setting it takes the old one's place."""
        return self._token

    @token.setter
    def token(self, token: str) -> None:
        self.tokens.discard(self._token)
        self._token = token
        self.tokens.add(token)

    @property
    def tokens(self) -> set[str]:
        """The static tokens it accepts; add and discard at will."""
        return self.credentials.tokens

    def add_oauth_app(self, app: OAuthApp | None = None) -> OAuthApp:
        """Install an OAuth app; one with made-up names unless given."""
        app = app or OAuthApp()
        self.credentials.apps[app.client_id] = app
        return app

    def now(self) -> str:
        """The time as HubSpot writes it."""
        return stamp(self.clock())

    def records(self, object_type: str) -> Records:
        """The records of an object by its name, its singular or its number, or 404."""
        found = self.objects.get(self._names.get(object_type, object_type))
        if found is None:
            raise not_found(f"Unable to infer object type from: {object_type}")
        return found

    def create_object(self, body: Json) -> Schema:
        """Define a custom object as the schemas API is asked to."""
        schema = self.schemas.create(body, self.now())
        self.add_object(schema)
        return schema

    def add_object(self, schema: Schema) -> Records:
        """Hold records of a custom object, reachable by its three names."""
        name, type_id = schema.body["name"], schema.body["objectTypeId"]
        self.objects[name] = Records(
            object_type=name,
            type_id=type_id,
            definitions=schema.definitions,
            portal_id=self.portal_id,
            next_id=self.next_id,
            pipelines=[],
            schema=schema.body,
        )
        self._names |= {type_id: name, schema.body["fullyQualifiedName"]: name}
        return self.objects[name]

    def drop_object(self, name: str) -> None:
        """Forget a custom object."""
        del self.objects[name], self.schemas.by_name[name]
        self._names = {key: value for key, value in self._names.items() if value != name}

    def scope_of(self, object_type: str) -> str:
        """How an object is called in the names of scopes."""
        name = self._names.get(object_type, object_type)
        return "custom" if name in self.schemas.by_name else name

    def track_recurring_revenue(self) -> None:
        """Do what a user's click on "Add properties and start tracking" does."""
        track_recurring_revenue(self.objects["deals"].definitions, self.now())

    def put(
        self, object_type: str, values: dict[str, str], record_id: str = "", source: str = PERSON
    ) -> Record:
        """Create or change a record other than by the API.

        Args:
            object_type: The object.
            values: Checked like everything that is written. Only people may set an earlier
                lifecycle stage; an empty one given when creating leaves the record without one.
            record_id: The record to change; "" creates one.
            source: Who: CRM_UI (a person), IMPORT, AUTOMATION_PLATFORM (a workflow), INTEGRATION.
        """
        records = self.records(object_type)
        record = records.get(record_id) if record_id else None
        if record and source == PERSON and STAGE in values:
            self.commit(records, records.prepare(record, {STAGE: ""}, {}), source)
        return self.commit(records, records.prepare(record, values, {}), source)

    def commit(self, records: Records, write: Prepared, source: str = INTEGRATION) -> Record:
        """Do a prepared write, and what follows from it for other records."""
        record = records.commit(write, self.now(), source)
        if records.object_type == "companies" and write.values.get(STAGE):
            for contact_id in self.associations.primary_contacts(record):
                self._take_stage(contact_id, record)
        return record

    def link(
        self,
        left: Records,
        one: Record,
        right: Records,
        other: Record,
        labels: list[Label] | None = None,
    ) -> None:
        """Associate two records; a contact's first company becomes its primary one."""
        holder = self.associations.link(left, one, right, other, labels or [])
        if holder is None or "contacts" not in {left.object_type, right.object_type}:
            return
        company = one if holder is other else other
        values = {"associatedcompanyid": company.id}
        self.objects["contacts"].commit(Prepared(holder, values, ()), self.now(), "CALCULATED")
        self._take_stage(holder.id, company)

    def unlink(self, left: Records, one: Record, right: Records, other: Record) -> None:
        """Take every association between two records away."""
        self.associations.unlink(left, one, right, other)
        for contact, company in ((one, other), (other, one)):
            if contact.values.get("associatedcompanyid") == company.id:
                write = Prepared(contact, {"associatedcompanyid": ""}, ())
                self.objects["contacts"].commit(write, self.now(), "CALCULATED")

    def _take_stage(self, contact_id: str, company: Record) -> None:
        contacts = self.objects["contacts"]
        contact, stage = contacts.find(contact_id), company.values.get(STAGE, "")
        if not (self.sync_company_stages and contact and stage):
            return
        known = contacts.definitions.properties[STAGE]
        if stage in (known.options or ()) and later_stage(known, contact.values[STAGE], stage):
            contacts.commit(Prepared(contact, {STAGE: stage}, ()), self.now(), "CALCULATED")
