"""Tokens and people are masked wherever they stand; what helps a person is left."""

from __future__ import annotations

import time

import pytest

from syncworker.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("the token pat-na1-0a1b2c3d-4e5f is wrong", "the token pat-*** is wrong"),
        ("sk_live_abcdef123 rk_test_abcdef123", "sk_live_*** rk_test_***"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer ***"),
        ("{'authorization': 'bearer abc'}", "{'authorization': 'bearer ***'}"),
        ("postgresql://joe:secret@db/app", "postgresql://joe:***@db/app"),
        ("postgresql+psycopg://joe:p@ss/w0rd@db/app", "postgresql+psycopg://joe:***@db/app"),
        ("redis://:secret@host:6379/0", "redis://:***@host:6379/0"),
        ("https://joe@x.com:secret@host/a", "https://j…@x.com:***@host/a"),
        ("host=db password=hunter2 user=joe", "host=db password=*** user=joe"),
        ("/oauth?access_token=abc&x=1", "/oauth?access_token=***&x=1"),
        ("CLIENT_SECRET='abc'", "CLIENT_SECRET='***'"),
        ("hapikey=abc, api-key=abc", "hapikey=***, api-key=***"),
        ('{"access_token": "abc", "n": 1}', '{"access_token": "***", "n": 1}'),
        ("{'client_secret':'abc'}", "{'client_secret':'***'}"),
        ("joe.bloggs+x@mail.example.co.uk,", "j…@mail.example.co.uk,"),
        ("<jörg@müller.de>", "<j…@müller.de>"),
        ("a@b.c and d@e.f", "a…@b.c and d…@e.f"),
        ("'joe@x.com', o'neil@x.com", "'j…@x.com', o…@x.com"),
    ],
)
def test_tokens_passwords_and_people_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "see https://host:8080/path?x=1",
        "sqlite:////home/joe/state.db",
        "env:ACME_TOKEN: there is no such variable",
        "set it: export ACME_TOKEN=…",
        "the secret is that token and password are words",
        "user@host has no domain",
        "3 records @ 5 a second",
    ],
)
def test_what_is_no_secret_is_left_as_it_is(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("text", ["joe@x.com", "pat-na1-abcdef", "a://b:c@d", "token=abc"])
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("part", ["a", "a-", "a.b@", "a.", "a://", "a://:", "token", '"token": '])
def test_a_long_text_is_masked_in_no_time(part: str) -> None:
    before = time.process_time()
    mask(part * (50_000 // len(part)))
    assert time.process_time() - before < 3
