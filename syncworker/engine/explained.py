"""What an explanation is made of, from source rows to what HubSpot has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from syncworker.mapping.desired import WriteMode
from syncworker.metrics.metric import Metric

State = Literal[
    "unchanged", "changes", "kept", "rejected", "left alone", "not known", "not linked", "waits"
]
"""unchanged: HubSpot has the value; changes: the next sync writes it; kept: HubSpot's value stays
by the mapping's mode; rejected: HubSpot or the portal's definitions do not take it; left alone:
the metric is not available; not known: the value cannot be told for this record; not linked:
HubSpot has no record that is known; waits: a computation time, which rides along with a change."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom it is about.

    Attributes:
        kind: An account or a person.
        id: The account's or the user's id; of a demo requester who is no user `email:<address>`.
        name: What people know it by.
        account_id: The account; of a person who has none None.
        email: A person's address in lower case; "" for an account.
    """

    kind: Literal["account", "user"]
    id: str
    name: str
    account_id: str | None
    email: str = ""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as staged.

    Attributes:
        source: The source's name in the mapping.
        key: Its key.
        at: When it happened; None where the row is a state.
        read_at: When this version of it was read; aware UTC.
        values: A few of its columns, without what people wrote.
    """

    source: str
    key: str
    at: date | datetime | None
    read_at: datetime
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StreamRows:
    """What is staged of one stream about the subject.

    Attributes:
        stream: The stream.
        provided: Whether a source of the mapping provides it.
        rows: How many of its rows are the subject's; of a stream that tells of no one, all.
        whole: Whether it tells of no one, as exchange rates do.
        sources: The sources they came from.
        read_at: When the newest version was read; None without rows.
        newest: The newest few.
    """

    stream: str
    provided: bool
    rows: int = 0
    whole: bool = False
    sources: tuple[str, ...] = ()
    read_at: datetime | None = None
    newest: tuple[SourceRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a value goes, what HubSpot has there, and why it stays or changes.

    Attributes:
        object: The HubSpot object.
        property: The property.
        mode: How the mapping writes it.
        desired: What it should hold; None: it is left alone.
        has: What HubSpot last confirmed; None: it was never read or written.
        hubspot_id: The record's id; "" without one.
        written_at: When syncworker last changed this property; None: never.
        run_id: The run that did; "".
        state: How it stands.
        reason: Why.
    """

    object: str
    property: str
    mode: WriteMode
    desired: str | None
    has: str | None
    hubspot_id: str
    written_at: datetime | None
    run_id: str
    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class ExplainedMetric:
    """One metric of one row.

    Attributes:
        metric: What it is.
        key: Whose: the id of the account, user, subscription or ticket.
        value: The value in a person's words, money in major units; None where it is empty or held.
        currency: Of money: its currency.
        because: Why it is what it is; "" where it is held.
        problem: Why it cannot be told for this row, or "".
        unavailable: Why the metric is held for the whole portal, or "".
        components: By column, the values it is made of.
        streams: The streams it is computed from.
        destinations: Where it goes; empty: the mapping does not map it here.
    """

    metric: Metric
    key: str
    value: str | None
    currency: str
    because: str
    problem: str
    unavailable: str
    components: Mapping[str, str]
    streams: tuple[str, ...]
    destinations: tuple[Destination, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one subject.

    Attributes:
        portal: The portal's name.
        as_of: The moment the numbers are for; aware UTC.
        subject: Whom it is about.
        metrics: In the order of the mapping.
        streams: By stream that any of them uses, the subject's rows.
    """

    portal: str
    as_of: datetime
    subject: Subject
    metrics: tuple[ExplainedMetric, ...]
    streams: Mapping[str, StreamRows] = field(default_factory=dict)
