"""`syncworker extract`, killed on its way again and again, and what is staged in the end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
from support.workspace import PORTAL, Workspace

from syncworker import bootstrap
from syncworker.cli import exits
from syncworker.settings import Settings

MAPPING = """\
version: 1
hubspot: {{credentials: env:ACME_TOKEN, base_url: "{url}"}}
sources:
  app:
    kind: sql
    url: env:ACME_DATABASE
    streams:
      events: {{table: events, cursor: received_at}}
objects:
  companies:
    match: {{property: domain, column: domain}}
    properties: {{saas_usage_28d: usage_28d}}
"""


def kill_after(workspace: Workspace, pages: int) -> bool:
    """SIGKILL an extraction once it has staged that many pages; False: it ended before."""
    enough = len(staged_files(workspace)) + pages
    while True:
        process = subprocess.Popen(
            [sys.executable, "-m", "syncworker", "extract", PORTAL],
            cwd=workspace.folder,
            env=workspace.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and len(staged_files(workspace)) < enough:
            time.sleep(0.002)
        if process.poll() is None:
            process.kill()
            process.wait()
            return True
        if process.returncode != exits.LOCKED:  # the lease of the one killed before has not run out
            assert process.returncode == 0
            return False
        time.sleep(0.2)


def extract(workspace: Workspace) -> dict[str, Any]:
    """Extract to the end."""
    done = workspace.run("extract", PORTAL, "--format", "json")
    while done.returncode == exits.LOCKED:
        time.sleep(0.2)
        done = workspace.run("extract", PORTAL, "--format", "json")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def staged_files(workspace: Workspace) -> list[Path]:
    return list((workspace.folder / ".syncworker").rglob("events/*.parquet"))


def staged_rows(workspace: Workspace) -> pl.DataFrame:
    """Every row of every staged page of events, as often as it is there."""
    home = workspace.folder / ".syncworker"
    engine = bootstrap.engine(Settings(home=home))
    places = [page.place for page in engine.pages.staged(PORTAL, "events")]
    return pl.concat([pl.read_parquet(Settings(home=home).staging + f"/{p}") for p in places])
