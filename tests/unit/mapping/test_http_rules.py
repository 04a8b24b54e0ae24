"""What is wrong in a source of kind http is found where it stands, before anything is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.loader import Loaded

Load = Callable[[str], Loaded]
SOURCE = """\
sources:
  crm:
    kind: http
    base_url: https://api.example.com
    auth: {by: bearer, token: env:CRM_TOKEN}
    headers: {X-Version: "7"}
    rate_limit: {per_minute: 60}
    streams:
      users:
        path: /users
        method: POST
        params: {limit: 100}
        body: {filter: {since: "{since}"}, list: [1, "{until}"]}
        records: data
        paging: {by: cursor, path: next, param: after}
        cursor: {field: updated_at}
        fields:
          user_id: id
          email: {path: mail, default: nobody@example.com}
          role: {const: member}
"""


@pytest.fixture
def loaded(load_text: Load, mapping_text: str) -> Callable[..., Loaded]:
    """The small mapping with this source; one text in it replaced by another."""
    first, last = mapping_text.index("sources:"), mapping_text.index("objects:")

    def load(old: str = "", new: str = "") -> Loaded:
        assert old in SOURCE
        changed = SOURCE.replace(old, new, 1) if old else SOURCE
        return load_text(mapping_text[:first] + changed + mapping_text[last:])

    return load


def test_a_right_source_has_no_diagnostics(loaded: Callable[..., Loaded]) -> None:
    found = loaded()
    assert found.diagnostics == ()
    assert found.mapping is not None
    fields = found.mapping.sources["crm"].streams["users"].fields
    assert fields["user_id"].path == ["id"]


BODY = 'body: {filter: {since: "{since}"}, list: [1, "{until}"]}'
PAGING = "paging: {by: cursor, path: next, param: after}"
CURSOR = "cursor: {field: updated_at}"
POST = f"method: POST\n        params: {{limit: 100}}\n        {BODY}"
SENT = "send_in: body\n        params: {s: '{since}'}"
FIELDS = """\
        fields:
          user_id: id
"""


@pytest.mark.parametrize(
    ("code", "old", "new", "says", "help_"),
    [
        (
            "SW140",
            '"{until}"',
            '"{untl}"',
            "no template is called `{untl}`",
            "you mean `until`",
        ),
        ("SW140", "path: /users", "path: /users/{id}", "no template is called `{id}`", "allowed:"),
        ("SW140", "{limit: 100}", '{n: "{limit}"}', "nothing fills `{limit}`", "with a `size`"),
        ("SW140", "{limit: 100}", '{n: "a{offset}"}', "nothing fills `{offset}`", "by offset"),
        (
            "SW140",
            PAGING,
            'paging: {by: offset, param: o}\n        path2: "{cursor}"',
            "unknown key `path2`",
            "did you mean `path`",
        ),
        (
            "SW140",
            f"{PAGING}\n        {CURSOR}",
            PAGING,
            "nothing fills `{since}`",
            "`cursor`",
        ),
        ("SW142", "{since}", "x", "the cursor tells the API nothing", "name the `param`"),
        ("SW141", "          user_id: id\n", "", "no field fills `user_id`", "path in the record"),
        ("SW122", "role: {const", "rôle: {const", "`rôle` is not a column of `users`", "`role`"),
        ("SW122", "role: {const", "source: {const", "`source` is not a column", "allowed:"),
        ("SW143", "{const: member}", "{path: r, const: member}", "`role` needs `path` or `con", ""),
        ("SW143", "{const: member}", "{default: member}", "`role` needs `path` or `const`", ""),
        ("SW144", ", param: after}", "}", "never told which page", "write `{cursor}` into"),
        ("SW144", PAGING, "paging: {by: offset}", "never told which page", "write `{offset}` into"),
        ("SW144", "path: next, ", "", "needs `path` or `field`", "a field of the page's last"),
        ("SW144", "path: next", "path: next, field: id", "needs `path` or `field`", "path: a"),
        ("SW145", "X-Version", "Authorization", "header `Authorization` holds a secret", "`auth`"),
        ("SW145", '"7"', "env:CRM_VERSION", "`env:CRM_VERSION` would be sent as it", "`auth`"),
        ("SW145", "{limit: 100}", "{q: env:CRM_Q}", "`env:CRM_Q` would be sent as it", "`auth`"),
        ("SW145", "[1,", "[file:q.txt,", "`file:q.txt` would be sent as it stands", "`auth`"),
        (
            "SW145",
            "env:CRM_TOKEN",
            '"file:/keys/{cursor}"',
            "a secret cannot have a template",
            "env",
        ),
        ("SW146", "        method: POST\n", "", "a request without `method: POST` has no body", ""),
        ("SW146", POST, SENT, "no body to send parameters in", "add `method: POST`"),
        ("SW147", CURSOR, "cursor: {field: u, window: 7d}", "must begin somewhere", "`start: 2024"),
        ("SW147", CURSOR, "cursor: {field: u, start: 2026-01-01, window: 0d}", "does not fit", ""),
        (
            "SW147",
            CURSOR,
            "cursor: {field: u, start: 2026-01-01, window: 36h, format: date}",
            "a window of `36h` does not fit the format `date`",
            "whole days for date",
        ),
        (
            "SW147",
            CURSOR,
            "cursor: {field: u, start: 2026-01-01, window: 90m, format: hour}",
            "a window of `90m` does not fit the format `hour`",
            "whole hours for hour",
        ),
        ("SW110", "X-Version: ", "X-Api-Key: ", "secrets do not belong", "env:NAME"),
        (
            "SW113",
            "{by: bearer, token: env:CRM_TOKEN}",
            "{by: basic, username: abc}",
            "not a ref",
            "",
        ),
        ("SW112", "by: bearer, ", "", "the key `by` is missing here", "of which kind"),
        ("SW111", "by: bearer", "by: beaer", "`by` cannot be `beaer`", "did you mean `bearer`"),
        ("SW112", "by: cursor, ", "", "the key `by` is missing here", ""),
        ("SW102", "token:", "tokn:", "unknown key `tokn`", "did you mean `token`"),
        ("SW102", "param: after", "parm: after", "unknown key `parm`", "did you mean `param`"),
        ("SW111", PAGING, "paging: {by: page, param: p, size: 0}", "`size` must be at least 1", ""),
        ("SW111", PAGING, "paging: {by: page, param: p, size: 100001}", "at most 100000", ""),
        ("SW111", "{per_minute: 60}", "{per_minute: 0}", "must be at least 1", ""),
        ("SW111", CURSOR, "cursor: {field: u, start: soon}", "`start` must be a date", ""),
        ("SW111", CURSOR, "cursor: {field: u, format: unix}", "`format` cannot be `unix`", "`iso`"),
        ("SW111", "user_id: id", "user_id: 5", "`user_id` must be a path in the record", ""),
        ("SW111", "{limit: 100}", "{limit: [1]}", "`limit` must be text", ""),
        ("SW115", CURSOR, "cursor: {field: u, window: 7 days}", "`window` is not a duration", ""),
        ("SW111", "https://api", "api", "`base_url` is not a URL", ""),
    ],
)
def test_what_is_wrong_is_found_with_what_to_write(
    loaded: Callable[..., Loaded], code: str, old: str, new: str, says: str, help_: str
) -> None:
    found = loaded(old, new)
    codes = {"SW102": ("SW102",), "SW140": ("SW140", "SW102", "SW142")}.get(code, (code,))
    told = [d for d in found.diagnostics if d.code in codes and says in d.message]
    assert told, [(d.code, d.message) for d in found.diagnostics]
    assert help_ in told[0].help
    assert found.mapping is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sources:\n", "sources: 5\nx:\n"),
        ("    streams:\n", "    streams: 5\n    x:\n"),
        ("      users:\n", "      users: 5\n      x:\n"),
        ("      users:\n", "      usrs:\n"),
        (FIELDS, "        fields: 5\n        x:\n          user_id: id\n"),
        (FIELDS, "        felds:\n          user_id: id\n"),
        (PAGING, "paging: 5"),
        (PAGING, "paging: {by: {}}"),
        (CURSOR, "cursor: [1]"),
        (CURSOR, "cursor: {field: u, window: 5}"),
        ("auth: {by: bearer, token: env:CRM_TOKEN}", "auth: [x]"),
        (BODY, "body: 5"),
        ("headers: {X-Version: ", "headers: 5\n    x: {a: "),
    ],
)
def test_sections_of_another_shape_are_told_and_nothing_breaks(
    loaded: Callable[..., Loaded], old: str, new: str
) -> None:
    found = loaded(old, new)
    assert found.mapping is None
    assert found.diagnostics


def test_a_stream_that_needs_one_of_several_columns_is_told_which(
    loaded: Callable[..., Loaded],
) -> None:
    found = loaded(
        SOURCE[SOURCE.index("      users:") :],
        """\
      tickets: {path: t, fields: {ticket_id: id, opened_at: at}}
      subscriptions: {path: s, fields: {sub_id: id, status: st, deleted_at: gone}}
""",
    )
    assert [d.message for d in found.diagnostics] == [
        "no field fills `account_id or customer_id`: every row of `subscriptions` must have it"
    ]
