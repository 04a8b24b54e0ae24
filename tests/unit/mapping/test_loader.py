from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from syncworker.errors import MappingError
from syncworker.mapping.codes import CODES
from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded, load, load_bytes
from syncworker.metrics.metric import Metric

Load = Callable[[str], Loaded]
One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]
BANDS = "metrics: {{health_bands: {{breadth: {}}}}}\nobjects:"


def test_a_right_mapping_has_no_diagnostics_and_its_values(
    load_text: Load, mapping_text: str
) -> None:
    loaded = load_text(mapping_text)
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    companies = loaded.mapping.objects["companies"]
    assert companies.properties["saas_mrr"].metric == "mrr"
    assert companies.properties["saas_health"].type == "number"
    assert loaded.mapping.lifecycle["companies"].rules[0].when[0].comparison == ("gte", 80)
    assert loaded.mapping.metrics.usage_warn_percent == -25


def test_lists_and_weights_of_the_metrics_section_are_read(changed: Changed) -> None:
    new = "metrics:\n  key_events: [a, b]\n  health_weights: {seats: 30}\nobjects:"
    mapping = changed("objects:", new).mapping
    assert mapping is not None
    assert mapping.metrics.key_events == ("a", "b")
    assert mapping.metrics.health_weights.seats == 30


@pytest.mark.parametrize(
    ("code", "old", "new", "line", "column", "says"),
    [
        ("SW101", "saas_health:", "saas_mrr: mrr\n      saas_health:", 19, 7, "mapped twice"),
        ("SW101", "hubspot:", "version: 1\nhubspot:", 2, 1, "`version` is written twice"),
        ("SW102", "currency: EUR", "curency: EUR", 6, 3, "unknown key `curency`"),
        ("SW102", "url: env", "path: x\n    url: env", 10, 5, "unknown key `path`"),
        ("SW102", "query: sel", "qery: sel", 13, 9, "unknown key `qery`"),
        ("SW102", "objects:", "metrics: {key_event: []}\nobjects:", 14, 11, "`key_event`"),
        (
            "SW124",
            "objects:",
            "objects:\n  deal: {match: {property: a, column: b}}",
            15,
            3,
            "no object is called `deal`",
        ),
        ("SW103", "property: domain", "property: domian", 16, 23, "`domian` is not a match key"),
        ("SW103", "property: domain", "property: email", 16, 23, "not a match key for companies"),
        ("SW103", "property: email", "property: E Mail", 23, 23, "not a match key for contacts"),
        ("SW103", "column: domain", "column: created_at", 16, 39, "not a column of `accounts`"),
        ("SW104", "saas_mrr: mrr", "saas_mrr: mmr", 18, 17, "no metric is called `mmr`"),
        ("SW104", "{metric: health_score", "{metric: helth_score", 30, 20, "`helth_score`"),
        ("SW105", "type: number", "type: bool", 21, 15, "is number and cannot fill a bool"),
        ("SW105", "saas_mrr: mrr", "saas_mrr: user_events", 18, 17, "describes a user"),
        ("SW105", "{metric: health_score", "{metric: user_events", 30, 20, "describes a user"),
        ("SW106", "saas_mrr:", "Trial Days Left:", 18, 7, "is a label"),
        ("SW106", "saas_mrr:", "42 €:", 18, 7, "is a label"),
        ("SW107", "stage: customer", "stage: custommer", 28, 14, "no lifecycle stage"),
        ("SW108", "gte: 80", 'gte: "80"', 30, 39, 'not with text "80"'),
        ("SW108", "gte: 80", "gte: true", 30, 39, "not with true"),
        ("SW108", "gte: 80", 'eq: "80"', 30, 38, 'is a number, compared with text "80"'),
        ("SW108", "gte: 80", "any_of: [1, x]", 30, 46, 'compared with text "x"'),
        ("SW108", "health_score, gte: 80", 'churned, eq: "true"', 30, 33, "is true or false"),
        ("SW108", "health_score, gte: 80", "band, eq: 80", 30, 30, "is text, compared with 80"),
        ("SW108", "health_score, gte: 80", "band, gte: 80", 30, 26, "cannot be compared by `gte`"),
        ("SW108", "health_score, gte: 80", "seen_at, eq: now", 30, 29, "is datetime and cannot"),
        ("SW111", "currency: EUR", "currency: euro", 6, 13, "`currency` is not a currency"),
        ("SW111", "currency: EUR", "currency: 5", 6, 13, "`currency` must be text"),
        ("SW111", "currency: EUR", "currency:", 6, 3, "`currency` is empty"),
        ("SW111", "objects:", "guard: {min_records: 0}\nobjects:", 14, 22, "at least 1"),
        ("SW111", "objects:", "guard: {max_clear_percent: 101}\nobjects:", 14, 28, "at most 100"),
        ("SW111", "objects:", "guard: {min_records: 1.5}\nobjects:", 14, 22, "a whole number"),
        ("SW111", "objects:", "guard: []\nobjects:", 14, 8, "must be a section"),
        ("SW111", "objects:", "metrics: {key_events: x}\nobjects:", 14, 23, "must be a list"),
        ("SW111", "saas_mrr: mrr", "saas_mrr: 1", 18, 17, "must be a metric's name"),
        ("SW111", "saas_mrr: mrr", "saas_mrr: ''", 18, 17, "`saas_mrr` is empty"),
        ("SW111", "type: number", "mode: allways", 21, 15, "`mode` cannot be `allways`"),
        ("SW111", "gte: 80", "any_of: []", 30, 42, "`any_of` is empty"),
        ("SW111", "gte: 80", "eq: [1]", 30, 38, "must be text, a number, true or false"),
        ("SW111", "gte: 80", "any_of: [[1]]", 30, 43, "must be text, a number, true or false"),
        ("SW111", "objects:", BANDS.format("[1, 2]"), 14, 35, "`breadth` has too few entries"),
        ("SW111", "objects:", BANDS.format("[1, 2, 3, 4]"), 14, 35, "has too many entries"),
        ("SW102", "objects:", BANDS.replace("breadth", "breath").format(1), 14, 26, "`breath`"),
        ("SW111", "gte: 80", "any_of: 1", 30, 42, "must be a list"),
        (
            "SW112",
            "  credentials: env:ACME_TOKEN",
            "  tier: free",
            2,
            1,
            "`credentials` is missing",
        ),
        ("SW112", "kind: sql", "", 8, 3, "`kind` is missing"),
        ("SW112", "version: 1", "", 2, 1, "`version` is missing"),
        ("SW112", "metric: health_score\n        ", "", 19, 7, "`metric` is missing"),
        ("SW113", "env:ACME_TOKEN", "ACME_TOKEN", 3, 16, "is not a reference"),
        ("SW114", "Europe/Berlin", "Europe/Berln", 5, 13, "no timezone is called"),
        ("SW114", "Europe/Berlin", "../../etc/passwd", 5, 13, "no timezone is called"),
        ("SW115", "query: select 1", "query: a\n        overlap: 5min", 14, 18, "not a duration"),
        ("SW115", "objects:", "schedule: {every: 0m}\nobjects:", 14, 19, "not an interval"),
        ("SW116", "accounts:", "acounts:", 12, 7, "no stream is called `acounts`"),
        ("SW116", "objects:", "metrics: {stale_days: {evnts: 1}}\nobjects:", 14, 24, "`evnts`"),
        ("SW117", "type: number", "mode: append", 21, 15, "`append` adds options"),
        ("SW118", ", gte: 80", "", 30, 11, "needs one comparison"),
        ("SW118", "gte: 80", "gte: 80, lt: 90", 30, 11, "this has several"),
        ("SW119", "kind: sql", "kind: sqll", 9, 11, "no kind of source is called `sqll`"),
        ("SW120", "version: 1", "version: 2", 1, 10, "version of the format"),
        ("SW121", "health_score, gte: 80", "band, eq: gren", 30, 30, "is never `gren`"),
    ],
)
def test_a_mistake_is_named_at_its_place(
    one: One, code: str, old: str, new: str, line: int, column: int, says: str
) -> None:
    found = one(old, new)
    assert (found.code, found.line, found.column) == (code, line, column), found.message
    assert says in found.message
    assert found.code in CODES
    assert "input" not in found.message.lower()


@pytest.mark.parametrize(
    ("old", "new", "help_"),
    [
        ("property: domain", "property: domian", "did you mean `domain`?"),
        ("currency: EUR", "curency: EUR", "did you mean `currency`?"),
        ("{metric: health_score", "{metric: helth_score", "did you mean `health_score`?"),
        ("saas_mrr: mrr", "saas_mrr: xxxxxx", "`syncworker metrics list` shows all"),
        ("saas_mrr:", "Trial Days Left:", "use `trial_days_left`"),
        ("saas_mrr:", "42 €:", "a letter first"),
        ("stage: customer", "stage: custommer", "did you mean `customer`?"),
        ("gte: 80", 'gte: "80"', "drop the quotes"),
        ("gte: 80", "gte: high", "write a number"),
        ("gte: 80", "eq: high", "write a number"),
        ("type: number", "type: bool", "use `type: number` or `type: string`"),
        ("accounts:", "acounts:", "did you mean `accounts`?"),
        ("kind: sql", "kind: sqll", "did you mean `sql`?"),
        ("Europe/Berlin", "Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("kind: sql", "", "`sql`, `files`"),
    ],
)
def test_help_says_what_to_write_instead(one: One, old: str, new: str, help_: str) -> None:
    assert help_ in one(old, new).help


def test_a_duplicate_names_the_first_place(one: One) -> None:
    found = one("saas_health:", "saas_mrr: mrr\n      saas_health:")
    assert found.note == "first mapped in line 18"


def test_a_strange_key_is_reported_beside_a_missing_one(changed: Changed) -> None:
    loaded = changed("credentials: env:ACME_TOKEN", "zzz: 1")
    assert {d.code for d in loaded.diagnostics} == {"SW102", "SW112"}


def test_a_key_of_a_strange_kind_of_source_waits_for_the_kind(changed: Changed) -> None:
    loaded = changed("kind: sql", "kind: zip\n    any: 1")
    assert [d.code for d in loaded.diagnostics] == ["SW119"]


def test_a_key_named_like_the_kind_of_its_source_confuses_nobody(changed: Changed) -> None:
    loaded = changed("kind: sql", "kind: sql\n    sql: {sql: 1}")
    assert [(d.code, d.line) for d in loaded.diagnostics] == [("SW102", 10)]


def test_a_misspelled_key_is_not_also_reported_as_missing(changed: Changed) -> None:
    loaded = changed("credentials:", "credentails:")
    assert [d.code for d in loaded.diagnostics] == ["SW102"]


def test_all_mistakes_are_reported_at_once_in_order_of_their_place(
    load_text: Load, mapping_text: str
) -> None:
    text = mapping_text.replace("EUR", "euro").replace(": mrr", ": mmr").replace("80", '"80"')
    text = text.replace("kind: sql", "kind: sqll").replace("stage: customer", "stage: client")
    loaded = load_text(text)
    assert [d.code for d in loaded.diagnostics] == ["SW111", "SW119", "SW104", "SW107", "SW108"]
    lines = [d.line for d in loaded.diagnostics]
    assert lines == sorted(lines)
    assert loaded.mapping is None


def test_several_missing_keys_are_all_named(load_text: Load) -> None:
    messages = [d.message for d in load_text("version: 1\n").diagnostics]
    assert messages == [
        f"the key `{key}` is missing here" for key in ("hubspot", "objects", "sources")
    ]


def test_stages_for_an_object_that_is_not_mapped_are_refused(
    load_text: Load, mapping_text: str
) -> None:
    start, end = mapping_text.index("  contacts:"), mapping_text.index("lifecycle:")
    text = mapping_text[:start] + mapping_text[end:]
    text = text.replace("  companies:\n    - stage", "  contacts:\n    - stage")
    assert [d.code for d in load_text(text).diagnostics] == ["SW123"]


def test_rules_bear_sections_of_the_wrong_shape(load_text: Load, mapping_text: str) -> None:
    head = mapping_text[: mapping_text.index("objects:")]
    loaded = load_text(
        head + "objects: {companies: [1], contacts: {match: x, properties: [a]}}\n"
        "lifecycle: {companies: 5, contacts: [1, {stage: 3, when: 4}, {stage: lead, when: [7]}]}\n"
    )
    assert {d.code for d in loaded.diagnostics} == {"SW111"}


@pytest.mark.parametrize("stage", ["'12345678'", "Customer", "Marketing Qualified Lead"])
def test_a_stage_is_one_of_ones_own_or_a_default_by_name_or_label(
    changed: Changed, stage: str
) -> None:
    assert changed("stage: customer", f"stage: {stage}").diagnostics == ()


def test_a_warning_does_not_stop_the_mapping(changed: Changed) -> None:
    loaded = changed("stage: customer", "stage: client")
    assert [d.severity for d in loaded.diagnostics] == ["warning"]
    assert loaded.mapping is not None


def test_columns_of_a_file_stream_are_checked(changed: Changed, mapping_text: str) -> None:
    files = (
        "kind: files\n    path: x\n    streams:\n      users:\n"
        "        path: u.csv\n        columns: {emial: E}\n"
    )
    start = mapping_text[mapping_text.index("kind: sql") : mapping_text.index("objects:")]
    found = changed(start, files).diagnostics
    assert [(d.code, d.line, d.column) for d in found] == [("SW122", 14, 19)]
    assert "did you mean `email`?" in found[0].help


@pytest.mark.parametrize("codes", ["SW107", "SW106, SW107"])
def test_a_comment_with_a_reason_silences_a_finding(changed: Changed, codes: str) -> None:
    comment = f"# syncworker: ignore {codes} -- stage of our own"
    assert changed("stage: customer", f"stage: client {comment}").diagnostics == ()


def test_a_comment_without_a_reason_silences_nothing(changed: Changed) -> None:
    loaded = changed("stage: customer", "stage: client # syncworker: ignore SW107")
    assert [d.code for d in loaded.diagnostics] == ["SW107", "SW012"]
    assert "reason" in loaded.diagnostics[1].message


def test_what_is_unknown_cannot_be_silenced(changed: Changed) -> None:
    loaded = changed("saas_mrr: mrr", "saas_mrr: mmr # syncworker: ignore SW104 -- because")
    assert [d.code for d in loaded.diagnostics] == ["SW104", "SW012"]
    assert loaded.mapping is None


def test_a_silenced_error_lets_the_mapping_through(changed: Changed) -> None:
    loaded = changed("saas_mrr: mrr", "Saas MRR: mrr # syncworker: ignore SW106 -- the label it is")
    assert loaded.mapping is not None


def test_a_byte_order_mark_moves_nothing(load_text: Load, mapping_text: str) -> None:
    assert load_text("\ufeff" + mapping_text).diagnostics == ()


def test_bytes_are_read_as_utf8(mapping_text: str, catalog: Mapping[str, Metric]) -> None:
    assert load_bytes(mapping_text.encode(), "acme.yaml", catalog).mapping is not None


def test_bytes_that_are_no_utf8_are_named_by_place(catalog: Mapping[str, Metric]) -> None:
    (found,) = load_bytes(b"version: 1\nname: \xfc\n", "acme.yaml", catalog).diagnostics
    assert (found.code, found.line, found.column) == ("SW005", 2, 7)
    assert found.snippet == "name: \ufffd"


def test_diagnostics_travel_in_a_mapping_error(changed: Changed) -> None:
    loaded = changed("version: 1", "version: 2")
    error = MappingError("1 error", loaded.diagnostics)
    assert error.diagnostics == loaded.diagnostics


def test_a_very_long_value_is_cut_in_its_message(changed: Changed) -> None:
    found = changed("saas_mrr: mrr", f"saas_mrr: {'x' * 5000}").diagnostics[0]
    assert len(found.message) == 400
    assert found.message.endswith("…")


def test_the_file_is_named_as_given(catalog: Mapping[str, Metric]) -> None:
    assert load("", "a/b.yaml", catalog).diagnostics[0].file == "a/b.yaml"
