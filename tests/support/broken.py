"""Mappings that are wrong, each in its own way: how they came to be, and where that is found."""

from __future__ import annotations

from dataclasses import dataclass

RIGHT = """\
version: 1
hubspot:
  credentials: env:ACME_TOKEN
reporting:
  timezone: Europe/Berlin
  currency: EUR
sources:
  app:
    kind: sql
    url: env:APP_DATABASE
    streams:
      accounts:
        query: SELECT * FROM accounts
        cursor: updated_at
      users:
        table: users
      events: {table: events, cursor: received_at}
      subscriptions: {table: subscriptions}
      subscription_items: {table: items}
objects:
  companies:
    match: {property: domain, column: domain}
    properties:
      saas_mrr: mrr
      saas_health:
        metric: health_score
        type: number
  contacts:
    match: {property: email, column: email}
    properties:
      saas_last_seen: user_last_seen_at
lifecycle:
  companies:
    - stage: customer
      when:
        - {metric: health_score, gte: 80}
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """A mapping with one mistake.

    Attributes:
        name: What the mistake is.
        old: A text of `RIGHT`, whose first occurrence is replaced.
        new: What it is replaced by.
        found: What is found, by place: `SW102 6:3`, several with commas.
    """

    name: str
    old: str
    new: str
    found: str

    @property
    def text(self) -> str:
        """The whole file."""
        assert self.old in RIGHT
        return RIGHT.replace(self.old, self.new, 1)
