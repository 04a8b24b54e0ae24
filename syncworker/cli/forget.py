"""`syncworker forget`: remove a person or an account, and keep them out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import columns, counted, say, say_json

if TYPE_CHECKING:
    from syncworker.engine.forgotten import Receipt
    from syncworker.engine.subject import Subject


class _Forget(click.Group):
    """`forget list` and `forget undo` are commands; `forget PORTAL WHO` is the command itself."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named first, else `person`."""
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "person", self.commands["person"], args


@click.group(cls=_Forget, no_args_is_help=True)
def command() -> None:
    """Remove a person or an account everywhere here, and keep them out: `forget PORTAL WHO`.

    \b
    Examples:
      syncworker forget acme ann@northwind.example --dry-run
      syncworker forget list acme
    """


@command.command("person", hidden=True)
@options.portal
@click.argument("who")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the receipt there too."
)
@options.output("text", "json")
def person(
    portal: str, who: str, *, dry_run: bool, yes: bool, out: Path | None, format_: str
) -> int:
    """Remove WHO from staging, ledger, history, plans, dead letters, snapshots and inbox.

    WHO is a person's e-mail address or user id, or an account's id or domain; with an account its
    people go. Salted digests of their keys stay, so that the next reading does not bring them
    back. HubSpot's own record is not touched: the receipt says how to delete it.

    \b
    Examples:
      syncworker forget acme ann@northwind.example
      syncworker forget acme northwind.example --yes --out receipt.json
    """
    from syncworker import bootstrap
    from syncworker.engine import forget

    engine = bootstrap.engine(settings.load())
    if dry_run or not yes:
        subject, rows = forget.forecast(engine, portal, who)
        _show_forecast(portal, subject, rows, as_json=dry_run and format_ == "json")
    if dry_run:
        return exits.OK
    if not yes:
        _ask()
    receipt = forget.forget(engine, portal, who)
    if out is not None:
        _write(out, receipt)
    if format_ == "json":
        say_json(_document(receipt))
        return exits.OK
    for line in columns([(place, f"{number:,}") for place, number in receipt.removed.items()]):
        say(line)
    say(f"Receipt {receipt.id}: one {receipt.subject} was forgotten and is kept out.")
    for text in receipt.remains:
        say(f"  not removed: {text}")
    say(f"Next: syncworker forget list {portal}")
    return exits.OK


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
    say(f"Next: syncworker forget {portal} WHO")


def _ask() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("this asks first: add --yes where nobody can answer")
    click.confirm("Remove it for good, and keep it out?", abort=True, err=True)


@command.command("list")
@options.portal
@options.output("text", "json")
def list_(portal: str, *, format_: str) -> int:
    """Show the receipts: when somebody was forgotten, and what was removed. They name nobody.

    \b
    Examples:
      syncworker forget list acme
      syncworker forget list acme --json
    """
    from syncworker import bootstrap

    receipts = bootstrap.engine(settings.load()).forgotten.receipts(portal)
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


@command.command()
@options.portal
@click.argument("who")
@options.output("text", "json")
def undo(portal: str, who: str, *, format_: str) -> int:
    """Let WHO in again: they signed up anew, or their contact may be made again in HubSpot.

    What was removed does not come back; the next full reading brings what the sources have.

    \b
    Examples:
      syncworker forget undo acme ann@northwind.example
      syncworker forget undo acme northwind-id
    """
    from syncworker import bootstrap
    from syncworker.engine import forget

    receipt = forget.let_in(bootstrap.engine(settings.load()), portal, who)
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


def _write(path: Path, receipt: Receipt) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"schema_version": 1, **_document(receipt)}, file, indent=2)
