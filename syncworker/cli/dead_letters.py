"""`syncworker dead-letters`: what did not get through, why, and what is done about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import complain, counted, say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncworker.engine.engine import Engine
    from syncworker.engine.letter_stores import Wanted
    from syncworker.engine.memory import Run
    from syncworker.engine.run_words import RunKind

_KINDS = click.Choice(("row", "record", "stream", "identity"))


@click.group()
def command() -> None:
    """Show what did not get through and why, try it again, or discard it with a reason."""


def _chosen(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--cause`, `--property`, `--key`, `--run` and `--kind`: which letters are meant."""
    for option in (
        click.option("--kind", type=_KINDS, help="Only those of this kind."),
        click.option("--run", "run_id", help="Only those that last came up in this run."),
        click.option("--key", help="Only those of this record or row."),
        click.option("--property", help="Only those about this property or column."),
        click.option("--cause", help="Only those of this cause, such as INVALID_OPTION."),
    ):
        function = option(function)
    return function


@command.command("list")
@click.argument("portal", required=False)
@_chosen
@options.output("text", "json")
@click.option("--all", "all_", is_flag=True, help="Show those too that were discarded, and why.")
def list_(portal: str | None, *, format_: str, all_: bool, **chosen: Any) -> None:
    """Show open dead letters by cause and property, with the fix; of every portal unless named.

    A dead letter is resolved by itself: once its cause is mended, the next sync sends today's
    values. A value that HubSpot refused is sent again at once where its property has changed, else
    once a day; `retry` does not wait.

    \b
    Examples:
      syncworker dead-letters list
      syncworker dead-letters list acme --cause INVALID_OPTION --format json
    """
    from syncworker.cli import show_letters

    engine, wanted = _opened(portal, **chosen)
    portals = [portal] if portal else engine.letters.portals()
    found = {name: engine.letters.kept(name, wanted, discarded=all_) for name in portals}
    if format_ == "json":
        say_json(show_letters.list_document(found))
        return
    now = engine.clock()
    for name, letters in found.items():
        for line in show_letters.list_lines(name, letters, now):
            say(line)
    open_ones = [name for name, letters in found.items() if any(not x.discarded for x in letters)]
    total = sum(not one.discarded for letters in found.values() for one in letters)
    next_portal = portal or (open_ones[0] if open_ones else "PORTAL")
    if total:
        many = counted(total, "open dead letter")
        say(f"{many}. Next: mend the causes, then syncworker sync {next_portal}")
    else:
        say(f"No open dead letters. Next: syncworker sync {next_portal}")


@command.command()
@options.portal
@click.argument("what", metavar="KEY|CAUSE")
@options.output("text", "json")
def show(portal: str, what: str, *, format_: str) -> int:
    """Show letters whole: the values meant, what is wrong, the fix, when, and in which run.

    \b
    Examples:
      syncworker dead-letters show acme a42
      syncworker dead-letters show acme INVALID_OPTION
    """
    from syncworker.cli import show_letters
    from syncworker.engine.letter_stores import Wanted

    engine, _ = _opened(portal)
    found = engine.letters.kept(portal, Wanted(key=what), discarded=True)
    found = found or engine.letters.kept(portal, Wanted(cause=what), discarded=True)
    if not found:
        return _none(portal)
    if format_ == "json":
        say_json({"letters": [show_letters.document(portal, one) for one in found]})
        return exits.OK
    for one in found:
        for line in show_letters.whole_lines(one):
            say(line)
    say(
        f"Next: mend the cause, then syncworker dead-letters retry {portal} --key {what}"
        if all(what != one.letter.cause for one in found)
        else f"Next: mend the cause, then syncworker dead-letters retry {portal} --cause {what}"
    )
    return exits.OK


@command.command()
@options.portal
@_chosen
@options.output("text", "json")
def retry(portal: str, *, format_: str, **chosen: Any) -> int:
    """Try dead letters again now, from today's values; what was meant earlier is never sent.

    The sources are read, and only the letters' records are computed, planned and sent. Of rows
    that were rejected, and of streams that could not be read, the stream is read again whole.
    Exits with 0 when all got through, 3 when some did not.

    \b
    Examples:
      syncworker dead-letters retry acme
      syncworker dead-letters retry acme --cause INVALID_OPTION
    """
    from syncworker.cli import show_letters, show_run
    from syncworker.engine import retry as retrying

    engine, wanted = _opened(portal, **chosen)
    letters = engine.letters.kept(portal, wanted)
    if not letters:
        return _nothing_open(portal, format_) if not any(chosen.values()) else _none(portal)
    engine.definitions.forget(portal)  # what was mended there a minute ago must be seen
    runs: list[Run] = []
    streams = retrying.stream_options(engine, portal, letters)
    if streams:
        runs.append(_carried_out(engine, portal, "extract", streams))
    records = retrying.record_options(letters)
    if records and all(run.status in {"done", "rejects"} for run in runs):
        runs.append(_carried_out(engine, portal, "sync", records))
    retried = list(retrying.came_to(engine, portal, letters, runs))
    if format_ == "json":
        say_json(
            {
                "runs": [show_run.as_document(engine, run, with_plan=False) for run in runs],
                "letters": [
                    {**show_letters.document(portal, one.now or one.letter), "came_to": one.came_to}
                    for one in retried
                ],
            }
        )
    else:
        for run in runs:
            for line in show_run.result_text(run):
                say(line)
        for line in show_letters.retried_lines(retried):
            say(line)
    through = sum(one.came_to == "got through" for one in retried)
    left = len(retried) - through
    if format_ != "json":
        next_ = _next(portal, left, streams=bool(streams))
        say(f"{through:,} got through, {left:,} did not. {next_}")
    bad = [code for run in runs if (code := exits.of_run(run)) not in {0, exits.DEAD_LETTERS}]
    return bad[0] if bad else exits.DEAD_LETTERS if left else exits.OK


@command.command()
@options.portal
@_chosen
@click.option("--all", "all_", is_flag=True, help="Every open letter of the portal.")
@click.option("--reason", required=True, help="Why nobody needs them; shown by `list --all`.")
@click.option("--yes", is_flag=True, show_envvar=True, help="Do not ask.")
@options.output("text", "json")
def discard(
    portal: str,
    *,
    format_: str,
    all_: bool,
    reason: str,
    yes: bool,
    **chosen: Any,
) -> int:
    """Close dead letters that need no mending, with the reason.

    A letter that comes up again with the same cause and the same value stays discarded; with
    another cause or value it is open again. The records themselves are synced as before.

    \b
    Examples:
      syncworker dead-letters discard acme --cause NO_MATCH_VALUE --reason "test accounts"
      syncworker dead-letters discard acme --key a42 --reason "asked to be left alone" --yes
    """
    from syncworker.cli.asking import agreed
    from syncworker.cli.show_letters import groups

    if all_ == any(chosen.values()):
        raise click.UsageError("say which: --cause, --property, --key, --run, --kind, or --all")
    if not reason.strip():
        raise click.UsageError("--reason is empty: say why nobody needs them")
    engine, wanted = _opened(portal, **chosen)
    letters = engine.letters.kept(portal, wanted)
    if not letters:
        return _none(portal)
    found = [(cause, where, len(group)) for (cause, where), group in groups(letters)]
    for cause, where, number in found if format_ == "text" else ():
        say(f"  {cause}  {where}  {number:,}")
    many = counted(len(letters), "dead letter")
    if not agreed(f"Discard {many} of {portal}?", yes=yes):
        complain("nothing was discarded")
        return exits.FAILED
    engine.letters.discard(portal, [one.letter for one in letters], reason.strip(), engine.clock())
    if format_ == "json":
        causes = [{"cause": one, "about": where, "letters": n} for one, where, n in found]
        say_json({"portal": portal, "discarded": len(letters), "causes": causes})
        return exits.OK
    say(f"Discarded {many}. Next: syncworker dead-letters list {portal} --all")
    return exits.OK


@command.command()
@options.portal
@_chosen
@options.output("csv", "json")
@click.option("--all", "all_", is_flag=True, help="Write those too that were discarded.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, which only you may read, and not to stdout.",
)
@click.option(
    "--with-personal-data",
    is_flag=True,
    help="Write e-mail addresses as they are; needs --out.",
)
def export(
    portal: str,
    *,
    format_: str,
    all_: bool,
    out: Path | None,
    with_personal_data: bool,
    **chosen: Any,
) -> int:
    """Write dead letters as a table, for who mends them in the source. E-mail addresses are masked.

    \b
    Examples:
      syncworker dead-letters export acme > letters.csv
      syncworker dead-letters export acme --format json --out letters.json --with-personal-data
    """
    import json

    from syncworker.cli import show_letters
    from syncworker.cli.console import SCHEMA_VERSION, tell
    from syncworker.engine import private_file
    from syncworker.masking import mask

    if with_personal_data and out is None:
        raise click.UsageError("--with-personal-data needs --out FILE: only you may read that")
    if out is not None:
        private_file.require_place(out)
    engine, wanted = _opened(portal, **chosen)
    letters = engine.letters.kept(portal, wanted, discarded=all_)
    shown = str if with_personal_data else mask
    if format_ == "csv":
        text = show_letters.as_csv(portal, letters, shown)
    else:
        listed = [show_letters.document(portal, one) for one in letters]
        if out is None:
            say_json({"letters": listed})
            return exits.OK
        whole = {"schema_version": SCHEMA_VERSION, "letters": listed}
        text = shown(json.dumps(whole, default=str, ensure_ascii=False, indent=2)) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        private_file.write(out, [text])
        tell(f"{counted(len(letters), 'dead letter')} in {out}")
    tell(f"Next: mend the causes, then syncworker dead-letters retry {portal}")
    return exits.OK


def _opened(portal: str | None, **chosen: Any) -> tuple[Engine, Wanted]:
    """The engine; raises MappingError for a portal that has neither a mapping nor letters."""
    from syncworker import bootstrap
    from syncworker.engine import pausing
    from syncworker.engine.letter_stores import Wanted

    engine = bootstrap.engine(settings.load())
    unmapped = () if portal is None or portal in engine.portals() else (portal,)
    for name in unmapped:  # letters outlive their mapping, and are looked at and closed without it
        if not engine.letters.kept(name, Wanted(), discarded=True):
            pausing.known(engine, name)
    return engine, Wanted(**chosen)


def _carried_out(engine: Engine, portal: str, kind: RunKind, asked: dict[str, Any]) -> Run:
    """The run with these options; one that was cut short before it comes first."""
    from syncworker.cli.progress import carry_out

    run = carry_out(engine, portal, as_of=None, kind=kind, options=asked)
    if dict(run.options) != asked and run.finished_at is not None:
        run = carry_out(engine, portal, as_of=None, kind=kind, options=asked)
    return run


def _nothing_open(portal: str, format_: str) -> int:
    """Nothing in particular was asked for, and nothing is left to do."""
    if format_ == "json":
        say_json({"runs": [], "letters": []})
    else:
        say(f"No open dead letters. Next: syncworker sync {portal}")
    return exits.OK


def _none(portal: str) -> int:
    """What was asked for is not there."""
    complain(
        f"portal {portal} has no such dead letter",
        help=f"syncworker dead-letters list {portal} --all",
    )
    return exits.FAILED


def _next(portal: str, left: int, *, streams: bool) -> str:
    if left:
        return f"Next: syncworker dead-letters list {portal}"
    return f"Next: syncworker {'sync' if streams else 'plan'} {portal}"
