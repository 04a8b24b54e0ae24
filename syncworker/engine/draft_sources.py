"""The sources of a first mapping: what was recognised in them, and what was not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncworker.engine.draft_values import comment, value, variable
from syncworker.engine.draft_wish import Wish
from syncworker.engine.offers import Match, Offer, matched
from syncworker.model.streams import STREAMS
from syncworker.model.stripe import STREAMS as STRIPES_SUBSCRIPTION

_MOST = 30


def sources(wish: Wish, offers: Sequence[Offer], streams: set[str]) -> Iterator[str]:
    """The section, line by line; `streams` fills with what it reads."""
    yield "# Where rows come from: sql, files, stripe, http, hubspot or webhook (docs/sources.md)."
    yield "# The streams and their columns are in docs/streams.md."
    yield "sources:"
    if not offers:
        yield from _example(wish, streams)
    # Stripe first: what it tells of billing is more than an app keeps of it.
    for offer in sorted(offers, key=lambda one: one.kind != "stripe"):
        yield from _source(offer, streams)
    yield ""


def _example(wish: Wish, streams: set[str]) -> Iterator[str]:
    name = variable(wish.portal)
    streams |= {"accounts", "users", "events", "subscriptions", "subscription_items"}
    yield "  app:"
    yield "    kind: sql"
    yield f"    url: env:{name}_DATABASE # holds a URL: postgresql://host/name"
    yield "    streams: # each from a `table`, or from a `query: SELECT …` of your own"
    yield "      accounts:"
    yield "        table: accounts"
    yield "        columns: {account_id: id} # stream column: your column, where the names differ"
    yield "        cursor: updated_at # only rows changed since the last run"
    yield "      users:"
    yield "        table: users"
    yield "        columns: {user_id: id}"
    yield "        cursor: updated_at"
    yield "      events:"
    yield "        table: events"
    yield "        columns: {event_id: id, ts: created_at}"
    yield "        cursor: created_at"
    yield "        overlap: 1h # read the last hour again, for rows that came late"
    yield "      subscriptions:"
    yield "        table: subscriptions"
    yield "        columns: {sub_id: id}"
    yield "      subscription_items:"
    yield "        table: subscription_items"
    yield "        columns: {item_id: id}"


def _source(offer: Offer, streams: set[str]) -> Iterator[str]:
    head = {"sql": "url", "stripe": "api_key", "files": "path"}[offer.kind]
    lines = list(_stripe(offer, streams) if offer.kind == "stripe" else _tables(offer, streams))
    used = any(line.strip() and not line.lstrip().startswith("#") for line in lines)
    mark = "" if used else "# "
    yield f"  {mark}{offer.name}:" + ("" if used else " # nothing in it was recognised")
    yield f"  {mark}  kind: {offer.kind}"
    yield f"  {mark}  {head}: {value(offer.place)}"
    yield f"  {mark}  streams:" + (f" {lines.pop(0)}" if offer.kind == "stripe" and used else "")
    yield from lines


def _stripe(offer: Offer, streams: set[str]) -> Iterator[str]:
    readable = [name for name in offer.streams if name not in {"accounts", "identity"}]
    if readable:
        yield f"[{', '.join(readable)}]"
    if "subscriptions" in readable:
        streams |= {*STRIPES_SUBSCRIPTION, "subscription_states"}
    if "invoices" in readable:
        streams |= {"invoices", "invoice_lines"}
    for name, why in offer.refused.items():
        yield f"    # {name}: the key may not read it: {comment(why)}"
    if readable:
        yield "    account_id: account_id # key in Stripe's metadata with your own account's id"


def _tables(offer: Offer, streams: set[str]) -> Iterator[str]:
    matches = matched(offer.tables)
    for match in matches:
        if match.stream in streams:
            yield f"      # {match.stream}: {comment(match.table.name)} has it too"
            continue
        if not match.missing:
            streams.add(match.stream)
        yield from _stream(offer, match)
    known = {match.table.name for match in matches}
    others = [table.name for table in offer.tables if table.name not in known]
    if others:
        more = f" and {len(others) - _MOST} more" if len(others) > _MOST else ""
        yield f"      # Not recognised: {comment(', '.join(others[:_MOST]))}{more}"


def _stream(offer: Offer, match: Match) -> Iterator[str]:
    mark = "# " if match.missing else ""
    wanted = offer.kind == "sql" and STREAMS[match.stream].lasting and not match.cursor
    ignore = " # syncworker: ignore SW223 -- no column that grows was found" if wanted else ""
    yield f"      {mark}{match.stream}:{ignore}"
    if match.missing:
        needs = comment(", ".join(match.missing))
        yield f"      #   needs {needs}: select it by a `query`, or name it under `columns`"
    yield f"      {mark}  {'path' if offer.kind == 'files' else 'table'}: {value(match.table.name)}"
    if match.columns:
        pairs = ", ".join(f"{ours}: {value(theirs)}" for ours, theirs in match.columns.items())
        yield f"      {mark}  columns: {{{pairs}}} # stream column: theirs"
    if offer.kind == "sql" and match.cursor:
        yield f"      {mark}  cursor: {value(match.cursor)} # reads only rows changed since then"
    elif offer.kind == "sql":
        yield f"      {mark}  # cursor: updated_at # no such column: each run reads all rows"
