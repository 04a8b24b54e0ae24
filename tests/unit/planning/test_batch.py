from syncworker.planning.batch import batches, clearing, goes_back, setting
from syncworker.planning.records import Change, Held, RecordPlan


def update(
    key: str, hubspot_id: str | None = None, object_name: str = "companies", new: str = "64"
) -> RecordPlan:
    changes = (Change("score", "81", new),)
    return RecordPlan(object_name, key, f"{key}.example", hubspot_id or key, "update", changes)


def create(key: str, match: str) -> RecordPlan:
    changes = (Change("name", "", "Ours"), Change("score", "", "64"))
    values = {"domain": match, "name": "Theirs"}
    return RecordPlan("companies", key, match, None, "create", changes, (), values)


def test_a_request_holds_at_most_100_records() -> None:
    sizes = [len(batch.inputs) for batch in batches((update(str(n)) for n in range(250)), "domain")]

    assert sizes == [100, 100, 50]


def test_updates_creates_and_objects_go_apart() -> None:
    plans = [update("1"), create("2", "b.example"), update("3", object_name="contacts")]

    found = [(b.object, b.action, [i.key for i in b.inputs]) for b in batches(plans, "domain")]
    assert found == [
        ("companies", "update", ["1"]),
        ("companies", "create", ["2"]),
        ("contacts", "update", ["3"]),
    ]


def test_two_plans_for_one_record_go_one_after_the_other() -> None:
    plans = [update("1", "501", new="1"), update("2", "502"), update("3", "501", new="3")]

    found = [[i.key for i in batch.inputs] for batch in batches(plans, "domain")]
    assert found == [["1", "2"], ["3"]]


def test_one_match_value_in_two_spellings_is_one_record() -> None:
    plans = [create("1", "A@b.example"), create("2", "a@b.example")]

    assert len(list(batches(plans, "email"))) == 2


def test_an_update_sends_only_its_changes_by_id() -> None:
    (batch,) = batches([update("1", "501")], "domain")

    assert batch.inputs[0].hubspot_id == "501"
    assert batch.inputs[0].properties == {"score": "64"}


def test_a_new_record_carries_what_creating_needs_and_a_change_counts_first() -> None:
    (batch,) = batches([create("1", "a.example")], "domain")

    assert batch.match_property == "domain"
    assert batch.inputs[0].hubspot_id is None
    assert batch.inputs[0].match == "a.example"
    assert batch.inputs[0].properties == {"domain": "a.example", "name": "Ours", "score": "64"}


def test_a_stage_that_goes_back_is_emptied_with_all_else_and_set_alone() -> None:
    back = Change("lifecyclestage", "customer", "lead", "refunded", clear_first=True)
    other = Change("score", "81", "64")
    plans = [
        RecordPlan("companies", "1", "a", "501", "update", (back, other)),
        RecordPlan("companies", "2", "b", "502", "update", (other,)),
        RecordPlan("companies", "3", "c", "503", "update", (Change("lifecyclestage", "", "lead"),)),
    ]

    (first,) = clearing(plans)
    (second,) = batches([setting(plan) for plan in plans if goes_back(plan)], "")

    assert [(i.hubspot_id, dict(i.properties)) for i in first.inputs] == [
        ("501", {"lifecyclestage": "", "score": "64"})
    ]
    assert [(i.hubspot_id, dict(i.properties)) for i in second.inputs] == [
        ("501", {"lifecyclestage": "lead"})
    ]


def test_a_plan_that_only_holds_needs_no_request() -> None:
    held = (Held("lifecyclestage", "customer", "lead", "kept"),)

    assert list(batches([RecordPlan("companies", "1", "m", "1", "update", (), held)], "d")) == []


def test_trace_ids_are_unique_over_all_batches() -> None:
    plans = [update(str(n % 7), object_name=("companies", "contacts")[n % 2]) for n in range(30)]

    traces = [i.trace_id for batch in batches(plans, "domain") for i in batch.inputs]
    assert len(traces) == len(set(traces)) == 30
