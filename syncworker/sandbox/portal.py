"""A HubSpot account in memory: its records, properties, limits and what was asked of it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime

from syncworker.sandbox.answers import Json, not_found
from syncworker.sandbox.defaults import default_definitions
from syncworker.sandbox.faults import Faults
from syncworker.sandbox.limits import Limits
from syncworker.sandbox.records import PERSON, Record, Records
from syncworker.sandbox.stats import Stats
from syncworker.sandbox.values import stamp

TYPE_IDS = {"contacts": "0-1", "companies": "0-2", "deals": "0-3", "tickets": "0-5"}
_SINGULAR = {"contact": "contacts", "company": "companies", "deal": "deals", "ticket": "tickets"}
_FIRST_ID = 12_000_000_001
TOKEN = "pat-sandbox-0000"  # noqa: S105  # an emulator's token opens nothing


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


class Portal:
    """A HubSpot account.

    Args:
        portal_id: Its number.
        token: The only bearer token it accepts.
        tier: free, starter, professional or enterprise: the request limits.
        limits: Whether requests are limited at all.
        seed: Seeds the order of batch results.
        timezone: IANA name; the daily limit starts anew at its midnight.
        search_lag: Seconds until a write is found by search.
        clock: Reads the time, aware UTC.
    """

    def __init__(  # noqa: PLR0913
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
        self.token = token
        self.timezone = timezone
        self.search_lag = search_lag
        self.clock = clock
        self.missing_scopes: set[str] = set()
        self.shuffle = random.Random(seed)  # noqa: S311
        self.limits = Limits(tier=tier, enabled=limits, timezone=timezone, portal_id=portal_id)
        self.faults = Faults()
        self.stats = Stats()
        self.owners: list[Json] = []
        self.pipelines = default_pipelines(self.now())
        self.forms: dict[str, list[Json]] = {}
        ids = itertools.count(_FIRST_ID)
        self.objects = {
            name: Records(
                object_type=name,
                type_id=type_id,
                definitions=default_definitions(name, self.now()),
                portal_id=portal_id,
                next_id=lambda: str(next(ids)),
            )
            for name, type_id in TYPE_IDS.items()
        }

    def now(self) -> str:
        """The time as HubSpot writes it."""
        return stamp(self.clock())

    def records(self, object_type: str) -> Records:
        """The records of an object by its name, its singular or its number, or 404."""
        by_number = {number: name for name, number in TYPE_IDS.items()}
        name = by_number.get(object_type) or _SINGULAR.get(object_type, object_type)
        if name not in self.objects:
            raise not_found(f"Unable to infer object type from: {object_type}")
        return self.objects[name]

    def put(self, object_type: str, values: dict[str, str], record_id: str = "") -> Record:
        """Create or change a record the way a person does in HubSpot's pages.

        People may set any stage, and write what is checked like everything else. An empty stage
        given when creating leaves the record without one.
        """
        records = self.records(object_type)
        record = records.get(record_id) if record_id else None
        stage = values.get("lifecyclestage")
        if record and stage is not None:
            cleared = records.prepare(record, {"lifecyclestage": ""}, {})
            records.commit(cleared, self.now(), PERSON)
        return records.commit(records.prepare(record, values, {}), self.now(), PERSON)


def default_pipelines(now: str) -> dict[str, list[Json]]:
    """The deal and ticket pipelines of a fresh account."""

    def stages(*labels: str, numbered: bool = False) -> list[Json]:
        return [
            {
                "id": str(place + 1) if numbered else label.lower().replace(" ", ""),
                "label": label,
                "displayOrder": place,
                "metadata": {},
                "archived": False,
                "createdAt": now,
                "updatedAt": now,
            }
            for place, label in enumerate(labels)
        ]

    def pipeline(pipeline_id: str, label: str, made: list[Json]) -> Json:
        return {
            "id": pipeline_id,
            "label": label,
            "displayOrder": 0,
            "stages": made,
            "archived": False,
            "createdAt": now,
            "updatedAt": now,
        }

    deals = stages("Appointment Scheduled", "Contract Sent", "Closed Won", "Closed Lost")
    tickets = stages("New", "Waiting on contact", "Waiting on us", "Closed", numbered=True)
    return {
        "deals": [pipeline("default", "Sales Pipeline", deals)],
        "tickets": [pipeline("0", "Support Pipeline", tickets)],
    }
