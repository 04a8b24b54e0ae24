"""What `syncworker verify` does with --repair and with --adopt."""

from __future__ import annotations

from syncworker.cli import asking, exits, ready, show_run, show_verify
from syncworker.cli.console import counted, say, say_json
from syncworker.cli.progress import carry_out
from syncworker.engine import repair as repairing
from syncworker.engine import verify
from syncworker.engine.engine import Engine
from syncworker.engine.verify import Scope


def repair(
    engine: Engine, portal: str, scope: Scope, *, yes: bool, force: bool, format_: str
) -> int:
    """Send the ledger's values again, once a person agrees; the exit code.

    Raises:
        UsageError: There is nobody to ask.
        LockHeld: Another run holds the portal.
    """
    asking.require_answer(yes=yes, what="verify --repair sends to HubSpot")
    ready.make_way(engine, portal, "repair")
    with ready.way_out(engine, portal) as opened:
        run, meant = repairing.start(
            engine, portal, scope, force=force, on_stretch=ready.progress_lines()
        )
        opened.append(run)
        run = ready.planned(engine, run)
        updates = ready.updates(run)
        if format_ == "text":
            for line in show_verify.lines(portal, meant.found):
                say(line)
            for line in show_run.plan_text(engine, run, limit=show_run.SHOWN):
                say(line)
        question = f"Send the ledger's values to {counted(updates, 'record')}"
        if meant.peoples:
            question += f", over {counted(meant.peoples, 'value')} that others have set"
        ended = ready.send(engine, run, f"{question}?", yes=yes)
    code = exits.of_run(ended)
    if meant.found.total and not updates and code == exits.OK:
        code = exits.DEAD_LETTERS  # what differs still does: none of it is ours to send
    if format_ == "json":
        document = show_run.as_document(engine, ended, with_plan=True)
        say_json({**document, "verify": show_verify.as_document(portal, meant.found)})
        return code
    for line in show_verify.repaired_lines(engine, ended, meant, updates):
        say(line)
    return code


def adopt(engine: Engine, portal: str, scope: Scope, *, format_: str) -> int:
    """Take HubSpot's values into the ledger, then plan, which links what is not; the exit code.

    Raises:
        LockHeld: Another run holds the portal.
    """
    ready.make_way(engine, portal, "verify")
    _, found = verify.verify(engine, portal, scope, adopt=True, on_stretch=ready.progress_lines())
    run = carry_out(engine, portal, as_of=None, kind="plan", options={"adopt": True})
    if format_ == "json":
        document = show_run.as_document(engine, run, with_plan=False)
        say_json({**document, "verify": show_verify.as_document(portal, found)})
        return exits.of_run(run)
    for line in show_verify.adopted_lines(engine, portal, found, run):
        say(line)
    return exits.of_run(run)
