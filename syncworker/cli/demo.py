"""`syncworker demo`: the whole of it on this machine, in a minute, without an account."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syncworker import settings as settings_module
from syncworker.cli import broker, exits, interrupt, options, worker
from syncworker.cli.console import say, say_json, tell
from syncworker.cli.main import run as syncworker
from syncworker.errors import ConfigError, SettingsError

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine
    from syncworker.engine.memory import Run
    from syncworker.sandbox.server import SandboxServer

PORTAL = "demo"
_MARK = ".made-by-syncworker-demo"


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("syncworker-demo"),
    help="Where to work; made anew each time.",
)
@click.option("--keep", is_flag=True, help="Leave portal and worker running until Ctrl-C.")
@options.output("text", "json")
def command(folder: Path, *, keep: bool, format_: str) -> int:
    """Make sample sources and a sandbox portal, start a worker, and enrich the portal twice.

    No account, no server to install, nothing leaves this machine.

    \b
    Examples:
      syncworker demo
      syncworker demo --keep
    """
    _make_folder(folder)
    os.chdir(folder)
    with ExitStack() as stack:
        stack.enter_context(interrupt.terminated())
        portal = stack.enter_context(_portal())
        settings = settings_module.load()
        stack.enter_context(broker.running(settings))
        stack.enter_context(_worker())
        told = redirect_stdout(sys.stderr) if format_ == "json" else nullcontext()
        with told:
            say(f"Everything is in {Path.cwd()}; the worker's log is worker.log there.")
            runs = _show(portal)
            well = all(run.status in ("done", "rejects") for run in runs)
            if well:
                _sum_up(runs)
        if format_ == "json":
            say_json(_document(portal, runs))
        if keep and well:
            tell(f"\nThe portal ({portal.url}) and the worker go on until Ctrl-C. Elsewhere type:")
            tell(f"  cd {Path.cwd()} && syncworker plan {PORTAL}")
            _wait_for_interrupt()
        return exits.OK if well else exits.FAILED


def _show(portal: SandboxServer) -> tuple[Run, Run]:
    from syncworker import bootstrap
    from syncworker.sandbox import sample

    engine = bootstrap.engine(settings_module.load())
    _heading("1. Is the mapping right?")
    _type("validate", PORTAL)
    _heading("2. Create the HubSpot properties it needs")
    _type("properties", "create", PORTAL)
    _heading("3. What would change, and why?")
    _plan(engine)
    _heading("4. Sync, through the Celery worker")
    first = _sync(engine, portal, shown=1)
    _heading("5. A day goes by: new users, an upgrade, a cancellation, a demo request. Sync again")
    sample.change(Path("data"), bootstrap.clock())
    return first, _sync(engine, portal, shown=6)


def _sum_up(runs: tuple[Run, Run]) -> None:
    _heading("What you saw")
    for what, run in zip(("first", "second"), runs, strict=True):
        say(
            f"  {what} sync: {run.summary['outcomes'].get('sent', 0)} records sent, "
            f"{run.summary['requests']} HubSpot requests ({run.summary['writes']} of them writes)"
        )
    say(f"  mapping:  {Path('mappings', PORTAL + '.yaml').resolve()}")
    say("Next: syncworker demo --keep, and then try your own change in that mapping")


def _document(portal: SandboxServer, runs: tuple[Run, Run]) -> dict[str, Any]:
    """What came of it, for JSON."""
    told = ("id", "status", "created_at", "finished_at")
    return {
        "folder": str(Path.cwd()),
        "url": portal.url,
        "runs": [{name: getattr(run, name) for name in told} for run in runs],
    }


def _plan(engine: Engine) -> None:
    from syncworker.cli import show_run
    from syncworker.cli.progress import carry_out

    say(f"$ syncworker plan {PORTAL}")
    run = carry_out(engine, PORTAL, as_of=None, kind="plan", force=False)
    for line in show_run.plan_text(engine, run, limit=1):
        say(line)


def _sync(engine: Engine, portal: SandboxServer, *, shown: int) -> Run:
    from syncworker.cli import show_run

    portal.portal.stats.reset()
    _type("sync", PORTAL, "--enqueue", "--wait")
    run = engine.runs.latest(PORTAL, 1)[0]
    if "plan" in run.summary:
        say("\nWhat changed, on whom, and why:")
        for line in show_run.plan_text(engine, run, limit=shown):
            say(line)
    stats = portal.portal.stats
    say(f"The portal itself counted {stats.requests:,} requests, {stats.writes:,} of them writes.")
    return run


def _type(*arguments: str) -> None:
    """Run a command as a person would type it."""
    say(f"$ syncworker {' '.join(arguments)}")
    syncworker(arguments)


def _heading(text: str) -> None:
    say(f"\n--- {text}")


def _make_folder(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise ConfigError(
            f"{folder.resolve()} has files that are not a demo's",
            help="name another: syncworker demo --folder elsewhere",
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()


@contextmanager
def _portal() -> Iterator[SandboxServer]:
    """Sample sources, a seeded sandbox portal, a mapping and an .env, in the current folder."""
    try:
        from syncworker.sandbox.server import SandboxServer
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the demo needs {error.name}", help="pip install 'syncworker[demo]'"
        ) from None
    from syncworker import bootstrap
    from syncworker.mapping.schema import mapping_schema
    from syncworker.sandbox import sample, sample_mapping
    from syncworker.sandbox.seed import COMPANIES, seeded

    data = Path("data").resolve()
    sample.make(data, bootstrap.clock(), COMPANIES)
    with SandboxServer(seeded()) as server:
        Path("mappings").mkdir()
        text = sample_mapping.mapping(data, server.url)
        Path("mappings", f"{PORTAL}.yaml").write_text(text, "utf-8")
        Path("mappings", "mapping.schema.json").write_text(mapping_schema(), "utf-8")
        variables = {
            sample_mapping.TOKEN_VARIABLE: server.token,
            sample_mapping.DATABASE_VARIABLE: f"sqlite:///{data / sample.APP}",
            "SYNCWORKER_STOP_SECONDS": "1",
        }
        Path(".env").write_text("".join(f"{k}={v}\n" for k, v in variables.items()), "utf-8")
        yield server


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real prefork Celery worker, logging into worker.log."""
    with Path("worker.log").open("wb") as log:
        process = worker.start(2, settings_module.load(), output=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_for_interrupt() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        say("\nstopping portal and worker")
