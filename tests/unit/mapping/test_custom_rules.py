"""Mistakes in metrics that a mapping declares itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded, load
from syncworker.mapping.online import check_online
from syncworker.mapping.properties import wanted_properties
from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.settings_custom import CustomMetric, Measured, Where

One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]

RIGHT = """\
metrics:
  custom:
    exports:
      entity: account
      measure: count
      of: events
      where: [{column: name, eq: export}, {column: props.plan, any_of: [pro, 5, true]}]
      window_days: 28
      label: Exports
    exports_per_user:
      entity: account
      measure: ratio
      of: events
      top: {where: [{column: name, eq: export}]}
      bottom: {of: users}
    last_plan: {entity: user, measure: last, of: events, column: props.plan}
    trend: {entity: account, measure: change, of: events, window_days: 7}
objects:"""
COUNT = "entity: account, measure: count, of: events"


def declared(text: str, name: str = "mine") -> str:
    return f"metrics: {{custom: {{{name}: {{{text}}}}}}}\nobjects:"


def test_a_metric_of_ones_own_can_be_mapped_and_asked_for(
    changed: Changed, mapping_text: str
) -> None:
    loaded = changed("objects:", RIGHT)
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    custom = loaded.mapping.metrics.custom
    assert custom["exports"].where == (
        Where("name", eq="export"),
        Where("props.plan", any_of=("pro", 5, True)),
    )
    assert custom["exports_per_user"] == CustomMetric(
        "account",
        "ratio",
        "events",
        top=Measured(where=(Where("name", eq="export"),)),
        bottom=Measured(of="users"),
    )
    text = mapping_text.replace("objects:", RIGHT, 1)
    text = text.replace("saas_mrr: mrr", "saas_mrr: exports").replace(
        "gte: 80", "gte: 80}\n        - {metric: trend, gt: 5"
    )
    text = text.replace("saas_events: user_events", "saas_events: last_plan")
    right = load(text, "acme.yaml")
    assert right.diagnostics == ()
    assert right.mapping is not None
    catalog = catalog_of(right.mapping.metrics)
    wanted = wanted_properties(right.mapping, "companies", catalog)
    assert [(each.name, each.label) for each in wanted][:1] == [("saas_mrr", "Exports")]
    assert check_online(right, "acme", {})


@pytest.mark.parametrize(
    ("code", "old", "new", "says"),
    [
        ("SW104", "saas_mrr: mrr", "saas_mrr: export", "no metric is called `export`"),
        ("SW105", "saas_mrr: mrr", "saas_mrr: last_plan", "describes a user"),
        ("SW108", "health_score, gte: 80", "exports, eq: many", 'compared with text "many"'),
    ],
)
def test_it_is_checked_wherever_it_is_named(
    load_text: Callable[[str], Loaded], mapping_text: str, code: str, old: str, new: str, says: str
) -> None:
    text = mapping_text.replace("objects:", RIGHT, 1).replace(old, new)
    (found,) = load_text(text).diagnostics
    assert found.code == code
    assert says in found.message


@pytest.mark.parametrize(
    ("code", "new", "place", "says", "help_"),
    [
        ("SW187", declared(COUNT, "mrr"), "mrr", "a built-in metric already", "another name"),
        ("SW187", declared(COUNT, "domain"), "domain", "a column of the streams", "another"),
        ("SW187", declared(COUNT, "mrr_problem"), "mrr", "a part of the metric `mrr`", "another"),
        ("SW187", declared(COUNT, "My-Metric"), "My", "cannot be the name", "lower-case"),
        (
            "SW188",
            declared("entity: user, measure: count, of: evnts"),
            "evnts",
            "no stream",
            "`events`?",
        ),
        (
            "SW188",
            declared("entity: user, measure: count, of: fx_rates"),
            "fx",
            "to no user",
            "use",
        ),
        ("SW188", declared("entity: user, measure: count, of: invoices"), "inv", "no user", "use"),
        ("SW188", declared(f"{COUNT}, where: [{{column: nam, eq: x}}]"), "nam", "`nam`", "`name`?"),
        ("SW188", declared(f"{COUNT}, where: [{{column: ts, eq: x}}]"), "eq", "a time", "window"),
        ("SW188", declared(f"{COUNT}, where: [{{column: name, gt: 5}}]"), "gt", "numbers", "`eq`"),
        (
            "SW188",
            declared(f"{COUNT}, where: [{{column: quantity, contains: x}}]"),
            "contains",
            "looks into text",
            "`eq`",
        ),
        (
            "SW188",
            declared("entity: account, measure: sum, of: events, column: name"),
            "name",
            "is string and cannot be summed",
            "`distinct`",
        ),
        (
            "SW188",
            declared("entity: account, measure: distinct, of: tickets, column: props.x"),
            "props.x",
            "`tickets` has no column `props.x`",
            "only events",
        ),
        (
            "SW188",
            declared("entity: account, measure: distinct, of: events, column: props.a b"),
            "props.a b",
            "no column `props.a b`",
            "a key is letters",
        ),
        ("SW189", declared("entity: user, measure: count"), "mine", "no stream is named", "`of:`"),
        ("SW189", declared(f"{COUNT}, column: name"), "column", "nothing here", "`distinct`"),
        ("SW189", declared(f"{COUNT}, top: {{}}"), "top", "does nothing here", "two sides"),
        ("SW189", declared(f"{COUNT}, change_of: sum"), "change_of", "nothing", "only a change"),
        ("SW189", declared(f"{COUNT}, type: number"), "type", "nothing here", "of a key of"),
        ("SW189", declared(f"{COUNT}, where: [{{column: name}}]"), "{column", "needs one", "`eq`"),
        (
            "SW189",
            declared(f"{COUNT}, where: [{{column: quantity, gt: 1, lt: 5}}]"),
            "{column",
            "this has `gt`, `lt`",
            "one of",
        ),
        ("SW189", declared("entity: user, measure: sum, of: events"), "mine", "needs a column", ""),
        (
            "SW189",
            declared("entity: account, measure: change, of: events"),
            "mine",
            "a change needs a window",
            "`window_days: 28`",
        ),
        (
            "SW189",
            declared("entity: account, measure: count, of: users, window_days: 7"),
            "7",
            "have no time, so no window",
            "remove",
        ),
        (
            "SW189",
            declared("entity: account, measure: last, of: users, column: role"),
            "last",
            "so none is last",
            "count them",
        ),
        (
            "SW189",
            declared("entity: account, measure: ratio, of: events, top: {}"),
            "mine",
            "a ratio needs `bottom`",
            "divided by",
        ),
        (
            "SW189",
            declared("entity: account, measure: ratio, of: events, top: {}, bottom: {}, column: x"),
            "column",
            "does nothing here",
            "`top` or `bottom`",
        ),
        (
            "SW189",
            declared("entity: account, measure: ratio, top: {of: events}, bottom: {}"),
            "mine",
            "no stream is named",
            "`of:`",
        ),
        (
            "SW189",
            declared(
                "entity: account, measure: ratio, of: events, window_days: 7, top: {}, "
                "bottom: {of: users}"
            ),
            "7",
            "rows of `users` have no time",
            "remove",
        ),
        ("SW102", declared(f"{COUNT}, wher: []"), "wher", "unknown key `wher`", "`where`?"),
        (
            "SW102",
            declared(f"{COUNT}, where: [{{colum: name, column: name, eq: 1}}]"),
            "colum",
            "unknown key `colum`",
            "`column`?",
        ),
        (
            "SW111",
            declared("entity: acount, measure: count, of: events"),
            "acount",
            "`acount`",
            "`account`?",
        ),
        ("SW111", declared(f"{COUNT}, window_days: -1"), "-1", "must be at least 0", ""),
        (
            "SW111",
            declared(f"{COUNT}, where: [{{column: name, eq: {10**13}}}]"),
            "1",
            "at most",
            "",
        ),
        ("SW112", declared(f"{COUNT}, where: [{{eq: 5}}]"), "{eq", "`column` is missing", ""),
        ("SW112", declared("entity: account, of: events"), "mine", "`measure` is missing", ""),
    ],
)
def test_a_declaration_that_cannot_work_is_named_at_its_place(
    one: One, code: str, new: str, place: str, says: str, help_: str
) -> None:
    found = one("objects:", new)
    assert (found.code, found.line) == (code, 14)
    assert says in found.message
    assert help_ in found.help
    assert found.snippet[found.column - 1 :].startswith(place)


def test_a_part_of_another_metric_of_ones_own_is_taken(one: One) -> None:
    two = (
        "{r: {entity: account, measure: ratio, of: events, top: {}, bottom: {}}, "
        f"r_top: {{{COUNT}}}}}"
    )
    found = one("objects:", f"metrics: {{custom: {two}}}\nobjects:")
    assert (found.code, found.message) == ("SW187", "`r_top` is a part of `r` already")


def test_what_is_no_section_is_left_to_the_models(changed: Changed) -> None:
    for wrong in (
        "[a]",
        "{a: 5}",
        f"{{a: {{{COUNT}, where: x}}}}",
        f"{{a: {{{COUNT}, where: [x]}}}}",
        "{a: {entity: account, measure: ratio, of: events, top: 5, bottom: {}}}",
        "{a: {entity: [user], measure: count, of: events}}",
        "{a: {entity: user, measure: count, of: [events]}}",
    ):
        loaded = changed("objects:", f"metrics: {{custom: {wrong}}}\nobjects:")
        assert {d.code for d in loaded.diagnostics} == {"SW111"}, wrong
