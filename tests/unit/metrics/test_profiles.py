"""Profiles as choices of the catalog's metrics."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from syncworker.metrics.catalog import METRICS
from syncworker.metrics.metric import Entity
from syncworker.metrics.profiles import PROFILES, metrics_in, profiles_of

ENTITIES = get_args(Entity)


def test_full_holds_every_metric_once() -> None:
    held = [one.name for entity in ENTITIES for one in metrics_in("full", entity, METRICS)]
    assert sorted(held) == sorted(METRICS)


def test_every_metric_that_a_profile_names_exists() -> None:
    named = {name for profile in PROFILES.values() for name in profile.names}
    assert named <= METRICS.keys()


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_has_something_for_every_object(name: str, entity: Entity) -> None:
    assert metrics_in(name, entity, METRICS)


def test_the_starter_of_companies_is_what_is_acted_on_first() -> None:
    held = [one.name for one in metrics_in("starter", "account", METRICS)]
    assert sorted(held) == ["churned", "mrr", "trial_status", "usage_28d", "usage_alert"]


@pytest.mark.parametrize(
    ("metric", "profiles"),
    [
        ("mrr", {"starter", "sales", "customer_success"}),
        ("trial_ends_at", {"sales"}),
        ("demo_count", {"sales"}),
        ("days_last_demo_to_paid", {"sales"}),
        ("user_pql_reasons", {"sales"}),
        ("user_next_milestone", {"sales"}),
        ("disqualify_reasons", {"sales"}),
        ("readiness", {"sales"}),
        ("journey_stage", {"sales"}),
        ("fit", {"sales"}),
        ("sales_priority_band", {"sales"}),
        ("seat_use_percent", {"sales", "customer_success"}),
        ("quota_used_percent", {"sales", "customer_success"}),
        ("expansion_ready", {"sales", "customer_success"}),
        ("stickiness", {"customer_success"}),
        ("esat_90d", {"customer_success"}),
        ("renewal_window", {"customer_success"}),
        ("tickets_opened_30d", {"customer_success"}),
        ("ltv_to_date", set()),
        ("health_score", {"customer_success"}),
        ("cancel_pending", {"customer_success"}),
        ("risk_ticket_open", {"customer_success"}),
        ("account_id", set()),
    ],
)
def test_a_metric_is_in_the_profiles_of_those_who_act_on_it(
    metric: str, profiles: set[str]
) -> None:
    assert set(profiles_of(METRICS[metric])) == profiles | {"full"}


def test_a_new_metric_joins_by_its_name_or_its_owner() -> None:
    new = replace(METRICS["account_id"], name="pql_reasons")
    assert profiles_of(new) == ("sales", "full")
    assert profiles_of(replace(new, name="nps_avg")) == ("customer_success", "full")
    assert profiles_of(replace(new, name="x", owner="sales")) == ("sales", "full")
