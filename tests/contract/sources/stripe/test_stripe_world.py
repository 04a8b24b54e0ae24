"""The account that the shared suite fills does what that suite asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.source_world import START, WATERMARK, keys, read
from support.stripe_server import stripe_server
from support.stripe_world import StripeWorld

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> Iterator[StripeWorld]:
    with stripe_server() as server:
        yield StripeWorld(server)


def test_rows_are_made_changed_removed_and_spoilt(world: StripeWorld) -> None:
    for number in range(10):
        world.put(number, START + number * HOUR)
    pages = read(world)
    assert sorted(keys(world, pages)) == [world.key(number) for number in range(10)]
    assert len(pages) == 4

    world.put(3, START + 12 * HOUR)
    world.put(11, WATERMARK + HOUR)
    changed = read(world, since=pages[-1].cursor)
    assert keys(world, changed) == [world.key(3), world.key(9)]

    column = world.spoil(5)
    world.remove(7)
    again = read(world)
    assert set(keys(world, again)) == {world.key(n) for n in range(10)} - {
        world.key(5),
        world.key(7),
    }
    [bad] = [row for page in again for row in page.rejected if row.stream == world.canonical]
    assert (bad.field, bad.key) == (column, world.key(5))
    assert world.drop_column() is None
