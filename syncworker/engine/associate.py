"""Associating: which HubSpot records belong together, because their rows have one account.

What HubSpot confirmed once is remembered and neither asked nor sent again: an unchanged portal
costs no request, and an association that a person removed in HubSpot stays removed. Associations
are only ever added; one to a row's former account stays until a person removes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from syncworker.engine import compute
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import READY_KINDS, Chunk, DeadLetter, Run, SettledPairs
from syncworker.engine.ports import Pair, PairOutcome, Portal
from syncworker.engine.refused import refused_pairs
from syncworker.engine.share import shard_of
from syncworker.engine.stretches import stretches
from syncworker.mapping.objects import KEY_COLUMNS, rows_of
from syncworker.mapping.portal import PortalMapping
from syncworker.masking import mask
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known, there
from syncworker.planning.plan import plan_from_json


def shards(engine: Engine, run: Run) -> list[dict[str, Any]]:
    """The associating chunks, cut as the computing ones; none where the mapping asks for none.

    A plan that was there already needs them only where it created records: who belongs together
    is told by the rows that were known at its moment. A rollback creates none.
    """
    ready = run.kind in READY_KINDS
    if ready and not (run.kind == "apply" and plan_from_json(run.summary["plan"]).total.create):
        return []
    mapping = checked(run.portal, run.mapping)
    wanted = any(config.associate for config in mapping.objects.values())
    return compute.shards(engine, run) if wanted else []


def associate(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Associate the linked records of one shard that HubSpot does not have together yet.

    This runs Polars queries: never call it in a worker's main process.

    Raises:
        PortalError: HubSpot cannot be used now; what was confirmed before is remembered.
    """
    portal = engine.connect(run.portal, mapping, run.priority)
    requests, writes, waited = portal.requests, portal.writes, portal.waited
    facts = known(shard_of(engine, run, mapping, chunk))
    associated = 0
    for from_object, config in mapping.objects.items():
        for to_object in config.associate:
            rows = _rows(mapping, facts, from_object, to_object)
            missing = _unknown(engine, run, from_object, to_object, rows)
            for stretch in stretches(missing):
                keys = {pair: key for key, pair in stretch}
                waiting = refused_pairs(engine, run, from_object, to_object, keys)
                pairs = [pair for pair in keys if pair not in waiting]
                outcomes, made = _sent(portal, from_object, to_object, pairs) if pairs else ([], 0)
                settled = _settled(from_object, to_object, outcomes, keys)
                settled = replace(settled, letters=(*settled.letters, *waiting.values()))
                engine.associations.settle(chunk, run.portal, settled, run.as_of)
                _look_up_again(engine, run, settled, outcomes)
                associated += made
    engine.chunks.complete(
        chunk,
        {
            **chunk.payload,
            "associated": associated,
            "requests": portal.requests - requests,
            "writes": portal.writes - writes,
            "waited": portal.waited - waited,
        },
    )


def _rows(
    mapping: PortalMapping, facts: Facts, from_object: str, to_object: str
) -> Iterator[tuple[str, str]]:
    """Our keys of each two rows that have one account."""
    rows = (
        facts.streams[name]
        .filter(there(facts.as_of))
        .select(account="account_id", key=pl.col(KEY_COLUMNS[name]).cast(pl.String))
        for name in (rows_of(o, mapping.objects[o]) for o in (from_object, to_object))
    )
    left, right = rows
    pairs = left.join(right, on="account", suffix="_to").select("key", "key_to")
    return pairs.sort("key", "key_to").collect(engine="streaming").iter_rows()


def _unknown(
    engine: Engine,
    run: Run,
    from_object: str,
    to_object: str,
    rows: Iterator[tuple[str, str]],
) -> Iterator[tuple[str, Pair]]:
    """Pairs of linked records that are not known to be associated, with the first one's key."""
    for stretch in stretches(rows):
        left = engine.ledger.get(run.portal, from_object, sorted({key for key, _ in stretch}))
        right = engine.ledger.get(run.portal, to_object, sorted({key for _, key in stretch}))
        pairs = [
            (key, Pair(left[key].hubspot_id, right[other].hubspot_id))
            for key, other in stretch
            if key in left and other in right
        ]
        ids = sorted({pair.from_id for _, pair in pairs})
        there_already = engine.associations.known(run.portal, from_object, to_object, ids)
        yield from ((key, pair) for key, pair in pairs if pair not in there_already)


def _sent(
    portal: Portal, from_object: str, to_object: str, pairs: list[Pair]
) -> tuple[list[PairOutcome], int]:
    """What became of the pairs, and how many were made: what HubSpot has already is not sent."""
    ids = sorted({pair.from_id for pair in pairs})
    have = portal.associated(from_object, to_object, ids)
    missing = [pair for pair in pairs if pair.to_id not in have.get(pair.from_id, ())]
    outcomes = list(portal.associate(from_object, to_object, missing)) if missing else []
    made = sum(not outcome.cause for outcome in outcomes)
    there_already = [PairOutcome(pair) for pair in pairs if pair not in set(missing)]
    return there_already + outcomes, made


def _look_up_again(
    engine: Engine, run: Run, settled: SettledPairs, outcomes: Iterable[PairOutcome]
) -> None:
    """Have the next run read records that HubSpot no longer has, unchanged as they may be."""
    gone = [outcome.pair for outcome in outcomes if "OBJECT_NOT_FOUND" in outcome.cause]
    for name, ids in (
        (settled.from_object, {pair.from_id for pair in gone}),
        (settled.to_object, {pair.to_id for pair in gone}),
    ):
        owners = engine.ledger.owners(run.portal, name, sorted(ids)) if ids else {}
        if owners:
            engine.ledger.doubt(run.portal, name, sorted(owners.values()))


def _settled(
    from_object: str, to_object: str, outcomes: Iterable[PairOutcome], keys: dict[Pair, str]
) -> SettledPairs:
    pairs, letters = [], []
    for outcome in outcomes:
        if not outcome.cause:
            pairs.append(outcome.pair)
            continue
        letters.append(
            DeadLetter(
                kind="record",
                subject=from_object,
                key=keys[outcome.pair],
                cause=outcome.cause,
                property=f"association:{to_object}",
                message=mask(outcome.message),
                help=mask(outcome.help),
                values={f"association:{to_object}": outcome.pair.to_id},
                tried=True,
            )
        )
    rejected = {letter.key for letter in letters}
    fine = {keys[pair] for pair in pairs} - rejected
    return SettledPairs(from_object, to_object, tuple(pairs), tuple(sorted(fine)), tuple(letters))
