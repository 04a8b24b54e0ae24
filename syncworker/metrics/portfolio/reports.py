"""Every report of the portfolio by name."""

from __future__ import annotations

from syncworker.metrics.portfolio.rows import Report

_ALL: tuple[Report, ...] = ()
REPORTS: dict[str, Report] = {report.name: report for report in _ALL}
