"""`syncworker metrics portfolio`: a portal's numbers per period, reported and never written."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import say, tell
from syncworker.errors import ConfigError

if TYPE_CHECKING:
    from syncworker.metrics.portfolio.periods import Kind

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
SLICES = ("segment", "size", "industry", "tier", "interval", "channel", "campaign")


class Month(click.ParamType[int]):
    """A month such as 2026-11, as `periods.month_number`."""

    name = "month"

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """The month's number."""
        from syncworker.metrics.portfolio.periods import month_number

        found = _MONTH.fullmatch(value)
        if found is None:
            self.fail(f"{value!r} is no month; write 2026-11", param, ctx)
        return month_number(int(found[1]), int(found[2]))


@click.command()
@options.portal
@click.option("--from", "first", type=Month(), help="The first month; six periods by default.")
@click.option("--to", "last", type=Month(), help="The last month; that of --as-of by default.")
@click.option(
    "--period",
    "kind",
    type=click.Choice(["month", "quarter", "year"]),
    default="month",
    help="How long a period is; whole quarters and years are shown.",
)
@click.option("--by", type=click.Choice(SLICES), default=None, help="Slice by a segment.")
@click.option("--report", "reports", multiple=True, help="Only this report; may be repeated.")
@options.as_of
@options.output("table", "json", "csv", "parquet")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
def portfolio(  # noqa: PLR0913 - one for each option
    portal: str,
    *,
    first: int | None,
    last: int | None,
    kind: Kind,
    by: str | None,
    reports: tuple[str, ...],
    as_of: datetime | None,
    format_: str,
    output: Path | None,
) -> None:
    """Show the numbers of a whole portal per period: MRR, churn, retention, lifetime value.

    They come from what is staged, as it was known at --as-of. No source is read, and nothing is
    written to HubSpot. Money in JSON, CSV and Parquet is in minor units.

    \b
    Examples:
      syncworker metrics portfolio acme --from 2026-01 --to 2026-10 --report mrr --by size
      syncworker metrics portfolio acme --period quarter --format csv --output numbers.csv
    """
    from syncworker import bootstrap
    from syncworker.cli import show_portfolio
    from syncworker.engine.portfolio import Question, answer

    if first is not None and last is not None and first > last:
        raise click.UsageError("--from lies after --to")
    if format_ == "parquet" and output is None:
        raise click.UsageError("Parquet is no text; add --output numbers.parquet")
    _require_reports(reports)
    engine = bootstrap.engine(settings.load())
    question = Question(first, last, kind, by or "", reports, as_of)
    found = answer(engine, portal, question)
    if format_ == "parquet" and output is not None:
        show_portfolio.long_rows(found).write_parquet(output)
    else:
        show = {
            "table": show_portfolio.text,
            "json": show_portfolio.as_json,
            "csv": show_portfolio.as_csv,
        }
        written = show[format_](found)
        if output is None:
            say(written)
        else:
            output.write_text(written + "\n", "utf-8")
    if output is not None:
        tell(show_portfolio.summary(found, str(output)))


def _require_reports(names: tuple[str, ...]) -> None:
    from syncworker.mapping.suggest import did_you_mean, listed
    from syncworker.metrics.portfolio.reports import REPORTS

    for name in names:
        if name not in REPORTS:
            help_ = did_you_mean(name, REPORTS, f"reports: {listed(REPORTS)}")
            raise ConfigError(f"no report is called {name}", help=help_, code="UNKNOWN_REPORT")
