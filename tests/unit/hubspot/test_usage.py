from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.scripted_hubspot import Answer, Script

from syncworker.engine.account import Day
from syncworker.errors import Unavailable
from syncworker.hubspot.budget import LocalBudget
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience


class Told(LocalBudget):
    """A budget that remembers what it was told about the day."""

    def __init__(self) -> None:
        super().__init__("professional")
        self.usages: list[Day] = []

    def learn_usage(self, usage: Day) -> None:
        self.usages.append(usage)


@pytest.fixture
def told(script: Script) -> tuple[HubSpotPortal, Told]:
    budget = Told()
    patience = Patience(total=0)
    return HubSpotPortal("t", base_url=script.url, budget=budget, patience=patience), budget


ROW = {"usageLimit": 650_000, "currentUsage": 12, "resetsAt": "2026-11-23T00:00:00+01:00"}


def test_the_budget_learns_what_is_used_and_when_it_is_over(
    told: tuple[HubSpotPortal, Told], script: Script
) -> None:
    portal, budget = told
    script.add(Answer(200, {"results": [ROW]}))
    portal.learn_usage()
    assert script.asked == ["GET /account-info/2026-09/api-usage/daily/private-apps"]
    assert budget.usages == [Day(650_000, 12, datetime(2026, 11, 22, 23, tzinfo=UTC))]


@pytest.mark.parametrize("when", [{}, {"resetsAt": "soon"}, {"resetsAt": "2026-11-23T00:00:00"}])
def test_without_a_moment_that_can_be_read_the_rest_is_learned(
    told: tuple[HubSpotPortal, Told], script: Script, when: dict[str, str]
) -> None:
    portal, budget = told
    script.add(Answer(200, {"results": [{"usageLimit": 5, "currentUsage": 1, **when}]}))
    portal.learn_usage()
    assert budget.usages == [Day(5, 1, None)]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(403, {"message": "no"}),
        Answer(404, {"message": "no"}),
        Answer(200, {"results": []}),
        Answer(200, {"results": [{"usageLimit": None, "currentUsage": 1}]}),
        Answer(200, {"results": [{"usageLimit": 0, "currentUsage": 1}]}),
    ],
)
def test_where_the_portal_does_not_tell_nothing_is_learned(
    told: tuple[HubSpotPortal, Told], script: Script, answer: Answer
) -> None:
    portal, budget = told
    script.add(answer)
    portal.learn_usage()
    assert budget.usages == []


def test_a_portal_that_is_down_is_no_portal_that_does_not_tell(
    told: tuple[HubSpotPortal, Told], script: Script
) -> None:
    script.add(Answer(503))
    with pytest.raises(Unavailable):
        told[0].learn_usage()
