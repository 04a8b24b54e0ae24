"""`syncworker metrics`: what a mapping can use, and the numbers of a whole portal."""

from __future__ import annotations

import click

from syncworker.cli.console import columns, say
from syncworker.cli.metrics_portfolio import portfolio
from syncworker.errors import ConfigError


@click.group()
def command() -> None:
    """Show the metrics a mapping can use, and the numbers of a whole portal."""


command.add_command(portfolio)


@command.command("list")
def list_() -> None:
    """Show every metric: name, whom it describes, type, unit, proposed property, meaning.

    \b
    Examples:
      syncworker metrics list
      syncworker metrics list | grep trial
    """
    from syncworker.metrics.catalog import METRICS

    rows = [
        (m.name, m.entity, m.type, m.unit or "-", m.property, m.label) for m in METRICS.values()
    ]
    for line in columns(rows, indent=""):
        say(line)


@command.command()
@click.argument("name")
def show(name: str) -> None:
    """Show one metric's definition.

    \b
    Examples:
      syncworker metrics show mrr
      syncworker metrics show health_score
    """
    from syncworker.mapping.suggest import did_you_mean
    from syncworker.metrics.catalog import METRICS

    metric = METRICS.get(name)
    if metric is None:
        help_ = did_you_mean(name, METRICS, "syncworker metrics list")
        raise ConfigError(f"no metric is called {name}", help=help_)
    options = ", ".join(f"{option.value} ({option.label})" for option in metric.options)
    rows = [
        ("name", metric.name),
        ("describes", metric.entity),
        ("type", f"{metric.type} {metric.unit}".strip()),
        ("formula", metric.formula),
        ("inputs", ", ".join(metric.inputs) or "none"),
        ("property", metric.property),
        ("label", metric.label),
        ("meaning", metric.description),
        *([("options", options)] if options else []),
    ]
    for line in columns(rows, indent=""):
        say(line)
