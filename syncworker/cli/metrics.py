"""`syncworker metrics`: what a mapping can use, and the numbers of a whole portal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, get_args

import click

from syncworker import settings
from syncworker.cli import options
from syncworker.cli.console import say, say_json
from syncworker.cli.metrics_portfolio import portfolio
from syncworker.errors import ConfigError
from syncworker.metrics.metric import Entity, Owner

if TYPE_CHECKING:
    from syncworker.cli.show_metrics import InPortal

_WIDTH = 80
_NAMES = 11


@click.group()
def command() -> None:
    """Show the metrics a mapping can use, and the numbers of a whole portal."""


command.add_command(portfolio)


@command.command("list")
@click.option("--entity", type=click.Choice(get_args(Entity)), help="Only whose metrics.")
@click.option("--owner", type=click.Choice(get_args(Owner)), help="Only of those who act on it.")
@click.option("--profile", help="Only those of a profile: starter, sales, customer_success, full.")
@click.option("--portal", help="Show where a portal maps each, and what its sources cannot give.")
@options.output("text", "json")
def list_(
    *, entity: str | None, owner: str | None, profile: str | None, portal: str | None, format_: str
) -> None:
    """Show every metric: name, whom it describes, type, unit, owner, property, label.

    \b
    Examples:
      syncworker metrics list --profile starter
      syncworker metrics list --portal acme --format json
    """
    from syncworker.cli import show_metrics
    from syncworker.mapping.suggest import did_you_mean
    from syncworker.metrics.catalog import METRICS
    from syncworker.metrics.profiles import PROFILES, profiles_of

    if profile is not None and profile not in PROFILES:
        help_ = did_you_mean(profile, PROFILES, f"profiles: {', '.join(PROFILES)}")
        raise ConfigError(f"no profile is called {profile}", help=help_)
    chosen = [
        metric
        for metric in METRICS.values()
        if entity in {None, metric.entity}
        and owner in {None, metric.owner}
        and (profile is None or profile in profiles_of(metric))
    ]
    there = _in_portal(portal)
    if format_ == "json":
        say_json(show_metrics.list_document(chosen, there))
        return
    for line in show_metrics.list_lines(chosen, there):
        say(line)


@command.command()
@click.argument("name")
@click.option("--portal", help="Show how it stands in this portal too.")
@options.output("text", "json")
def show(name: str, portal: str | None, *, format_: str) -> None:
    """Show one metric: definition, inputs, freshness, owner, authority, an example.

    \b
    Examples:
      syncworker metrics show mrr
      syncworker metrics show health_score --portal acme
    """
    from syncworker.cli import show_metrics
    from syncworker.mapping.example import example_of
    from syncworker.mapping.suggest import did_you_mean
    from syncworker.metrics.catalog import METRICS

    metric = METRICS.get(name)
    if metric is None:
        help_ = did_you_mean(name, METRICS, "syncworker metrics list")
        raise ConfigError(f"no metric is called {name}", help=help_)
    if format_ == "json":
        say_json(show_metrics.show_document(metric, _in_portal(portal), example_of(metric)))
        return
    rows = show_metrics.show_rows(metric, _in_portal(portal), example_of(metric))
    for title, text in rows:
        for number, line in enumerate(textwrap.wrap(text, _WIDTH - _NAMES)):
            say(f"{'' if number else title:<{_NAMES}}{line}")


def _in_portal(portal: str | None) -> InPortal:
    from syncworker import bootstrap
    from syncworker.cli.show_metrics import InPortal, in_portal
    from syncworker.engine.mappings import checked
    from syncworker.metrics.catalog import METRICS

    if portal is None:
        return InPortal()
    text = bootstrap.engine(settings.load()).mapping_text(portal)
    return in_portal(checked(portal, text), METRICS)
