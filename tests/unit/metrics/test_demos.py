"""Demo requests of persons."""

from typing import Any

from support.metric_facts import AS_OF, accounts, event, facts, people, utc

from syncworker.metrics.demos import all_demos
from syncworker.metrics.identity import resolved
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_trials import TrialSettings


def request(
    number: int, at: str, email: str = "ann@acme.example", **more: object
) -> dict[str, Any]:
    return {"submission_id": f"r{number}", "email": email, "submitted_at": utc(at), **more}


ANN = {"user_id": "ann", "account_id": "acme", "email": "Ann@acme.example"}


def test_first_and_last_request_are_kept_with_their_types() -> None:
    requests = [
        request(2, "2026-05-02", type="live"),
        request(1, "2026-05-01", type="video", email=" ANN@acme.example "),
        request(3, "2026-05-03"),
    ]
    row = people(facts(users=[ANN], demo_requests=requests))["ann"]
    assert (row["first_demo_request_at"], row["last_demo_request_at"]) == (
        utc("2026-05-01"),
        utc("2026-05-03"),
    )
    assert (row["demo_type_first"], row["demo_type_last"]) == ("video", "unknown")
    assert row["demo_count"] == 3


def test_of_two_requests_at_one_instant_the_submission_id_decides() -> None:
    requests = [
        request(2, "2026-05-01", type="live"),
        request(1, "2026-05-01", type="video"),
    ]
    row = people(facts(users=[ANN], demo_requests=requests))["ann"]
    assert (row["demo_type_first"], row["demo_type_last"]) == ("video", "live")


def test_a_requester_who_is_no_user_is_a_person_without_an_account() -> None:
    given = facts(users=[ANN], demo_requests=[request(1, "2026-05-01", email="Eve@x.example")])
    rows = people(given)
    assert rows.keys() == {"ann", "email:eve@x.example"}
    eve = rows["email:eve@x.example"]
    assert (eve["account_id"], eve["email"], eve["demo_count"]) == (None, "eve@x.example", 1)
    assert rows["ann"]["demo_count"] == 0
    assert rows["ann"]["first_demo_request_at"] is None


def test_requests_after_as_of_and_deleted_ones_do_not_count() -> None:
    requests = [
        request(1, "2026-06-15T12:00:00"),
        request(2, "2026-06-15T12:00:01"),
        request(3, "2026-05-01", deleted_at=AS_OF),
    ]
    row = people(facts(users=[ANN], demo_requests=requests))["ann"]
    assert (row["demo_count"], row["first_demo_request_at"]) == (1, AS_OF)


def test_a_user_without_an_address_is_not_joined_to_anything() -> None:
    given = facts(users=[{**ANN, "email": None}], demo_requests=[request(1, "2026-05-01")])
    rows = people(given)
    assert rows["ann"]["demo_count"] == 0
    assert rows["email:ann@acme.example"]["demo_count"] == 1


def visit(number: int, page: str, at: str, email: str | None = None) -> dict[str, Any]:
    return {
        "visit_id": f"v{number}",
        "visitor_id": "w",
        "page": page,
        "ts": utc(at),
        "email": email,
    }


NAMED = MetricSettings(
    trials=TrialSettings(
        demo_forms={"f1": "live", "f2": "video"},
        demo_events={"tour_opened": "tour"},
        demo_pages={"/watch": "video"},
    )
)


def test_a_demo_is_gated_by_a_form_or_seen_without_asking() -> None:
    bob = {"user_id": "bob", "account_id": "acme", "email": "bob@acme.example"}
    twin = {"user_id": "twin", "account_id": "other", "email": "bob@acme.example"}
    given = facts(
        users=[ANN, bob, twin],
        demo_requests=[
            request(1, "2026-05-01", form_id="f1"),
            request(2, "2026-05-02", form_id="f1", type="workshop"),
            request(3, "2026-05-03", form_id="f9"),
            request(4, "2026-05-04", email="eve@x.example", form_id="f2"),
        ],
        events=[
            event(1, utc("2026-05-05"), user_id="ann", name="tour_opened"),
            event(2, utc("2026-05-06"), user_id="ann", name="login"),
            event(3, utc("2026-05-07"), user_id="bob", name="tour_opened"),
        ],
        web_visits=[
            visit(1, "/watch", "2026-05-08", "ANN@acme.example"),
            visit(2, "/watch", "2026-05-09"),  # nobody known
            visit(3, "/", "2026-05-09", "ann@acme.example"),
            visit(4, "/watch", "2026-06-15T12:00", "ann@acme.example"),  # at as_of
        ],
        invoices=[
            {
                "invoice_id": "i",
                "account_id": "acme",
                "paid_at": utc("2026-06-01"),
                "amount_ex_tax": 1,
                "currency": "USD",
            }
        ],
    )
    frame = all_demos(inputs_of(given, NAMED)).sort("submission_id").collect()
    assert frame.columns == [
        *("email", "account_id", "type", "gated", "submitted_at", "submission_id"),
        "first_paid_at",
    ]
    paid = utc("2026-06-01")
    told = frame.select("submission_id", "type", "gated", "account_id", "first_paid_at")
    assert told.rows() == [
        ("e1", "tour", False, "acme", paid),
        ("e3", "tour", False, None, None),  # the address is of two accounts
        ("r1", "live", True, "acme", paid),
        ("r2", "workshop", True, "acme", paid),
        ("r3", "unknown", True, "acme", paid),
        ("r4", "video", True, None, None),
        ("v1", "video", False, "acme", paid),
    ]
    rows = people(given, NAMED)
    ann, bob = rows["ann"], rows["bob"]
    assert (ann["demo_count"], ann["demo_views"], ann["demo_view_type_last"]) == (3, 2, "video")
    assert ann["last_demo_view_at"] == utc("2026-05-08")
    assert (bob["demo_count"], bob["demo_views"]) == (0, 1)
    assert (rows["twin"]["demo_views"], rows["email:eve@x.example"]["demo_views"]) == (0, 0)
    assert ann["demo_views_problem"] is None
    unnamed = people(given)["ann"]
    assert unnamed["demo_views"] is None
    assert "names no event or page" in unnamed["demo_views_problem"]


def test_a_requester_who_is_no_user_belongs_to_the_account_that_identity_found() -> None:
    given = facts(
        accounts=[{"account_id": "x", "domain": "x.example"}],
        demo_requests=[request(1, "2026-05-01", email="eve@x.example")],
    )
    frame = all_demos(inputs_of(resolved(given, NAMED).facts, NAMED)).collect()
    assert frame["account_id"].to_list() == ["x"]


def test_days_to_paid_count_from_the_first_and_last_request_in_the_window_before() -> None:
    names = ("both", "edge", "late", "free", "after")
    mail = {name: f"p@{name}.example" for name in names}
    times = {
        # 180 days before 2026-06-01T12:00 is 2025-12-03T12:00: too early by the half-open window.
        "both": ("2025-12-03T12:00:00", "2025-12-03T12:00:01", "2026-05-30T13:00"),
        "edge": ("2026-06-01T12:00",),
        "late": ("2025-12-03T12:00:00",),
        "free": ("2026-05-01",),
        "after": ("2026-06-01T12:00:01",),
    }
    requests = [
        request(10 * place + number, at, email=mail[name].upper())
        for place, name in enumerate(names)
        for number, at in enumerate(times[name])
    ]
    given = facts(
        accounts=[{"account_id": name} for name in names],
        users=[
            {"user_id": f"{name}{n}", "account_id": name, "email": mail[name]}
            for name in names
            for n in (1, 2)  # two users of one address do not count a request twice
        ],
        demo_requests=requests,
        invoices=[
            {
                "invoice_id": name,
                "account_id": name,
                "paid_at": utc("2026-06-01T12:00"),
                "amount_ex_tax": 100,
                "currency": "USD",
            }
            for name in names
            if name != "free"
        ],
    )
    rows = accounts(given)
    wanted = ("account_demo_requests", "days_demo_to_paid", "days_last_demo_to_paid")
    assert {name: tuple(rows[name][key] for key in wanted) for name in names} == {
        "both": (2, 179, 1),
        "edge": (1, 0, 0),
        "late": (None, None, None),
        "free": (None, None, None),
        "after": (None, None, None),
    }
    longer = MetricSettings(trials=TrialSettings(demo_window_days=181))
    assert accounts(given, longer)["late"]["days_demo_to_paid"] == 180
    stamped = people(given)["after1"]
    assert (stamped["demo_count"], stamped["last_demo_request_at"]) == (
        1,
        utc("2026-06-01T12:00:01"),
    )
