"""What a source has, before any mapping names it."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from support.stripe_server import KEY, Trouble, stripe_server

from syncworker.errors import SourceError
from syncworker.sources import discovery


def test_tables_and_views_of_sqlite_come_with_their_columns(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection, connection:
        connection.executescript(
            "CREATE TABLE orgs (id TEXT, updated_at TIMESTAMP);"
            "CREATE VIEW members AS SELECT id AS user_id FROM orgs;"
        )
    offer = discovery.database("app", "env:DB", f"sqlite:///{tmp_path / 'app.db'}")

    assert [(t.name, t.columns, t.times) for t in offer.tables] == [
        ("members", ("user_id",), frozenset()),
        ("orgs", ("id", "updated_at"), {"updated_at"}),
    ]


def test_tables_of_postgresql_come_from_every_schema_of_ones_own(postgres: str) -> None:
    engine = sa.create_engine(postgres.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS discovered"))
        connection.execute(
            sa.text("CREATE TABLE IF NOT EXISTS discovered.tenants (id int, at timestamptz)")
        )
    engine.dispose()
    tables = discovery.database("app", "env:DB", postgres).tables

    (tenants,) = [table for table in tables if table.name == "discovered.tenants"]
    assert (tenants.columns, tenants.times) == (("id", "at"), {"at"})
    assert not any(table.name.startswith(("pg_catalog", "information_")) for table in tables)


def test_files_come_with_the_columns_of_their_headers(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "accounts.csv").write_text('\ufeffid,"name"\n1,x\n', "utf-8")
    (tmp_path / "deep" / "events.jsonl.gz").write_bytes(gzip.compress(b'{"ts": 1, "name": 2}\n'))
    (tmp_path / "bad.jsonl").write_text("[1]\n{", "utf-8")
    (tmp_path / "worse.jsonl").write_text("{", "utf-8")
    (tmp_path / "page.csv").write_text("<html>", "utf-8")
    (tmp_path / "readme.txt").write_text("no", "utf-8")
    pl.DataFrame({"user_id": ["u"]}).write_parquet(tmp_path / "users.parquet")
    tables = {t.name: t.columns for t in discovery.folder("exports", str(tmp_path)).tables}

    assert tables == {
        "accounts.csv": ("id", "name"),
        "bad.jsonl": (),
        "worse.jsonl": (),
        "deep/events.jsonl.gz": ("ts", "name"),
        "users.parquet": ("user_id",),
    }


@pytest.mark.parametrize(("place", "says"), [("nothing-here", "no file"), ("zip9://x", "zip9")])
def test_a_folder_without_files_is_told(place: str, says: str, tmp_path: Path) -> None:
    where = str(tmp_path / place) if "://" not in place else place
    with pytest.raises(SourceError, match=says):
        discovery.folder("exports", where)


def test_a_database_that_cannot_be_reached_is_told_without_its_password() -> None:
    with pytest.raises(SourceError) as raised:
        discovery.database("app", "env:DB", "postgresql://u:geheim@127.0.0.1:1/x")
    assert "cannot connect to 127.0.0.1:1" in raised.value.message
    assert "geheim" not in raised.value.message + raised.value.help


def test_of_stripe_it_is_told_what_the_key_may_read() -> None:
    key = KEY
    with stripe_server() as server:
        both = discovery.stripe("billing", "env:K", key, server.url)
        server.troubles.append(Trouble(403, {"error": {"message": "no permission"}}))
        one = discovery.stripe("billing", "env:K", key, server.url)
        server.troubles.append(Trouble(401, {"error": {"message": "bad key"}}))
        with pytest.raises(SourceError, match="does not take the key"):
            discovery.stripe("billing", "env:K", key, server.url)

    assert both.streams == ("subscriptions", "invoices")
    assert (one.streams, list(one.refused)) == (("invoices",), ["subscriptions"])
    with pytest.raises(SourceError, match="no secret key"):
        discovery.stripe("billing", "env:K", "pk_live_x")
