"""Reporting whose rows could not be told: letters for what must be mended, counts for the rest."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, DeadLetter, Run
from syncworker.masking import mask
from syncworker.metrics.identity import Resolution

MOST = 1_000
"""Letters of each kind; where there are more, one cause is behind all of them."""


def report(engine: Engine, run: Run, chunk: Chunk, resolution: Resolution) -> dict[str, int]:
    """Write the letters of one run anew and count by stream the rows of nobody we know.

    Args:
        engine: The ports.
        run: The run.
        chunk: The claimed computing chunk; one of a run does it.
        resolution: The whole portal's.
    """
    conflicts, rows, unresolved = pl.collect_all(
        [
            resolution.conflicts.sort("stream", "key").head(MOST),
            resolution.unresolved_rows.sort("stream", "key").head(MOST),
            resolution.unresolved,
        ],
        engine="streaming",
    )
    letters = [*_conflicts(conflicts), *_unknown(rows, conflicts)]
    engine.letters.renew(chunk, run.portal, "identity", letters, run.as_of)
    return {stream: number for stream, number in unresolved.iter_rows() if number}


def _conflicts(conflicts: pl.DataFrame) -> Iterator[DeadLetter]:
    for row in conflicts.iter_rows(named=True):
        accounts = ", ".join(row["accounts"])
        yield DeadLetter(
            kind="identity",
            subject=row["stream"],
            key=mask(f"{row['source']}, {row['key']}"),
            cause="IDENTITY_CONFLICT",
            property=row["field"],
            message=mask(f"{row['value']} stands for several accounts: {accounts}"),
            help="let the row name its account_id, or correct the accounts, users or identity rows "
            "that claim it",
        )


def _unknown(rows: pl.DataFrame, conflicts: pl.DataFrame) -> Iterator[DeadLetter]:
    told = rows.join(conflicts, on=["stream", "source", "key"], how="anti")
    for row in told.iter_rows(named=True):
        yield DeadLetter(
            kind="identity",
            subject=row["stream"],
            key=mask(f"{row['source']}, {row['key']}"),
            cause="ACCOUNT_UNKNOWN",
            message="belongs to no account that is known, and counts nowhere",
            help="let it name its account_id, or add a row to identity: docs/identity.md",
        )
