"""What is done about Stripe's refusals and silences, and that the key never shows."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import requests
from support.stripe_objects import at, invoice, subscription
from support.stripe_read import WATERMARK, only, read, rejected, rows
from support.stripe_server import KEY, StripeServer, Trouble
from support.stripe_world import stripe_source

from syncworker.errors import SourceError
from syncworker.mapping.source_stripe import StripeSource as StripeConfig
from syncworker.sources.registry import Surroundings, build
from syncworker.sources.stripe_client import API_VERSION, Patience


def refused(account: StripeServer, *troubles: Trouble, **more: Any) -> SourceError:
    account.troubles += troubles
    with pytest.raises(SourceError) as caught:
        read(account, more.pop("stream", "invoices"), **more)
    told = f"{caught.value.message} {caught.value.help}"
    assert KEY not in told
    assert caught.value.message.startswith("source billing, stream ")
    return caught.value


def patient(slept: list[float], total: float = 90) -> Patience:
    return Patience(connect=2, read=0.2, total=total, sleep=slept.append)


def test_every_request_carries_the_key_and_the_version(account: StripeServer) -> None:
    account.add(invoice("in_1", created=at(2)))
    assert only(read(account, "invoices"), "invoices")["invoice_id"] == "in_1"
    assert {one.headers["Authorization"] for one in account.received} == {f"Bearer {KEY}"}
    assert {one.headers["Stripe-Version"] for one in account.received} == {API_VERSION}
    assert API_VERSION == "2026-10-28.endive"


def test_a_password_of_netrc_does_not_replace_the_key(
    account: StripeServer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert rows(read(account, "invoices"), "invoices") == []


@pytest.mark.parametrize("status", [429, 500, 503, 409])
def test_a_refusal_that_passes_is_asked_again(account: StripeServer, status: int) -> None:
    account.add(invoice("in_1", created=at(2)))
    account.troubles += [Trouble(status, {"error": {"message": "later"}})] * 3
    slept: list[float] = []
    pages = read(account, "invoices", patience=patient(slept))
    assert only(pages, "invoices")["invoice_id"] == "in_1"
    assert len(slept) == 3
    assert 0.5 <= slept[0] < slept[1] < slept[2] < 4


def test_a_wait_that_stripe_names_is_kept(account: StripeServer) -> None:
    slept: list[float] = []
    account.troubles += [
        Trouble(429, {}, {"Retry-After": "7"}),
        Trouble(429, {}, {"Retry-After": "Sat, 21 Nov 2026 12:00:00 GMT"}),
    ]
    read(account, "invoices", patience=patient(slept))
    assert 7 <= slept[0] <= 7.5
    assert slept[1] < 7


def test_too_many_requests_in_the_end_are_a_matter_for_later(account: StripeServer) -> None:
    slept: list[float] = []
    error = refused(account, *[Trouble(429, {})] * 50, patience=patient(slept, total=10))
    assert error.recovery == "retry"
    assert error.code == "SOURCE_UNREACHABLE"
    assert "/v1/events: status 429" in error.message
    assert len(slept) < 10


def test_a_wait_longer_than_the_patience_is_not_begun(account: StripeServer) -> None:
    slept: list[float] = []
    later = Trouble(429, {}, {"Retry-After": "3600"})
    error = refused(account, later, patience=patient(slept))
    assert (error.recovery, slept) == ("retry", [])


def test_stripe_may_say_that_asking_again_is_no_use(account: StripeServer) -> None:
    slept: list[float] = []
    never = Trouble(500, {}, {"Stripe-Should-Retry": "false"})
    assert refused(account, never, patience=patient(slept)).recovery == "retry"
    assert slept == []


def test_a_bad_key_stops_and_says_what_to_do(account: StripeServer) -> None:
    error = refused(account, key="rk_test_51Wrong9999")
    assert (error.recovery, error.code) == ("stop", "SOURCE_KEY")
    assert "51Wrong" not in error.message
    assert "api_key" in error.help


@pytest.mark.parametrize("key", ["", "pk_test_51Public", "sk_test_\nx", "sk_tést", "env:KEY"])
def test_what_is_no_secret_key_is_never_sent(account: StripeServer, key: str) -> None:
    error = refused(account, key=key)
    assert error.code == "SOURCE_KEY"
    assert key == "" or key not in error.message
    assert account.received == []


@pytest.mark.parametrize(
    ("stream", "resource", "permission"),
    [
        ("invoices", "invoices", "Invoices: Read"),
        ("invoices", "events", "Events: Read"),
        ("subscriptions", "subscriptions", "Subscriptions: Read"),
        ("accounts", "customers", "Customers: Read"),
    ],
)
def test_a_missing_permission_is_named(
    account: StripeServer, stream: str, resource: str, permission: str
) -> None:
    account.forbidden.add(resource)
    error = refused(account, stream=stream)
    assert (error.recovery, error.code) == ("stop", "SOURCE_PERMISSION")
    assert f"/v1/{resource}" in error.message
    assert permission in error.help


def test_html_is_named_as_what_it_is(account: StripeServer) -> None:
    error = refused(account, Trouble(200, "<html>Sign in</html>"))
    assert error.code == "SOURCE_ANSWER"
    assert "the answer to /v1/events is no JSON but text/html (status 200)" in error.message
    assert "proxy" in error.help


@pytest.mark.parametrize("body", ['{"object": "list", "data": [', "[" * 100_000, "\xff"])
def test_broken_json_is_named(account: StripeServer, body: str) -> None:
    error = refused(account, Trouble(200, body))
    assert (error.code, error.recovery) == ("SOURCE_ANSWER", "stop")


@pytest.mark.parametrize(
    "body", [[], {"data": None}, {"data": [1]}, {"data": [{"object": "event"}]}, {}]
)
def test_json_that_is_no_list_of_stripes_is_named(account: StripeServer, body: object) -> None:
    error = refused(account, Trouble(200, body))
    assert (error.code, error.recovery) == ("SOURCE_ANSWER", "stop")
    assert "/v1/events" in error.message


def test_an_object_of_another_kind_is_told_and_the_rest_goes_on(account: StripeServer) -> None:
    good = subscription("sub_1", created=at(1)) | {"items": {"data": []}}
    account.troubles += [
        Trouble(200, {"data": []}),
        Trouble(200, {"data": [{"id": "cus_9", "object": "customer"}, good]}),
    ]
    pages = read(account, "subscriptions")
    assert only(pages, "subscriptions")["sub_id"] == "sub_1"
    assert rejected(pages) == [("subscriptions", "object", "")]


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(account: StripeServer) -> None:
    error = refused(account, Trouble(302, {}, {"Location": f"{account.url}/elsewhere"}))
    assert error.code == "SOURCE_ANSWER"
    assert [one.path for one in account.received] == ["/v1/events"]


@pytest.mark.parametrize("empty", [False, True])
def test_a_list_that_comes_round_ends_with_an_error(account: StripeServer, *, empty: bool) -> None:
    if not empty:
        account.add(invoice("in_1", created=at(2)), invoice("in_2", created=at(3)))
    read(account, "invoices")
    account.endless = True
    source = stripe_source(account, page_rows=1)
    with pytest.raises(SourceError, match="does not end") as caught:
        list(source.pages("invoices", since=None, resume=None, watermark=WATERMARK))
    assert (caught.value.code, caught.value.recovery) == ("SOURCE_PAGING", "stop")


def test_any_other_refusal_stops_with_stripes_own_words(account: StripeServer) -> None:
    said = {"error": {"message": f"Unknown parameter for {KEY}\n by jo@acme.com"}}
    error = refused(account, Trouble(400, said))
    assert (error.code, error.recovery) == ("SOURCE_REQUEST", "stop")
    assert "status 400: Unknown parameter for rk_test_*** by j…@acme.com" in error.message
    assert "it says no reason" in refused(account, Trouble(402, {})).message
    account.add(invoice("in_1", created=at(20)))
    account.event("invoice.paid", account.objects["invoice"]["in_1"], at(20))
    assert "status 400" in refused_by_object(account).message


def refused_by_object(account: StripeServer) -> SourceError:
    """The events are listed, and the object is then refused."""
    source = stripe_source(account)
    events = account.answer

    def answer(asked: Any) -> Any:
        return events(asked) if asked.path == "/v1/events" else (400, {})

    account.answer = answer
    with pytest.raises(SourceError) as caught:
        list(
            source.pages(
                "invoices", since="2026-11-20T00:00:00+00:00", resume=None, watermark=WATERMARK
            )
        )
    return caught.value


def test_a_cut_answer_is_asked_again(account: StripeServer) -> None:
    account.add(invoice("in_1", created=at(2)))
    account.troubles.append(Trouble(200, {"data": []}, cut=True))
    slept: list[float] = []
    assert only(read(account, "invoices", patience=patient(slept)), "invoices")
    assert len(slept) == 1


def nobody() -> str:
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_no_connection_is_a_matter_for_later(account: StripeServer) -> None:
    account.url = nobody()
    error = refused(account)
    assert (error.code, error.recovery) == ("SOURCE_UNREACHABLE", "retry")
    assert "there was no connection" in error.message


def test_a_server_that_says_nothing_is_given_up(account: StripeServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        account.url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        error = refused(account, patience=patient([], total=1))
    assert (error.recovery, "it took too long" in error.message) == ("retry", True)


def test_something_that_speaks_no_tls_is_not_trusted(account: StripeServer) -> None:
    account.url = account.url.replace("http:", "https:")
    assert "TLS" in refused(account).message


def test_a_proxy_that_is_not_there_is_named(
    account: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", nobody().replace("http://", "http://me:hidden@"))
    monkeypatch.setenv("no_proxy", "")
    error = refused(account, base_url="http://stripe.example")
    assert "the proxy refused" in error.message
    assert "hidden" not in error.message


def test_an_address_that_is_none_stops(account: StripeServer) -> None:
    error = refused(account, base_url="http://[::1")
    assert (error.code, error.recovery) == ("SOURCE_ANSWER", "stop")
    assert requests.exceptions.InvalidURL.__name__ in error.message


def test_a_page_that_fails_leaves_the_ones_before_it(account: StripeServer) -> None:
    for number in range(1, 7):
        account.add(invoice(f"in_{number}", created=at(number)))
    source = stripe_source(account, page_rows=2)
    pages = source.pages("invoices", since=None, resume=None, watermark=WATERMARK)
    first = next(pages)
    account.troubles.append(Trouble(200, "<html>"))
    with pytest.raises(SourceError):
        next(pages)
    rest = read(account, "invoices", page_rows=2, resume=first.resume)
    assert [row["invoice_id"] for row in rows([first, *rest], "invoices")] == [
        f"in_{number}" for number in range(6, 0, -1)
    ]


def test_a_mapping_makes_the_source_and_it_says_what_it_provides() -> None:
    config = StripeConfig(kind="stripe", api_key="env:STRIPE_KEY")
    source = build("billing", config, Surroundings(lambda _: KEY))
    assert source.provides("subscriptions") == (
        "subscriptions",
        "subscription_items",
        "discounts",
        "subscription_states",
    )
    assert source.provides("invoices") == ("invoices", "invoice_lines")
    assert source.provides("accounts") == ("accounts",)
    assert source.incremental("invoices") is True
    assert source.count("invoices") is None
    every = source.full_every("invoices")
    assert every is not None
    assert every.total_seconds() == 86_400
    with pytest.raises(SourceError, match="Stripe does not give"):
        source.provides("tickets")
