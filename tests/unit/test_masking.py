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
        ("refresh_token na1-4f2a-91cc-0d9e is gone", "refresh_token na1-*** is gone"),
        (
            "grant_type=refresh_token&client_id=app&client_secret=ab-cd&refresh_token=ef-gh",
            "grant_type=refresh_token&client_id=app&client_secret=***&refresh_token=***",
        ),
        ("https://x.example/?client_secret=ab-cd&x=1", "https://x.example/?client_secret=***&x=1"),
        ('{"refreshToken":"ab-cd"}', '{"refreshToken":"***"}'),
        (r'"{\"access_token\": \"abc\"}"', r'"{\"access_token\": \"***\"}"'),
        ("client_secret: 0a1b2c3d-4e5f-6071-8293", "client_secret: ***"),
        ("X-Api-Key: 0a1b2c3d4e5f60718293==", "X-Api-Key: ***"),
        (f"token {'CJSP5qf1KhICAQEYs-gD' * 16} is refused", "token *** is refused"),
        (f"sealed: gAAAAABm{'x1Y_' * 20}==", "sealed: ***"),
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
        "put the new token: see the mapping",
        "HubSpot gives no access token: BAD_CLIENT_SECRET",
        "correlation id 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
        "run 3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed7e6dc881",
        "/srv/Syncworker/a_folder_with_a_very_long_name_of_words_only_and_no_digit_in_it",
        "na1 is where the portal is, na1-4f2a is short",
    ],
)
def test_what_is_no_secret_is_left_as_it_is(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "joe@x.com",
        "pat-na1-abcdef",
        "client_secret: 0a1b2c3d4e5f60718293",
        "aB1-" * 20,
        "a://b:c@d",
        "token=abc",
    ],
)
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "part", ["a", "a-", "a.b@", "a.", "a://", "a://:", "token", '"token": ', "aB1-"]
)
def test_a_long_text_is_masked_in_no_time(part: str) -> None:
    before = time.process_time()
    mask(part * (50_000 // len(part)))
    assert time.process_time() - before < 3
