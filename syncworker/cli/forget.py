"""`syncworker forget`: remove a person or an account, and keep them out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.asking import agreed, require_answer
from syncworker.cli.console import SCHEMA_VERSION, columns, complain, counted, say, say_json

if TYPE_CHECKING:
    from syncworker.engine.forgotten import Receipt
    from syncworker.engine.subject import Subject


@click.command()
@options.portal
@click.argument("who", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
@click.option("--undo", is_flag=True, help="Let WHO in again: they signed up anew.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the receipt there too."
)
@options.output("text", "json")
def command(
    portal: str,
    who: str | None,
    *,
    dry_run: bool,
    undo: bool,
    yes: bool,
    out: Path | None,
    format_: str,
) -> int:
    """Remove WHO from staging, ledger, history, plans, dead letters, snapshots and inbox.

    WHO is a person's e-mail address or user id, or an account's id or domain; with an account its
    people go. Salted digests of their keys stay, so that the next reading does not bring them
    back. HubSpot's own record is not touched: the receipt says how to delete it. Without WHO it
    shows the receipts, which name nobody.

    \b
    Examples:
      syncworker forget acme ann@northwind.example --dry-run
      syncworker forget acme northwind.example --yes --out receipt.json
    """
    from syncworker import bootstrap
    from syncworker.cli import ready
    from syncworker.engine import forget, private_file

    if out is not None:
        private_file.require_place(out)  # what is forgotten is gone, with or without a receipt
    engine = bootstrap.engine(settings.load())
    if who is None:
        return _show_receipts(portal, engine.forgotten.receipts(portal), format_)
    if undo:
        return _show_undone(portal, forget.let_in(engine, portal, who), format_)
    if not dry_run:
        require_answer(yes=yes, what="forget removes for good")
    if dry_run or not yes:
        subject, rows = forget.forecast(engine, portal, who)
        _show_forecast(portal, subject, rows, as_json=dry_run and format_ == "json")
    if dry_run:
        if format_ == "text":
            say("Nothing was removed.")
            say(f"Next: syncworker forget {portal} WHO")
        return exits.OK
    if not agreed("Remove it for good, and keep it out?", yes=yes):
        complain("nothing was removed")
        return exits.FAILED
    ready.make_way(engine, portal, "prune")
    receipt = forget.forget(engine, portal, who)
    if out is not None:
        document = {"schema_version": SCHEMA_VERSION, **_document(receipt)}
        private_file.write(out, [json.dumps(document, indent=2)])
    return _show_done(portal, receipt, format_)


def _show_forecast(
    portal: str, subject: Subject, rows: Mapping[str, int], *, as_json: bool
) -> None:
    """What would go, without saying whose it is."""
    if as_json:
        records = {name: len(keys) for name, keys in subject.records.items()}
        say_json({"portal": portal, "subject": subject.kind, "rows": rows, "records": records})
        return
    for line in columns([(f"staging.{name}", f"{number:,}") for name, number in rows.items()]):
        say(line)
    say(f"That is all of one {subject.kind}, beside what the state database has of it.")


def _show_done(portal: str, receipt: Receipt, format_: str) -> int:
    if format_ == "json":
        say_json(_document(receipt))
        return exits.OK
    for line in columns([(place, f"{number:,}") for place, number in receipt.removed.items()]):
        say(line)
    say(f"Receipt {receipt.id}: one {receipt.subject} was forgotten and is kept out.")
    for text in receipt.remains:
        say(f"  not removed: {text}")
    say(f"Next: syncworker forget {portal}")
    return exits.OK


def _show_receipts(portal: str, receipts: Sequence[Receipt], format_: str) -> int:
    if format_ == "json":
        say_json({"portal": portal, "receipts": [_document(one) for one in receipts]})
        return exits.OK
    rows = [
        (
            one.id,
            f"{one.at:%Y-%m-%d %H:%M} UTC",
            one.subject,
            counted(sum(one.removed.values()), "row") if one.finished else "cut short",
        )
        for one in receipts
    ]
    for line in columns(rows, indent="") or [f"Nobody was forgotten in {portal}."]:
        say(line)
    say(f"Next: syncworker forget {portal} WHO --dry-run")
    return exits.OK


def _show_undone(portal: str, receipt: Receipt, format_: str) -> int:
    if format_ == "json":
        say_json(_document(receipt))
        return exits.OK
    say(f"Receipt {receipt.id}: let in again ({counted(receipt.removed['forgotten'], 'key')}).")
    say(f"Next: syncworker extract {portal} --full")
    return exits.OK


def _document(receipt: Receipt) -> dict[str, object]:
    return {
        "id": receipt.id,
        "portal": receipt.portal,
        "at": receipt.at.isoformat(),
        "subject": receipt.subject,
        "removed": dict(receipt.removed),
        "remains": list(receipt.remains),
        "finished": receipt.finished,
    }
