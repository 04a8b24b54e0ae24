"""Portfolio reports from what is staged: no source is read, no run opened, nothing sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.facts import facts_of
from syncworker.engine.freshness import stream_states
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.errors import ConfigError
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.availability import StreamState
from syncworker.metrics.counting import mode_name
from syncworker.metrics.inputs import Inputs, inputs_of
from syncworker.metrics.portfolio.periods import LENGTHS, Kind, month_of, periods
from syncworker.metrics.portfolio.reports import REPORTS
from syncworker.metrics.portfolio.rows import Period, Portfolio, Report
from syncworker.metrics.portfolio.slices import SLICES, segments

_SHOWN = 6  # periods, where nobody says from when


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    Attributes:
        first: The first month, as `periods.month_number`; None: so that there are six periods.
        last: The last month; None: that of `as_of`.
        kind: How long a period is.
        by: A slicing of `slices.SLICES`, or "".
        reports: Names of reports; empty: all.
        as_of: The moment the numbers are for, aware; None: now.
    """

    first: int | None = None
    last: int | None = None
    kind: Kind = "month"
    by: str = ""
    reports: tuple[str, ...] = ()
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A report's numbers.

    Attributes:
        report: The report.
        rows: With the columns of `rows.ROWS`, in the order of its metrics; none where it is absent.
        absent: Why it is absent, or "".
    """

    report: Report
    rows: pl.DataFrame
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Numbers with all that says what they are.

    Attributes:
        portal: The portal.
        as_of: The moment they are for, UTC.
        timezone: Whose midnights divide the periods.
        currency: The reporting currency.
        mode: By whose rules MRR is counted.
        by: The slicing, or "".
        periods: In order.
        coverage: By stream, what is staged of it and when it was read.
        reports: In the order they were asked for.
    """

    portal: str
    as_of: datetime
    timezone: str
    currency: str
    mode: str
    by: str
    periods: tuple[Period, ...]
    coverage: Mapping[str, StreamState]
    reports: tuple[Told, ...]

    def unfinished(self) -> tuple[Period, ...]:
        """The periods that are not over at `as_of`."""
        return tuple(period for period in self.periods if period.end > self.as_of)


def answer(engine: Engine, portal: str, question: Question) -> Answer:
    """Compute the reports of a portal.

    This runs Polars queries: never call it in a worker's main process.

    Args:
        engine: The ports.
        portal: The portal's name.
        question: What is asked for; its reports and its slicing are known names.

    Raises:
        MappingError: There is no such mapping, or it has errors.
        ConfigError: Nothing is staged, or there is nothing to slice by, or all periods lie ahead.
    """
    text = engine.mapping_text(portal)
    mapping = checked(portal, text)
    now = engine.clock()
    run = Run(
        id="portfolio",
        portal=portal,
        kind="plan",
        mode="inline",
        as_of=(question.as_of or now).astimezone(UTC),
        force=False,
        mapping=text,
        created_at=now,
    )
    coverage = stream_states(engine, run, mapping)
    if not any(state.rows for state in coverage.values()):
        raise ConfigError(
            f"nothing of portal {portal} is staged yet",
            help=f"read its sources first: syncworker extract {portal}",
            code="NOTHING_STAGED",
        )
    _require_slice(question.by, coverage)
    asked = _periods(question, run.as_of, mapping.reporting.timezone)
    inputs = _inputs(engine, mapping, run, run.as_of)
    portfolio = Portfolio(
        inputs=inputs,
        periods=asked,
        segments=segments(inputs, question.by).collect(engine="streaming").lazy(),
        by=question.by,
        known_at=partial(_inputs, engine, mapping, run),
    )
    wanted = [REPORTS[name] for name in dict.fromkeys(question.reports or REPORTS)]
    return Answer(
        portal=portal,
        as_of=run.as_of,
        timezone=mapping.reporting.timezone,
        currency=mapping.reporting.currency,
        mode=mode_name(mapping.metrics.revenue),
        by=question.by,
        periods=asked,
        coverage=coverage,
        reports=tuple(_told(report, portfolio, coverage) for report in wanted),
    )


def not_over(as_of: datetime) -> str:
    """The note of numbers whose period goes on."""
    return f"not over: up to {as_of:%Y-%m-%d %H:%M} UTC"


def _inputs(engine: Engine, mapping: PortalMapping, run: Run, at: datetime) -> Inputs:
    """The whole portal's at a moment, as known then.

    The ledger is computed at once: every report of revenue starts from it.
    """
    inputs = inputs_of(facts_of(engine, replace(run, as_of=at), mapping), mapping.metrics)
    if not inputs.billing_known:
        return inputs
    return replace(inputs, ledger=inputs.ledger.collect(engine="streaming").lazy())


def _require_slice(by: str, coverage: Mapping[str, StreamState]) -> None:
    needed = SLICES[by][0] if by else "accounts"
    if by and needed not in coverage:
        raise ConfigError(
            f"there is no {by} to slice by: no source provides {needed}",
            help=f"add the stream {needed} to a source, or leave --by out",
            code="NO_SLICE",
        )


def _periods(question: Question, as_of: datetime, timezone: str) -> tuple[Period, ...]:
    """The periods that were asked for and have begun."""
    last = month_of(as_of, timezone) if question.last is None else question.last
    first = question.first
    if first is None:
        first = last - (_SHOWN - 1) * LENGTHS[question.kind]
    asked = periods(first, max(first, last), question.kind, timezone)
    begun = tuple(period for period in asked if period.start <= as_of)
    if not begun:
        raise ConfigError(
            f"{asked[0].label} has not begun on {as_of:%Y-%m-%d %H:%M} UTC",
            help="ask for an earlier --from, or for a later --as-of",
            code="PERIOD_AHEAD",
        )
    return begun


def _told(report: Report, portfolio: Portfolio, coverage: Mapping[str, StreamState]) -> Told:
    absent = _absent(report.inputs, coverage)
    if absent:
        return Told(report, pl.DataFrame(), absent)
    order = {name: number for number, name in enumerate(report.metrics)}
    places = {period.label: number for number, period in enumerate(portfolio.periods)}
    as_of = portfolio.facts.as_of
    late = [period.label for period in portfolio.periods if period.end > as_of]
    partly = pl.when(pl.col("period").is_in(late)).then(pl.lit(not_over(as_of)))
    said = pl.when(pl.col("note") != "").then("note")
    rows = (
        report.rows(portfolio)
        .with_columns(
            note=pl.concat_str(partly, said, separator="; ", ignore_nulls=True).fill_null("")
        )
        .sort(
            "segment",
            "currency",
            pl.col("metric").replace_strict(order, default=len(order)),
            pl.col("period").replace_strict(places, default=len(places)),
        )
        .collect(engine="streaming")
    )
    return Told(report, rows)


def _absent(inputs: Sequence[str], coverage: Mapping[str, StreamState]) -> str:
    for group in inputs:
        there = [name for name in group.split("|") if name in coverage]
        if not there:
            return f"no source provides {group.replace('|', ' or ')}"
        if not any(coverage[name].rows for name in there):
            return f"{' and '.join(there)} has no rows"
    return ""
