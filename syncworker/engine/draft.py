"""A first mapping as the text of its file, with comments a person can go on from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from syncworker.engine import draft_objects, draft_sources
from syncworker.engine.draft_values import comment
from syncworker.engine.draft_wish import PortalFacts, Wish
from syncworker.engine.offers import Offer
from syncworker.errors import ConfigError
from syncworker.mapping.hubspot_names import STAGE_PROPERTY
from syncworker.mapping.loader import load

_MOST = 30


def draft(wish: Wish, offers: Sequence[Offer], facts: PortalFacts) -> str:
    """The file's text.

    Args:
        wish: What was asked for.
        offers: What the sources have; none: an example of a database is written.
        facts: What the portal says.

    Raises:
        ConfigError: Nothing that was found could fill one of the objects.
    """
    streams: set[str] = set()
    read = list(draft_sources.sources(wish, offers, streams))
    lines = [*_head(wish, facts), *read, *_metrics(), *draft_objects.objects(wish, facts, streams)]
    if not any(draft_objects.NEEDS[name] in streams for name in wish.objects):
        needed = " or ".join(draft_objects.NEEDS[name] for name in wish.objects)
        seen = [table.name for offer in offers for table in offer.tables]
        raise ConfigError(
            f"no source has rows for {', '.join(wish.objects)}: nothing looks like {needed}",
            help=f"there is: {comment(', '.join(seen[:_MOST])) or 'nothing'}; run init without "
            "--source and write the queries yourself (docs/mapping.md)",
        )
    return _checked("\n".join([*lines, *_rest(facts)]) + "\n", wish.portal)


def _checked(text: str, portal: str) -> str:
    """The text, once it is read without an error: odd names must not make a broken file."""
    wrong = [one for one in load(text, f"{portal}.yaml").diagnostics if one.severity == "error"]
    if wrong:
        first = wrong[0]
        raise ConfigError(
            f"the proposed mapping would be wrong in line {first.line}: {first.message}",
            help="run init without --source, and write the sources yourself (docs/mapping.md)",
        )
    return text


def _head(wish: Wish, facts: PortalFacts) -> Iterator[str]:
    yield "# yaml-language-server: $schema=./mapping.schema.json"
    yield "#"
    yield f"# The mapping of the HubSpot account {wish.portal}; docs/mapping.md explains it."
    yield "version: 1"
    yield ""
    yield "# Which HubSpot account. The token itself never stands here: it is looked up in the"
    yield "# environment or in .env; `file:/run/secrets/…` works too. More: docs/hubspot.md"
    yield "hubspot:"
    yield f"  credentials: {wish.credentials}"
    how = "by its daily requests" if facts.tier else "sets the request limits"
    yield f"  tier: {facts.tier or 'professional'} # {how}: free, starter, professional, enterprise"
    yield "  api_version: 2026-09 # or 2026-03, v3"
    if wish.base_url:
        yield f"  base_url: {json.dumps(wish.base_url)} # only for a proxy or a sandbox"
    yield ""
    yield "# Where days and months begin, and the currency money is reported in."
    yield "reporting:"
    yield f"  timezone: {facts.timezone or 'UTC'}" + ("" if facts.timezone else " # Europe/Berlin")
    yield f"  currency: {facts.currency or 'EUR'}"
    yield "  language: en # or de: of the sentences that people read on the record"
    yield ""


def _metrics() -> Iterator[str]:
    yield "# How the metrics are computed: `syncworker metrics show NAME`, docs/metrics.md."
    yield "# metrics:"
    yield "#   key_events: [report_created] # what shows that somebody really uses the app"
    yield "#   health_weights: {seats: 20} # docs/health.md"
    yield ""


def _rest(facts: PortalFacts) -> Iterator[str]:
    yield "# Opt-in: when records reach which lifecycle stage; stages only move forward."
    stages = next(
        (
            there[STAGE_PROPERTY].options
            for there in facts.properties.values()
            if STAGE_PROPERTY in there
        ),
        (),
    )
    if stages:
        named = ", ".join(f"{label} ({name})" for name, label in stages)
        yield f"# The portal's stages: {comment(named)}"
    yield "# lifecycle:"
    yield "#   companies:"
    yield "#     - stage: customer"
    yield "#       when:"
    yield "#         - {metric: mrr, gt: 0}"
    yield ""
    yield "# A plan is refused when it would empty or change over too many values at once."
    yield "guard:"
    yield "  max_clear_percent: 5"
    yield "  max_flip_percent: 30"
    yield ""
    yield "# The worker syncs by itself this often; without it only when asked."
    yield "# schedule: {every: 1h}"
