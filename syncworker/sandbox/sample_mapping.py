"""The demo's mapping: what of the sample sources goes where in the sandbox portal."""

from __future__ import annotations

import json
from pathlib import Path

TOKEN_VARIABLE = "SYNCWORKER_DEMO_TOKEN"  # noqa: S105 - the name of a variable
DATABASE_VARIABLE = "SYNCWORKER_DEMO_DATABASE"

_TEXT = """\
# yaml-language-server: $schema=./mapping.schema.json
# What an imaginary SaaS vendor shows its sales, marketing and customer success in HubSpot.
version: 1

hubspot:
  credentials: env:{token}
  tier: professional
  base_url: {base_url}

reporting:
  timezone: Europe/Berlin
  currency: EUR

sources:
  app:
    kind: sql
    url: env:{database}
    streams:
      accounts:
        query: SELECT account_id, name, domain, size, created_at FROM accounts
      users:
        query: SELECT user_id, account_id, email, role, created_at, first_seen FROM users
      events:
        query: SELECT event_id, user_id, account_id, name, ts, received_at FROM events
        cursor: received_at
        overlap: 1h
      demo_requests:
        query: SELECT submission_id, email, type, form_id, submitted_at FROM demo_requests
  billing:
    kind: files
    path: {billing}
    streams:
      subscriptions:
        path: subscriptions.jsonl
        shape: stripe
  spreadsheets:
    kind: files
    path: {folder}
    streams:
      trials:
        path: trials.csv
        columns:
          trial_id: Trial
          account_id: Account
          requested_at: Requested
          started_at: Started
          ends_at: Ends
          form_id: Form

metrics:
  key_events: [report_created, data_imported, dashboard_viewed]
  key_features: [report_created, data_imported, alert_configured, teammate_invited]
  seat_prices: [price_team_monthly, price_team_yearly]

objects:
  companies:
    match: {{property: domain, column: domain}}
    policy: update_only
    profile: starter  # MRR, usage and its alert, the trial, who has left
    properties:
      saas_account_id: account_id
      saas_subscription_status: subscription_status
      saas_usage_change_pct: usage_change_percent
      saas_active_users_28d: active_users_28d
      saas_cancel_pending: cancel_pending
      saas_health_score: health_score
      saas_health_band: health_band
      saas_health_drivers: health_drivers
      saas_health_computed_at: health_computed_at
      # A note that a person wrote stays as it is.
      cs_notes: {{metric: health_drivers, mode: fill_empty}}
  contacts:
    match: {{property: email, column: email}}
    policy: upsert
    profile: starter
    properties:
      saas_demo_count: demo_count
      request_a_demo_date: {{metric: last_demo_request_at, type: date}}
      saas_first_demo_request_at: {{metric: first_demo_request_at, mode: never_clear}}

# Whoever pays is a customer. Stages only move forward: an evangelist stays one.
lifecycle:
  companies:
    - stage: customer
      when:
        - {{metric: subscription_status, any_of: [active, past_due]}}

guard:
  max_clear_percent: 5
  max_flip_percent: 30
"""


def mapping(folder: Path, base_url: str) -> str:
    """The mapping's YAML text.

    It names the token as `TOKEN_VARIABLE` and the database's URL as `DATABASE_VARIABLE` in the
    environment (`sqlite:///<folder>/app.db`).

    Args:
        folder: Where `sample.make` wrote.
        base_url: Where the sandbox portal listens.
    """
    return _TEXT.format(
        token=TOKEN_VARIABLE,
        database=DATABASE_VARIABLE,
        base_url=json.dumps(base_url),
        folder=json.dumps(str(folder)),
        billing=json.dumps(str(folder / "billing")),
    )
