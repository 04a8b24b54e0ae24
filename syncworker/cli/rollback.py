"""`syncworker rollback`: put back what a run has written."""

from __future__ import annotations

import click

from syncworker import settings
from syncworker.cli import exits, options
from syncworker.cli.console import counted, say, say_json
from syncworker.cli.select import select as select_option


@click.command()
@click.argument("run_id", metavar="RUN")
@select_option
@click.option("--yes", is_flag=True, show_envvar=True, help="Send without asking.")
@click.option("--force", is_flag=True, show_envvar=True, help="Let this run through the guard.")
@click.option("--full", is_flag=True, help="Show every record, not only the first.")
@options.output("text", "json")
def command(
    run_id: str,
    *,
    select: tuple[tuple[str, str], ...],
    yes: bool,
    force: bool,
    full: bool,
    format_: str,
) -> int:
    """Put every property back to its value from before a run, and leave people's edits alone.

    A value goes back where HubSpot still holds what the run wrote. What a person, another app or a
    later run has set since stays and is listed, and so are the records that the run created, which
    are never archived. The plan is shown, and sent once you agree. A rollback can be rolled back.

    \b
    Examples:
      syncworker rollback 20261121T060000123456-ab12cd
      syncworker rollback 20261121T060000123456-ab12cd --select property:health_score
    """
    from syncworker import bootstrap
    from syncworker.cli import asking, ready, show_rollback, show_run
    from syncworker.engine import rollback
    from syncworker.engine.mappings import checked
    from syncworker.engine.selecting import picked, with_accounts
    from syncworker.planning.selection import Selection

    engine = bootstrap.engine(settings.load())
    target = engine.runs.get(run_id)
    rollback.require(target)
    what = picked(target.portal, checked(target.portal, target.mapping), select)
    selection = Selection() if what is None else with_accounts(engine, target, what)
    asking.require_answer(yes=yes, what="rollback sends to HubSpot")
    ready.make_way(engine, target.portal, "rollback")
    with ready.way_out(engine, target.portal) as opened:
        run, found = rollback.start(
            engine, target, selection, force=force, on_stretch=ready.progress_lines()
        )
        opened.append(run)
        run = ready.planned(engine, run)
        if format_ == "text":
            for line in show_run.plan_text(engine, run, limit=None if full else show_run.SHOWN):
                say(line)
            for line in show_rollback.kept_lines(found.kept):
                say(line)
        updates = ready.updates(run)
        question = f"Put {counted(updates, 'record')} back in HubSpot?"
        ended = ready.send(engine, run, question, yes=yes)
    if format_ == "json":
        document = show_run.as_document(engine, ended, with_plan=True)
        say_json({**document, "rollback": show_rollback.as_document(target, found)})
        return exits.of_run(ended)
    for line in show_rollback.end_lines(
        engine, target, ended, updates, [f"{k}:{n}" for k, n in select]
    ):
        say(line)
    return exits.of_run(ended)
