"""A portal that refuses, fails, is busy or limits, in every API version."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from support.adapter_batches import causes, companies, update

from syncworker.errors import Forbidden, RateLimited, Unauthorized, Unavailable
from syncworker.hubspot.budget import LocalBudget
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import ApiVersion
from syncworker.planning.records import Batch, BatchInput
from syncworker.sandbox import limits
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.server import SandboxServer


def test_the_budget_learns_the_day_from_the_account(
    sandbox: SandboxServer, version: ApiVersion
) -> None:
    sandbox.portal.limits.enabled = True
    sandbox.portal.limits.take(sandbox.portal.clock(), search=False)
    sandbox.portal.limits.daily, sandbox.portal.limits.used_today = 500, 490
    portal = HubSpotPortal(sandbox.token, api_version=version, base_url=sandbox.url)
    portal.learn_usage()
    with pytest.raises(RateLimited) as limit:
        portal.properties("companies")
    assert limit.value.policy == "DAILY"
    assert portal.requests == 1


def test_a_new_token_is_used_when_the_old_one_is_refused(
    sandbox: SandboxServer, version: ApiVersion
) -> None:
    class Rotated:
        now = "pat-eu1-rotated-away"

        def token(self) -> str:
            return self.now

        def refused(self, token: str) -> bool:
            self.now = sandbox.token
            return self.now != token

    portal = HubSpotPortal(Rotated(), api_version=version, base_url=sandbox.url)
    assert portal.properties("contacts")
    assert portal.requests == 2


def test_an_id_that_is_there_twice_harms_nobody_else(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    ids = companies(sandbox, 10)
    inputs = [BatchInput(f"t{n}", f"k{n}", id_, "", {"name": "N"}) for n, id_ in enumerate(ids)]
    inputs.append(BatchInput("t10", "k10", ids[3], "", {"name": "N"}))
    outcomes = portal.write(Batch("companies", "update", "", tuple(inputs)))
    assert [one.status for one in outcomes] == ["sent"] * 11
    assert [one.hubspot_id for one in outcomes] == [*ids, ids[3]]


def test_a_stage_that_is_silently_kept_shows_in_the_outcome(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    ann = sandbox.portal.put("contacts", {"email": "a@a.example", "lifecyclestage": "customer"}).id
    (outcome,) = portal.write(update("contacts", {ann: {"lifecyclestage": "lead"}}))
    assert outcome.status == "sent"
    assert outcome.values == {"lifecyclestage": "customer"}


def test_a_cleared_value_comes_back_empty(portal: HubSpotPortal, sandbox: SandboxServer) -> None:
    (id_,) = companies(sandbox, 1)
    (outcome,) = portal.write(update("companies", {id_: {"name": "", "phone": ""}}))
    assert outcome.values == {"name": "", "phone": ""}
    assert portal.read("companies", [id_], ["name"])[id_].values == {"name": ""}


@pytest.mark.parametrize(
    ("fault", "reads"),
    [
        (Fault(status=429, body={"policyName": "TEN_SECONDLY_ROLLING"}, times=2), 0),
        (Fault(status=423, times=2), 0),
        (Fault(status=477, headers={"Retry-After": "3"}), 0),
        (Fault(status=503, times=4), 0),
        (Fault(status=502), 1),
        (Fault(status=524), 1),
        (Fault(drop=True), 1),
        (Fault(hang=0.4), 1),
    ],
    ids=["429", "423", "477", "503", "502", "524", "dropped", "no answer"],
)
def test_what_passes_is_waited_out_and_nothing_is_lost_or_doubled(
    sandbox: SandboxServer,
    version: ApiVersion,
    slept: list[float],
    fault: Fault,
    reads: int,
) -> None:
    portal = HubSpotPortal(
        sandbox.token,
        api_version=version,
        base_url=sandbox.url,
        budget=LocalBudget("professional", clock=lambda: sum(slept), sleep=slept.append),
        patience=Patience(connect=2, read=0.2, sleep=slept.append),
    )
    ids = companies(sandbox, 20)
    sandbox.portal.faults.add(replace(fault, path="batch/update"))
    batch = update("companies", {id_: {"name": f"N{id_}"} for id_ in ids})
    assert causes(portal.write(batch)) == dict.fromkeys(ids, "sent")
    assert slept
    assert portal.writes == fault.times + 1
    assert portal.requests == portal.writes + reads
    live = sandbox.portal.records("companies").live
    assert {id_: record.values["name"] for id_, record in live.items()} == {
        id_: f"N{id_}" for id_ in ids
    }


def test_a_portal_that_stays_down_is_given_up(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    sandbox.portal.faults.add(Fault(status=503, times=99))
    with pytest.raises(Unavailable):
        portal.read("companies", ["1"], [])
    assert portal.requests == 6


def test_a_daily_limit_is_named_with_its_policy(
    portal: HubSpotPortal, sandbox: SandboxServer
) -> None:
    sandbox.portal.limits.enabled = True
    sandbox.portal.limits.take(sandbox.portal.clock(), search=False)
    sandbox.portal.limits.daily = 1
    for _ in range(2):
        with pytest.raises(RateLimited) as limit:
            portal.properties("companies")
        assert limit.value.policy == "DAILY"
    assert portal.requests == 1


def test_a_wrong_token_and_a_missing_scope_stop_at_once(
    portal: HubSpotPortal, sandbox: SandboxServer, version: ApiVersion
) -> None:
    stranger = HubSpotPortal("pat-eu1-wrong", api_version=version, base_url=sandbox.url)
    with pytest.raises(Unauthorized, match="401"):
        stranger.properties("companies")
    sandbox.portal.missing_scopes.add("crm.objects.companies.write")
    with pytest.raises(Forbidden) as refused:
        portal.write(update("companies", {"1": {"name": "x"}}))
    assert refused.value.scope == "crm.objects.companies.write"
    assert (stranger.requests, portal.requests) == (1, 1)


def test_threads_that_share_a_budget_learn_the_limit_and_keep_to_it(
    sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WINDOW_SECONDS", 1.0)
    sandbox.portal.limits.enabled = True
    sandbox.portal.limits.burst = 40
    budget = LocalBudget("professional")

    def ask() -> None:
        one = HubSpotPortal(sandbox.token, base_url=sandbox.url, budget=budget)
        for _ in range(30):
            one.properties("deals")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.limit == 40
    assert sandbox.portal.stats.by_status[200] == 120
    # 80 without a budget; a busy machine may delay a few requests into the next window.
    assert sandbox.portal.stats.by_status[429] <= 8


def test_searches_keep_to_five_a_second(sandbox: SandboxServer) -> None:
    sandbox.portal.limits.enabled = True
    portal = HubSpotPortal(sandbox.token, base_url=sandbox.url, patience=Patience(total=0))
    began = time.monotonic()
    for n in range(11):
        portal.find("companies", "domain", [f"c{n}.example"], [])
    assert time.monotonic() - began >= 2
    assert sandbox.portal.stats.by_status == {200: 11}
