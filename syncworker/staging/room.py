"""A full disk, told as one: which folder it is, and how to make room."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from syncworker.errors import StoreError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_WORDS = tuple(os.strerror(number) for number in _FULL)


@contextmanager
def told(root: str, portal: str) -> Iterator[None]:
    """Say which folder has no room for a portal's rows.

    Args:
        root: The staging folder or URL.
        portal: Whose rows are written.

    Raises:
        StoreError: The disk is full, or this user's share of it is used up.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        if not _full(error):
            raise
        raise StoreError(
            f"there is no room left for staged rows in {root}",
            help=f"see what is kept: syncworker staging stats {portal}; drop what need not be: "
            f"syncworker staging prune {portal}; or give it more space. Nothing was lost: then "
            "start the same command again",
            code="STAGING_FULL",
        ) from error


def _full(error: Exception) -> bool:
    # Polars tells of the system's error in words only, whoever opened the file.
    return getattr(error, "errno", None) in _FULL or any(word in str(error) for word in _WORDS)
