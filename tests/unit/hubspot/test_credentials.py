"""A token is what its reference gives now, and shows nowhere."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from syncworker.errors import SettingsError
from syncworker.hubspot.credentials import StaticToken
from syncworker.settings import secret


@pytest.fixture
def moment() -> list[float]:
    return [0.0]


def test_a_rotated_token_is_picked_up_without_a_restart(
    tmp_path: Path, moment: list[float]
) -> None:
    file = tmp_path / "token"
    file.write_text("pat-eu1-old\n")
    token = StaticToken(lambda: secret(f"file:{file}"), clock=lambda: moment[0])
    assert token.token() == "pat-eu1-old"
    file.write_text("pat-eu1-new\n")
    moment[0] = 1
    assert token.token() == "pat-eu1-new"


def test_many_requests_within_a_second_read_the_reference_once(moment: list[float]) -> None:
    reads: list[str] = []

    def read() -> str:
        reads.append("x")
        return "pat-eu1-token"

    token = StaticToken(read, clock=lambda: moment[0])
    assert {token.token() for _ in range(100)} == {"pat-eu1-token"}
    assert len(reads) == 1


def test_after_a_refusal_the_reference_is_read_at_once(moment: list[float]) -> None:
    values = ["one"]
    token = StaticToken(lambda: values[0], clock=lambda: moment[0])
    assert token.token() == "one"
    assert not token.refused("one"), "there is still no other"
    values[0] = "two"
    assert token.refused("one")
    assert token.token() == "two"


def test_a_token_that_is_no_longer_there_is_an_error_that_names_the_place(
    tmp_path: Path, moment: list[float]
) -> None:
    file = tmp_path / "token"
    file.write_text("pat-eu1-old")
    token = StaticToken(lambda: secret(f"file:{file}"), clock=lambda: moment[0])
    token.token()
    file.unlink()
    with pytest.raises(SettingsError, match="does not exist"):
        token.refused("pat-eu1-old")


def test_a_token_is_neither_shown_nor_sent_nor_copied() -> None:
    token = StaticToken(lambda: "pat-eu1-secret")
    token.token()
    assert repr(token) == "StaticToken()"
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="stay in their process"):
            way(token)
