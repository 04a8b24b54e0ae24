"""What holds for every plan, whatever the records."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from syncworker.mapping.desired import DesiredRecord, PropertyRule, PropertyType, WriteMode
from syncworker.planning.batch import MAX_INPUTS, batches
from syncworker.planning.diff import diff, needs_reading
from syncworker.planning.guard import Tally, combine
from syncworker.planning.outcome import judge
from syncworker.planning.plan import from_json, summarize, to_json
from syncworker.planning.records import Change, LedgerRecord, RecordOutcome, RecordPlan
from syncworker.planning.values import same

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)
STAGES = ("subscriber", "lead", "opportunity", "customer", "evangelist")
TYPES: tuple[PropertyType, ...] = ("string", "number", "date", "datetime", "enumeration", "bool")
MODES: tuple[WriteMode, ...] = ("always", "fill_empty", "append", "never_clear")
RULES = {
    f"{type_}_{mode}_{volatile}": PropertyRule(
        f"{type_}_{mode}_{volatile}", type_, mode, volatile=volatile
    )
    for type_, mode, volatile in product(TYPES, MODES, (False, True))
    if mode != "append" or type_ == "enumeration"
}

values = st.one_of(
    st.sampled_from(
        ["", "1", "1.0", "true", "True", "a;b", "b;a", ";", "2026-11-21", "1795219200000"]
    ),
    # An alphabet of its own: drawing from all of Unicode is slow on a first run.
    st.text("aB1;.-+:TZeE 0é٣\ud800\x00", max_size=8),
)
properties = st.dictionaries(st.sampled_from(sorted(RULES)), values, max_size=8)
stages = st.one_of(st.none(), st.sampled_from([*STAGES, "unknown"]))


@st.composite
def desired_records(draw: st.DrawFn) -> DesiredRecord:
    return DesiredRecord(
        "companies",
        "A1",
        (("domain", "a.example"),),
        draw(properties),
        stage=draw(stages),
        stage_back=draw(st.sampled_from(["", "refunded"])),
    )


@st.composite
def ledger_records(draw: st.DrawFn) -> LedgerRecord | None:
    if draw(st.booleans()):
        return None
    known = draw(properties) | draw(
        st.sampled_from([{}, *({"lifecyclestage": stage} for stage in ("", "9001", *STAGES))])
    )
    written = draw(st.sampled_from([None, AS_OF, AS_OF - timedelta(days=30)]))
    return LedgerRecord("companies", "A1", "501", known, written, draw(st.booleans()))


@st.composite
def record_plans(draw: st.DrawFn) -> RecordPlan:
    number = draw(st.integers(0, 400))
    creates = draw(st.booleans())
    values = {"domain": f"a{number}.example"} if creates else {}
    return RecordPlan(
        draw(st.sampled_from(["companies", "contacts"])),
        f"A{number}",
        f"a{number}.example",
        None if creates else str(number),
        "create" if creates else "update",
        draw(st.sampled_from([(), (Change("score", "81", "64"),)])),
        create_values=values,
    )


def applied(
    plan: RecordPlan, ledger: LedgerRecord | None, rules: Mapping[str, PropertyRule]
) -> LedgerRecord:
    """The ledger after HubSpot took everything."""
    sent = {change.property: change.new for change in plan.changes}
    judged = judge(plan, RecordOutcome("A1", "sent", "501", sent), rules)
    confirmed = {s.change.property: s.value for s in judged if s.value is not None}
    old = ledger.values if ledger else {}
    return LedgerRecord("companies", "A1", "501", {**old, **confirmed}, AS_OF)


@settings(deadline=None)
@given(desired_records(), ledger_records())
def test_apply_then_diff_is_empty(desired: DesiredRecord, ledger: LedgerRecord | None) -> None:
    plan = diff(desired, ledger, RULES, AS_OF, 7, STAGES)
    assume(plan is not None)
    assert plan is not None

    again = diff(desired, applied(plan, ledger, RULES), RULES, AS_OF, 7, STAGES)

    assert again is None or again.changes == ()
    assert (again.held if again else ()) == plan.held


@settings(deadline=None)
@given(desired_records(), ledger_records())
def test_applying_twice_needs_no_reading_for_what_is_known(
    desired: DesiredRecord, ledger: LedgerRecord | None
) -> None:
    known = ledger and replace(
        ledger, values={**dict.fromkeys(desired.values, ""), **ledger.values}
    )
    plan = diff(desired, known, RULES, AS_OF, 7, STAGES)
    assume(known and plan and plan.changes)
    assert plan is not None

    after = applied(plan, known, RULES)
    assume("lifecyclestage" in after.values or desired.stage is None)
    assert not needs_reading(desired, after, RULES, STAGES)


@settings(deadline=None)
@given(desired_records(), ledger_records())
def test_a_stage_only_goes_back_where_a_rule_says_why(
    desired: DesiredRecord, ledger: LedgerRecord | None
) -> None:
    plan = diff(desired, ledger, RULES, AS_OF, 7, STAGES)

    for change in plan.changes if plan else ():
        if change.property == "lifecyclestage":
            assert change.new in STAGES
            forward = not change.old or STAGES.index(change.old) < STAGES.index(change.new)
            assert forward is not change.clear_first
            assert forward or desired.stage_back in change.because


@settings(deadline=None)
@given(desired_records(), ledger_records())
def test_a_stage_that_a_person_set_never_moves_where_the_mapping_keeps_it(
    desired: DesiredRecord, ledger: LedgerRecord | None
) -> None:
    plan = diff(desired, ledger, RULES, AS_OF, 7, STAGES, peoples=True)

    for change in plan.changes if plan else ():
        assert change.property != "lifecyclestage" or change.old == ""


@settings(deadline=None)
@given(desired_records(), ledger_records())
def test_what_people_filled_is_never_overwritten(
    desired: DesiredRecord, ledger: LedgerRecord | None
) -> None:
    plan = diff(desired, ledger, RULES, AS_OF, 7, STAGES)

    for change in plan.changes if plan else ():
        mode = RULES[change.property].mode if change.property in RULES else "always"
        if mode == "fill_empty":
            assert change.old == ""
        if mode == "append":
            assert set(change.old.split(";")) - {""} <= set(change.new.split(";"))
        if mode == "never_clear":
            assert change.new != ""


@settings(deadline=None)
@given(st.sampled_from(TYPES), st.lists(values, min_size=3, max_size=3))
def test_sameness_is_an_equivalence(kind: PropertyType, three: list[str]) -> None:
    a, b, c = three

    assert same(kind, a, a)
    assert same(kind, a, b) == same(kind, b, a)
    if same(kind, a, b) and same(kind, b, c):
        assert same(kind, a, c)
    if same(kind, a, ""):
        assert a == ""


@settings(deadline=None)
@given(st.lists(record_plans(), max_size=350))
def test_batches_partition_exactly(plans: list[RecordPlan]) -> None:
    found = list(batches(plans, "domain"))

    sent = sorted((b.object, b.action, i.key) for b in found for i in b.inputs)
    wanted = sorted((p.object, p.action, p.key) for p in plans if p.changes or p.action == "create")
    assert sent == wanted
    for batch in found:
        records = [i.hubspot_id or i.match for i in batch.inputs]
        assert 1 <= len(records) == len(set(records)) <= MAX_INPUTS
    traces = [i.trace_id for b in found for i in b.inputs]
    assert len(traces) == len(set(traces))


@settings(deadline=None)
@given(st.lists(record_plans(), max_size=30), st.randoms(use_true_random=False), st.integers(0, 30))
def test_the_digest_depends_on_neither_order_nor_shards(
    plans: list[RecordPlan], random: Random, cut: int
) -> None:
    shuffled = list(plans)
    random.shuffle(shuffled)

    whole = summarize("acme", AS_OF, "4f1c9a", "companies", plans)
    left = summarize("acme", AS_OF, "4f1c9a", "companies", shuffled[:cut])
    right = summarize("acme", AS_OF, "4f1c9a", "companies", shuffled[cut:])

    assert left.plus(right) == right.plus(left) == whole
    assert left.plus(right).digest == whole.digest


@settings(deadline=None)
@given(desired_records(), ledger_records())
def test_every_plan_survives_json(desired: DesiredRecord, ledger: LedgerRecord | None) -> None:
    plan = diff(desired, ledger, RULES, AS_OF, 7, STAGES)
    assume(plan is not None)
    assert plan is not None

    assert from_json(to_json(plan)) == plan


tallies = st.lists(
    st.builds(
        Tally,
        st.sampled_from(["companies", "contacts"]),
        st.sampled_from(["churned", "band"]),
        st.integers(0, 99),
        st.integers(0, 99),
        st.integers(0, 99),
    ),
    max_size=5,
)


@settings(deadline=None)
@given(tallies, tallies, tallies)
def test_tallies_combine_in_any_grouping_and_order(
    a: list[Tally], b: list[Tally], c: list[Tally]
) -> None:
    whole = combine(a, b, c)

    assert combine(combine(a, b), c) == combine(a, combine(b, c)) == combine(c, b, a) == whole
    assert sum(t.with_value for t in whole) == sum(t.with_value for t in (*a, *b, *c))
