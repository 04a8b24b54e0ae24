"""Every report of the portfolio by name."""

from __future__ import annotations

from syncworker.metrics.portfolio.acquisition import ACQUISITION
from syncworker.metrics.portfolio.attrition import ATTRITION
from syncworker.metrics.portfolio.channels_table import CHANNELS
from syncworker.metrics.portfolio.churn import CHURN
from syncworker.metrics.portfolio.demos import DEMOS
from syncworker.metrics.portfolio.funnel import FUNNEL
from syncworker.metrics.portfolio.ltv import LTV
from syncworker.metrics.portfolio.mrr import MRR
from syncworker.metrics.portfolio.panel import PANEL
from syncworker.metrics.portfolio.qualification import QUALIFICATION
from syncworker.metrics.portfolio.reconciliation import RECONCILIATION
from syncworker.metrics.portfolio.restated import RESTATED
from syncworker.metrics.portfolio.retention import RETENTION
from syncworker.metrics.portfolio.rows import Report
from syncworker.metrics.portfolio.trials import TRIALS

_ALL: tuple[Report, ...] = (
    MRR,
    CHURN,
    RETENTION,
    LTV,
    RECONCILIATION,
    RESTATED,
    ACQUISITION,
    TRIALS,
    DEMOS,
    FUNNEL,
    ATTRITION,
    QUALIFICATION,
    PANEL,
    CHANNELS,
)
REPORTS: dict[str, Report] = {report.name: report for report in _ALL}
