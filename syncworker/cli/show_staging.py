"""What is staged, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from syncworker.engine.stocktaking import Stock

_KIB = 1024


def table(stock: Sequence[Stock]) -> list[tuple[str, ...]]:
    """A head, a line per stream and source, and their sum."""
    rows = [
        (one.stream, one.source, f"{one.rows:,}", str(one.files), _size(one.size), _newest(one))
        for one in stock
    ]
    total = sum(one.size or 0 for one in stock)
    files = sum(one.files for one in stock)
    end = ("total", "", f"{sum(one.rows for one in stock):,}", str(files), _size(total), "")
    return [("STREAM", "SOURCE", "ROWS", "FILES", "SIZE", "NEWEST"), *rows, end]


def document(portal: str, stock: Sequence[Stock]) -> dict[str, Any]:
    """The same for JSON; sizes in bytes."""
    return {"portal": portal, "streams": [asdict(one) for one in stock]}


def _size(size: int | None) -> str:
    if size is None:
        return "-"
    return f"{size / _KIB:,.1f} KiB" if size < _KIB * _KIB else f"{size / _KIB / _KIB:,.1f} MiB"


def _newest(one: Stock) -> str:
    return "-" if one.newest is None else f"{one.newest:%Y-%m-%d %H:%M} UTC"
