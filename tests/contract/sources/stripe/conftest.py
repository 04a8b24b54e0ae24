"""A Stripe account with one customer, on a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.stripe_objects import customer, price
from support.stripe_server import StripeServer, stripe_server


@pytest.fixture
def account() -> Iterator[StripeServer]:
    with stripe_server() as server:
        server.add(customer("cus_1"), price("price_1"))
        yield server
