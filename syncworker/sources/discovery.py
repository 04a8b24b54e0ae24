"""What a source has that is not in a mapping yet: tables, files, and what a key may read."""

from __future__ import annotations

import json
from contextlib import suppress

import polars as pl
import sqlalchemy as sa

from syncworker.engine.offers import Offer, Table
from syncworker.errors import SourceError
from syncworker.sources import file_errors, file_reader, sql_connection, sql_errors
from syncworker.sources.chunks import NotReadable
from syncworker.sources.file_bytes import BOM, text_of
from syncworker.sources.file_storage import Entry, Storage, StorageError
from syncworker.sources.stripe_client import Client, Patience

_STRIPE = {"subscriptions": "/v1/subscriptions", "invoices": "/v1/invoices"}
_SYSTEM = ("information_schema", "pg_catalog", "pg_toast", "mysql", "performance_schema", "sys")
_LONGEST_LINE = 2**20
_MOST_FILES = 200


def database(name: str, place: str, url: str) -> Offer:
    """The tables and views of a database, with their columns.

    Raises:
        SourceError: The URL is none, or there is no connection.
    """
    parsed = sql_connection.parsed(name, url)
    engine = sql_connection.engine(name, parsed)
    try:
        with engine.connect() as connection:
            tables = _tables(sa.inspect(connection))
    except sa.exc.SQLAlchemyError as error:
        raise sql_errors.unreachable(name, "tables", parsed, error) from None
    finally:
        engine.dispose()
    return Offer(name, "sql", place, tables=tables)


def folder(name: str, place: str) -> Offer:
    """The files of a folder or of object storage, with the columns of their headers.

    Raises:
        SourceError: There is no such folder, or it cannot be listed.
    """
    where = f"source {name}"
    try:
        storage = Storage(place)
        entries = storage.find("**")
    except (ImportError, ValueError) as error:
        raise file_errors.no_storage(where, place, error) from None
    except StorageError as error:
        raise file_errors.storage_failed(where, place, error) from None
    known = [entry for entry in entries if file_reader.format_of(entry.name)]
    if not known:
        raise file_errors.none_found(where, "**/*.csv, .jsonl or .parquet", storage.place)
    tables = []
    for entry in known[:_MOST_FILES]:
        with suppress(NotReadable, StorageError, UnicodeDecodeError, pl.exceptions.PolarsError):
            tables.append(Table(entry.name, _header(storage, entry)))
    return Offer(name, "files", place, tables=tuple(tables))


def stripe(name: str, place: str, key: str, base_url: str | None = None) -> Offer:
    """What of a Stripe account the key may read.

    Raises:
        SourceError: The key is none, Stripe does not take it, or does not answer.
    """
    readable, refused = [], {}
    with Client(f"source {name}", key, base_url, Patience(total=20)) as client:
        for stream, path in _STRIPE.items():
            try:
                client.get(path, (("limit", 1),))
                readable.append(stream)
            except SourceError as error:
                if error.code != "SOURCE_PERMISSION":
                    raise
                refused[stream] = error.help
    return Offer(name, "stripe", place, streams=tuple(readable), refused=refused)


def _tables(inspector: sa.Inspector) -> tuple[Table, ...]:
    usual = inspector.default_schema_name
    schemas = [one for one in inspector.get_schema_names() if one not in _SYSTEM]
    found = []
    for schema in sorted(schemas, key=lambda one: (one != usual, one)):
        names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
        for name in sorted(names):
            columns = inspector.get_columns(name, schema)
            title = name if schema == usual else f"{schema}.{name}"
            times = frozenset(one["name"] for one in columns if _is_time(one["type"]))
            found.append(Table(title, tuple(one["name"] for one in columns), times))
    return tuple(found)


def _is_time(kind: object) -> bool:
    return isinstance(kind, sa.DateTime | sa.Date)


def _header(storage: Storage, entry: Entry) -> tuple[str, ...]:
    kind = file_reader.format_of(entry.name)
    if kind == "parquet":
        with storage.on_disk(entry.name) as path:
            return tuple(pl.read_parquet_schema(path))
    with storage.opened(entry.name) as stored, text_of(entry.name, stored) as text:
        line = text.readline(_LONGEST_LINE).removeprefix(BOM).decode("utf-8")
    if kind == "csv":
        return tuple(cell.strip().strip('"') for cell in line.strip().split(","))
    try:
        record = json.loads(line or "{}")
    except ValueError:
        return ()
    return tuple(record) if isinstance(record, dict) else ()
