"""Every report of the portfolio by name."""

from __future__ import annotations

from syncworker.metrics.portfolio.churn import CHURN
from syncworker.metrics.portfolio.ltv import LTV
from syncworker.metrics.portfolio.mrr import MRR
from syncworker.metrics.portfolio.reconciliation import RECONCILIATION
from syncworker.metrics.portfolio.restated import RESTATED
from syncworker.metrics.portfolio.retention import RETENTION
from syncworker.metrics.portfolio.rows import Report

_ALL: tuple[Report, ...] = (
    MRR,
    CHURN,
    RETENTION,
    LTV,
    RECONCILIATION,
    RESTATED,
)
REPORTS: dict[str, Report] = {report.name: report for report in _ALL}
