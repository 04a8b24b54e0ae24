"""Faults by percentage: what each does, how often, and that the same seed does the same again."""

from __future__ import annotations

import time
from collections import Counter

import pytest
import requests
from contract.sandbox.http_client import Http
from hypothesis import given
from hypothesis import strategies as st

from syncworker.sandbox.faults import Fault, Faults
from syncworker.sandbox.rates import BadRates, Rates
from syncworker.sandbox.server import SandboxServer

COMPANIES = "/crm/objects/2026-09/companies"


def _rates(sandbox: SandboxServer, text: str, pause: float = 60.0) -> None:
    sandbox.portal.faults.rates = Rates.parse(text, pause=pause)


def _names(sandbox: SandboxServer) -> list[str]:
    return [r.values["name"] for r in sandbox.portal.records("companies").live.values()]


def test_rates_are_read_as_they_are_written() -> None:
    rates = Rates.parse("429:5%, 500:1%,timeout:0.5%,reset:1%,207:2%,", seed=3, pause=2)
    assert rates.as_json() == {
        "faults": "429:5%,500:1%,timeout:0.5%,reset:1%,207:2%",
        "seed": 3,
        "pause": 2,
    }
    assert Rates.parse("").next() is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("429", '"429" is no fault'),
        ("429:5", "429:5%,timeout:1%"),
        ("200:5%", '"200:5%" is no fault'),
        ("nonsense:5%", "timeout, reset, 207, truncated, html"),
        ("429:5%,429:1%", "429 is there twice"),
        ("429:60%,500:41%", "more than 100 %"),
    ],
)
def test_rates_that_cannot_be_read_say_how_they_are_written(text: str, said: str) -> None:
    with pytest.raises(BadRates, match=said):
        Rates.parse(text)


@given(st.integers(), st.integers(0, 200))
def test_the_same_request_of_the_same_seed_has_the_same_fate(seed: int, place: int) -> None:
    text = "429:20%,timeout:20%,207:20%"
    one, other = (Rates.parse(text, seed=seed) for _ in range(2))
    assert [one.next() for _ in range(place + 1)] == [other.next() for _ in range(place + 1)]


def test_a_fault_for_one_request_does_not_shift_the_fates_of_the_others() -> None:
    plain, disturbed = Faults(7), Faults(7)
    for faults in (plain, disturbed):
        faults.rates = Rates.parse("500:50%")
    disturbed.add(Fault(status=418, skip=3))
    one, other = ([f.take("GET", "/x") for _ in range(50)] for f in (plain, disturbed))
    assert [n for n in range(50) if (one[n] is None) != (other[n] is None)] in ([3], [])
    assert other[3] is not None
    assert other[3].status == 418


def test_so_many_requests_go_wrong_as_were_asked_for() -> None:
    rates = Rates.parse("429:5%,500:2%,timeout:1%,reset:1%,207:2%")
    fates = [rates.next() for _ in range(20_000)]
    shares = Counter(fate.kind for fate in fates if fate)
    for kind, percent in (("429", 5), ("500", 2), ("timeout", 1), ("reset", 1), ("207", 2)):
        assert abs(shares[kind] / 200 - percent) < 0.5
    cut = [fate.done for fate in fates if fate and fate.kind == "reset"]
    assert 0.35 < sum(cut) / len(cut) < 0.65


@pytest.mark.parametrize("status", [400, 423, 429, 477, 500, 502, 503, 504])
def test_a_status_comes_in_hubspots_shape_and_nothing_is_done(
    sandbox: SandboxServer, http: Http, status: int
) -> None:
    _rates(sandbox, f"{status}:100%")
    answer = http.post(COMPANIES, {"properties": {"name": "x"}})
    assert answer.status_code == status
    body = answer.json()
    assert body["status"] == "error"
    assert body["correlationId"]
    assert _names(sandbox) == []
    assert sandbox.portal.stats.by_status == {status: 1}
    if status == 429:
        assert body["policyName"] == "TEN_SECONDLY_ROLLING"
        assert "category" not in body
        assert "Retry-After" not in answer.headers
    assert ("Retry-After" in answer.headers) is (status in {423, 477})


@pytest.mark.parametrize("status", [520, 521, 522, 524, 530])
def test_a_status_of_the_network_comes_as_a_page(
    sandbox: SandboxServer, http: Http, status: int
) -> None:
    _rates(sandbox, f"{status}:100%")
    answer = http.get(COMPANIES)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def _write_until_both(sandbox: SandboxServer, http: Http) -> tuple[int, int]:
    """Write until a lost request was carried out and another was not; how many of each."""
    for n in range(40):
        with pytest.raises(requests.ConnectionError):
            http.post(COMPANIES, {"properties": {"name": f"{n}"}})
        done = len(_names(sandbox))
        if 0 < done < n + 1:
            return done, n + 1 - done
    raise AssertionError("all or none were carried out")


def test_a_reset_cuts_the_connection_before_or_after_the_work(
    sandbox: SandboxServer, http: Http
) -> None:
    _rates(sandbox, "reset:100%")
    assert min(_write_until_both(sandbox, http)) >= 1


def test_a_timeout_says_nothing_for_the_pause_with_or_without_the_work(
    sandbox: SandboxServer, http: Http
) -> None:
    _rates(sandbox, "timeout:100%", pause=0.1)
    start = time.monotonic()
    done, lost = _write_until_both(sandbox, http)
    assert time.monotonic() - start >= 0.1 * (done + lost)
    assert set(sandbox.portal.stats.by_status) == {0}


def test_of_a_batch_with_trace_ids_one_input_is_refused_and_the_rest_written(
    sandbox: SandboxServer, http: Http
) -> None:
    _rates(sandbox, "207:100%")
    refused = set()
    for turn in range(6):
        rows = [
            {"properties": {"name": f"{turn}-{n}"}, "objectWriteTraceId": f"{n}"} for n in range(9)
        ]
        answer = http.post(f"{COMPANIES}/batch/create", {"inputs": rows})
        assert answer.status_code == 207
        body = answer.json()
        (error,) = body["errors"]
        assert (error["status"], error["category"]) == ("error", "INTERNAL_ERROR")
        (trace,) = error["context"]["objectWriteTraceId"]
        assert {r["objectWriteTraceId"] for r in body["results"]} == {
            str(n) for n in range(9) if str(n) != trace
        }
        assert f"{turn}-{trace}" not in _names(sandbox)
        refused.add(trace)
    assert len(refused) > 1


def test_a_batch_without_trace_ids_and_a_read_are_not_refused_in_part(
    sandbox: SandboxServer, http: Http
) -> None:
    _rates(sandbox, "207:100%")
    rows = [{"properties": {"name": f"{n}"}} for n in range(3)]
    assert http.post(f"{COMPANIES}/batch/create", {"inputs": rows}).status_code == 201
    assert http.get(COMPANIES).status_code == 200


def test_a_truncated_answer_ends_in_the_middle_after_the_work(
    sandbox: SandboxServer, http: Http
) -> None:
    _rates(sandbox, "truncated:100%")
    seen = set()
    for n in range(30):
        try:
            answer = http.post(COMPANIES, {"properties": {"name": f"{n}"}})
        except requests.exceptions.ChunkedEncodingError:
            seen.add("cut")
        else:
            with pytest.raises(requests.exceptions.JSONDecodeError):
                answer.json()
            seen.add("short")
        assert len(_names(sandbox)) == n + 1
        if len(seen) == 2:
            return
    raise AssertionError(f"only {seen}")


def test_a_page_comes_as_a_success_where_json_was_due(sandbox: SandboxServer, http: Http) -> None:
    _rates(sandbox, "html:100%")
    answers = [http.post(COMPANIES, {"properties": {"name": f"{n}"}}) for n in range(20)]
    assert {a.status_code for a in answers} == {200}
    assert all(a.text.startswith("<!DOCTYPE html>") for a in answers)
    assert 0 < len(_names(sandbox)) < 20


def test_rates_are_set_shown_and_ended_while_the_portal_runs(
    sandbox: SandboxServer, http: Http
) -> None:
    wanted = {"faults": "503:100%", "seed": 9, "pause": 1.5}
    assert http("PUT", "/_sandbox/rates", wanted).json() == wanted
    assert http.get("/_sandbox/rates").json() == wanted
    assert http.get(COMPANIES).status_code == 503
    assert http.get("/_sandbox/state").status_code == 200
    refused = http("PUT", "/_sandbox/rates", {"faults": "503"})
    assert (refused.status_code, "FAULT:PERCENT%" in refused.json()["message"]) == (400, True)
    assert http("DELETE", "/_sandbox/faults").status_code == 204
    assert http.get(COMPANIES).status_code == 200
