"""Sources of kind `files`: where they are, and whether a shape fits its stream."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.loader import Loaded
from syncworker.mapping.rules_files import is_inside

Changed = Callable[[str, str], Loaded]


@pytest.fixture
def findings(changed: Changed, mapping_text: str) -> Callable[..., list[tuple[str, int, str]]]:
    """What is found in a mapping whose only source is this one: code, line, message."""
    start = mapping_text[mapping_text.index("kind: sql") : mapping_text.index("objects:")]

    def find(path: str, stream: str, config: str) -> list[tuple[str, int, str]]:
        text = f"kind: files\n    path: {path}\n    streams:\n      {stream}:\n        {config}\n"
        return [(d.code, d.line, d.message) for d in changed(start, text).diagnostics]

    return find


Find = Callable[[str, str, str], list[tuple[str, int, str]]]


@pytest.mark.parametrize(
    "path", ["exports", "./a/b", "s3://bucket/folder", "gs://b", "az://box/f", "file:///exports"]
)
def test_folders_and_known_storages_are_fine(findings: Find, path: str) -> None:
    assert findings(path, "users", "path: '**/u*.csv'") == []


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("ftp://host/folder", "`ftp://` is no storage we know"),
        ("S3://bucket", "`S3://` is no storage we know"),
        ("s3://someone@bucket/folder", "names a user or a key"),
    ],
)
def test_other_storages_and_keys_in_urls_are_refused(findings: Find, path: str, says: str) -> None:
    ((code, line, message),) = findings(path, "users", "path: u.csv")
    assert (code, line) == ("SW153", 10)
    assert says in message


def test_azures_own_urls_name_the_container_before_an_at_sign(findings: Find) -> None:
    assert findings("abfs://box@account.dfs.core.windows.net/f", "users", "path: u.csv") == []


@pytest.mark.parametrize("path", ["../u.csv", "a/../../u.csv", "/u.csv", "s3://other/u.csv"])
def test_a_streams_path_stays_inside_the_sources(findings: Find, path: str) -> None:
    assert not is_inside(path)
    ((code, line, message),) = findings("exports", "users", f"path: '{path}'")
    assert (code, line) == ("SW154", 13)
    assert path in message


def test_dots_that_are_no_way_up_are_fine(findings: Find) -> None:
    assert findings("exports", "users", "path: a..b/u...csv") == []


@pytest.mark.parametrize(
    ("stream", "config", "says"),
    [
        ("users", "{path: s.gz, shape: segment}", "shape `segment` holds events, not users"),
        ("events", "{path: s.gz, shape: stripe}", "`stripe` holds subscriptions, not events"),
        ("events", "{path: s, shape: segment, format: csv}", "shape `segment` is JSON Lines"),
        (
            "subscriptions",
            "{path: s, shape: stripe, columns: {sub_id: id}}",
            "shape `stripe` says already where each column is",
        ),
    ],
)
def test_a_shape_fits_its_stream(findings: Find, stream: str, config: str, says: str) -> None:
    ((code, _, message),) = findings("exports", stream, config)
    assert code == "SW155"
    assert says in message


@pytest.mark.parametrize(
    ("stream", "shape"),
    [("events", "segment"), ("subscriptions", "stripe"), ("users", "canonical")],
)
def test_shapes_at_home_are_fine(findings: Find, stream: str, shape: str) -> None:
    assert findings("exports", stream, f"{{path: s.jsonl, shape: {shape}, format: jsonl}}") == []


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ("{path: [a]}", "SW111"),
        ("{path: a, shape: [x]}", "SW111"),
        ("{path: a, shape: x}", "SW111"),
    ],
)
def test_what_the_models_refuse_is_found_once(findings: Find, config: str, code: str) -> None:
    assert [found[0] for found in findings("exports", "users", config)] == [code]
    assert [found[0] for found in findings("[a]", "users", "path: a")] == ["SW111"]
