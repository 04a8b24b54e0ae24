"""What people answer to surveys."""

from datetime import timedelta

import pytest
from support.metric_facts import AS_OF, Row, account, accounts, facts, people

from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_support import SupportSettings
from syncworker.metrics.surveys import account_surveys, user_surveys

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def answer(number: int, score: float, age: timedelta = DAY, **more: object) -> Row:
    return {
        "response_id": f"r{number}",
        "user_id": "ann",
        "kind": "nps",
        "score": score,
        "at": AS_OF - age,
        **more,
    }


def test_a_persons_nps_is_the_last_valid_answer_of_180_days() -> None:
    given = facts(
        users=[
            {"user_id": name, "account_id": "acme", "email": f"{name.title()}@acme.example"}
            for name in ("ann", "bob", "cid", "dan", "eve")
        ],
        survey_responses=[
            answer(1, 3, 180 * DAY),
            answer(2, 9, 2 * DAY),
            answer(3, 11, DAY),  # not on the scale
            answer(4, -1, DAY),
            answer(5, 4, DAY, scale=5),
            answer(6, 1, timedelta(0)),  # not before as_of
            answer(7, 2, DAY, deleted_at=AS_OF),
            answer(8, 5, DAY, kind="csat"),
            answer(9, 7, 180 * DAY, user_id="bob", scale=10),
            answer(10, 8, 180 * DAY + INSTANT, user_id="cid"),
            answer(11, 10, DAY, user_id=None, email=" DAN@acme.example"),
            answer(12, 6, DAY, user_id="eve"),
            answer(13, 0, DAY, user_id="eve"),  # the same instant: the greater id
        ],
    )
    rows = people(given)
    seen = {name: (row["nps_last"], row["nps_last_at"]) for name, row in rows.items()}
    assert seen == {
        "ann": (9, AS_OF - 2 * DAY),
        "bob": (7, AS_OF - 180 * DAY),
        "cid": (None, None),
        "dan": (10, AS_OF - DAY),
        "eve": (0, AS_OF - DAY),
    }


def test_an_accounts_nps_is_the_mean_of_its_people_and_csat_the_satisfied_answers() -> None:
    nps = [
        answer(1, 10),
        answer(2, 0, 3 * DAY),  # Ann's earlier answer
        answer(3, 7, user_id=None, email="x@acme.example", account_id="acme"),
        answer(4, 3, 2 * DAY, user_id=None, email="X@acme.example", account_id="acme"),
        answer(5, 5, user_id=None, account_id="acme"),  # somebody
        answer(6, 6, user_id=None, account_id="acme"),  # somebody else
        answer(7, 0, account_id="other"),
    ]
    csat = [
        answer(20 + n, score, kind="csat", user_id=None, account_id="acme")
        for n, score in enumerate([5, 4, 4, 3, 2, 1, 0, 6])
    ]
    old = [answer(40 + n, 1, 90 * DAY + INSTANT, kind="csat") for n in range(9)]
    esat = [answer(60, 4, 90 * DAY, kind="esat"), answer(61, 1, kind="esat")]
    rows = accounts(
        facts(
            accounts=[{"account_id": "acme"}, {"account_id": "other"}, {"account_id": "mute"}],
            users=[{"user_id": "ann", "account_id": "acme"}],
            survey_responses=[*nps, *csat, *old, *esat],
        )
    )
    names = ("nps_avg", "nps_answers", "csat_90d", "csat_answers", "esat_90d", "esat_answers")
    # (10 + 7 + 5 + 6) / 4; 3 of 6 answers on the scale are 4 or 5.
    assert [rows["acme"][name] for name in names] == [7.0, 4, 50.0, 6, 50.0, 2]
    assert [rows["other"][name] for name in names] == [0.0, 1, None, 0, None, 0]
    assert [rows["mute"][name] for name in names] == [None] * 6


@pytest.mark.parametrize(
    ("support", "score", "nps"),
    [
        (SupportSettings(nps_from=1), 1, 0),
        (SupportSettings(nps_from=1), 10, 10),
        (SupportSettings(nps_from=1), 9, 9),  # 8.9
        (SupportSettings(nps_from=1), 7, 7),  # 6.7
        (SupportSettings(nps_from=1), 0, None),
        (SupportSettings(nps_from=1, nps_to=5), 4, 8),  # 7.5, half up
        (SupportSettings(nps_from=1, nps_to=5), 10, None),
    ],
)
def test_another_scale_counts_only_by_a_setting(
    support: SupportSettings, score: int, nps: int | None
) -> None:
    given = facts(
        users=[{"user_id": "ann", "account_id": "acme"}],
        survey_responses=[answer(1, score), answer(2, 8, kind="csat")],
    )
    inputs = inputs_of(given, MetricSettings(support=support))
    answered = user_surveys(inputs).collect().rows_by_key("user_id", named=True, unique=True)
    assert answered.get("ann", {}).get("nps_last") == nps
    assert set(account_surveys(inputs).collect()["csat_90d"]) <= {None}


def test_csat_of_ten_is_satisfied_from_8() -> None:
    # 1 + (s - 1) x 4 / 9 is 4 at 7.75.
    settings = MetricSettings(support=SupportSettings(csat_to=10))
    scores = [answer(n, n, kind="csat", account_id="acme") for n in range(1, 11)]
    assert account(facts(survey_responses=scores), settings)["csat_90d"] == 30.0
