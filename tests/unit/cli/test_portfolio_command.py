"""`syncworker metrics portfolio`: numbers from staging on stdout, and nothing else anywhere."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from syncworker import bootstrap, settings
from syncworker.cli import metrics_portfolio
from syncworker.cli.main import run
from syncworker.engine import inline, sync
from syncworker.metrics.portfolio import slices

MAPPING = """\
version: 1
hubspot: {credentials: env:ACME_TOKEN}
reporting: {timezone: Europe/Berlin, currency: EUR}
metrics: {portfolio: {least: 2}}
sources:
  app:
    kind: files
    path: "."
    streams:
      accounts: {path: accounts.csv}
      subscriptions: {path: subscriptions.csv}
      subscription_items: {path: subscription_items.csv}
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_mrr: mrr}
"""
FILES = {
    "accounts": "account_id,size\na,large\nb,small\nc,\n",
    "subscriptions": "sub_id,account_id,status,started_at,ended_at\n"
    "1,a,active,2026-01-10T00:00:00Z,\n"
    "2,b,canceled,2026-01-10T00:00:00Z,2026-03-10T00:00:00Z\n"
    "3,c,active,2026-02-10T00:00:00Z,\n",
    "subscription_items": "item_id,sub_id,unit_amount,interval,currency\n"
    "i1,1,100000,month,EUR\ni2,2,5000,month,EUR\ni3,3,2050,month,EUR\n",
}
READ = datetime(2026, 4, 20, tzinfo=UTC)
SPAN = ("--from", "2026-01", "--to", "2026-04", "--as-of", "2026-05-20")
ASK = ("metrics", "portfolio", "acme", "--report", "mrr", *SPAN)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose portals `acme` and `users` (accounts only) were read on 20 April."""
    folder = tmp_path_factory.mktemp("portfolio")
    (folder / "mappings").mkdir()
    text = MAPPING.replace('path: "."', f'path: "{folder}"')
    for name in ("acme", "empty"):
        (folder / "mappings" / f"{name}.yaml").write_text(text)
    without = [line for line in text.splitlines() if "subscription" not in line]
    (folder / "mappings" / "users.yaml").write_text("\n".join(without))
    for name, rows in FILES.items():
        (folder / f"{name}.csv").write_text(rows)
        os.utime(folder / f"{name}.csv", (READ.timestamp() - 60,) * 2)
    with pytest.MonkeyPatch.context() as patch:
        enter(folder, patch)
        engine = bootstrap.engine(settings.load())
        for name in ("acme", "users"):
            reading = sync.start(engine, name, as_of=READ, kind="extract")
            assert inline.carry_out(engine, reading, "test").status == "done"
    return folder


@pytest.fixture(autouse=True)
def inside(staged: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter(staged, monkeypatch)
    return staged


def enter(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.chdir(folder)
    patch.setenv("ACME_TOKEN", "x")
    patch.setenv("COLUMNS", "80")


def test_the_table_fits_80_columns_and_says_what_the_numbers_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([*ASK[:3], *SPAN]) == 0
    out = capsys.readouterr()
    assert out.err == ""
    lines = out.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "months of Europe/Berlin, MRR in standard mode" in lines[0]
    cells = {line.split()[0]: line.split()[1:] for line in lines if line}
    assert cells["mrr_end"] == ["1,050.00", "1,070.50", "1,020.50", "1,020.50"]
    assert cells["mrr_churn"] == ["0.00", "0.00", "50.00", "0.00"]
    assert cells["logo_churn"][:2] == ["-", "[1]"]
    assert "  [1] too few: 0 of at least 2 accounts" in lines
    assert "Lifetime value, predicted (ltv)" in lines


def test_slices_and_unfinished_months_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    words = (*ASK[:5], "--by", "size", "--from", "2026-02", "--as-of", "2026-04-25")
    assert run([*words]) == 0
    out = capsys.readouterr().out
    for segment in ("large", "small", "unknown"):
        assert f"size {segment} EUR" in out
    assert "2026-04*" in out
    assert "  * not over: up to 2026-04-25 00:00 UTC" in out.splitlines()


def test_json_says_mode_moment_timezone_currency_and_coverage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([*ASK, "--report", "churn", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema_version"] == 1
    assert (found["mode"], found["timezone"], found["currency"]) == (
        "standard",
        "Europe/Berlin",
        "EUR",
    )
    assert found["coverage"]["subscriptions"]["rows"] == 3
    assert found["as_of"].endswith("+00:00")
    assert [report["name"] for report in found["reports"]] == ["mrr", "churn"]
    assert [period["finished"] for period in found["periods"]] == [True] * 4
    ends = [row for row in found["reports"][0]["rows"] if row["metric"] == "mrr_end"]
    assert [row["amount"] for row in ends] == [105_000, 107_050, 102_050, 102_050]
    assert set(found["reports"][0]["metrics"]) > {"mrr_end", "arpa"}


def test_csv_and_parquet_are_the_same_long_rows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run([*ASK, "--format", "csv"]) == 0
    printed = capsys.readouterr().out
    for kind in ("csv", "parquet"):
        file = tmp_path / f"numbers.{kind}"
        assert run([*ASK, "--format", kind, "--output", str(file)]) == 0
        said = capsys.readouterr()
        assert said.out == ""
        assert f"to {file}" in said.err
    frame = pl.read_parquet(tmp_path / "numbers.parquet")
    head = printed.splitlines()[0].split(",")
    assert head == frame.columns
    assert len(printed.splitlines()) == frame.height + 1
    written = (tmp_path / "numbers.csv").read_text().splitlines()
    assert written[0] == printed.splitlines()[0]
    assert set(frame["timezone"]) == {"Europe/Berlin"}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("empty",), 1, "nothing of portal empty is staged yet"),
        (("empty",), 1, "syncworker extract empty"),
        (("nobody",), 1, "portal nobody has no mapping"),
        (("acme", "--report", "chrun"), 1, "did you mean `churn`?"),
        (("acme", "--by", "channel"), 1, "no source provides web_visits"),
        (("acme", "--from", "2999-01"), 1, "2999-01 has not begun"),
        (("acme", "--from", "2026-04", "--to", "2026-03"), 64, "--from lies after --to"),
        (("acme", "--from", "2026-13"), 64, "'2026-13' is no month; write 2026-11"),
        (("acme", "--by", "colour"), 64, "is not one of"),
        (("acme", "--format", "parquet"), 64, "--output numbers.parquet"),
    ],
)
def test_what_cannot_be_answered_says_what_to_type(
    words: tuple[str, ...], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["metrics", "portfolio", *words]) == code
    out = capsys.readouterr()
    assert message in out.err
    assert out.out == ""


def test_what_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["metrics", "portfolio", "users", "--report", "mrr"]) == 0
    assert "  absent: no source provides subscriptions" in capsys.readouterr().out.splitlines()
    assert run(["metrics", "portfolio", "users", "--report", "mrr", "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("report,period,segment,")
    assert run(["metrics", "portfolio", "acme", "--report", "mrr", "--to", "2025-01"]) == 0
    assert "  nothing in these periods" in capsys.readouterr().out.splitlines()


def test_every_slicing_there_is_can_be_asked_for() -> None:
    assert tuple(slices.SLICES) == metrics_portfolio.SLICES


def test_it_opens_no_run_and_leaves_no_file(inside: Path) -> None:
    def files() -> dict[str, int]:
        home = inside / ".syncworker"
        return {str(p): p.stat().st_size for p in home.rglob("*.parquet")}

    before = files()
    assert run([*ASK]) == 0
    assert files() == before
    assert run(["runs", "list", "acme"]) == 0
