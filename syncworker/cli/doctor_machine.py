"""Checks of this machine: packages, settings, disk and broker."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from syncworker import settings as settings_module
from syncworker.engine.doctor import Finding
from syncworker.settings import Settings

_PACKAGES = ("syncworker", "hubspot-api-client", "celery", "polars")
_GIB = 2**30
_LITTLE, _TOO_LITTLE = 1.0, 0.1
"""GiB of free disk: of less people are warned; with less nothing can be staged."""


def python() -> Iterator[Finding]:
    """Versions to name in a report of a defect."""
    names = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield Finding("ok", "python", f"{platform.python_version()}; {names}")


def configuration(settings: Settings) -> Iterator[Finding]:
    """Where the settings come from, and whether there are mappings."""
    dotenv = Path(settings_module.DOTENV).resolve()
    where = f"{dotenv} and the environment" if dotenv.is_file() else "the environment (no .env)"
    yield Finding("ok", "settings", f"from {where}")
    folder = settings.mappings.resolve()
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    if names:
        yield Finding("ok", "mappings", f"{folder}: {', '.join(names)}")
    else:
        help_ = "write one, or name their folder: SYNCWORKER_MAPPINGS"
        yield Finding("warn", "mappings", f"{folder} has none", help_)


def home(settings: Settings) -> Iterator[Finding]:
    """Whether the home folder can be written to, and how much room there is."""
    folder = settings.home.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        message = f"{folder} cannot be written to: {error.strerror}"
        help_ = "set SYNCWORKER_HOME to a folder that this user may write to"
        yield Finding("fail", "home", message, help_)
        return
    yield _room("home", folder, str(folder))


def disks(settings: Settings) -> Iterator[Finding]:
    """How much room there is for staging and state where they are on other disks than the home."""
    seen = {_device(_there(settings.home.resolve()))}
    for what, folder in settings.folders.items():
        there = _there(folder)
        if _device(there) not in seen:
            seen.add(_device(there))
            yield _room("disk", there, f"{what} in {folder}")


def _room(check: str, folder: Path, what: str) -> Finding:
    free = shutil.disk_usage(folder).free / _GIB
    told = f"{what}, {free:.1f} GiB free"
    if free >= _LITTLE:
        return Finding("ok", check, told)
    help_ = "free some: syncworker staging stats PORTAL says what is kept"
    return Finding("warn" if free >= _TOO_LITTLE else "fail", check, told, help_)


def _there(folder: Path) -> Path:
    """The folder, or the one above it in which it would be made."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _device(folder: Path) -> int:
    return folder.stat().st_dev


def queue(settings: Settings) -> Iterator[Finding]:
    """Whether the broker answers, and never forgets a task to save memory."""
    from syncworker.cli import broker

    if settings.redis_url is None and not broker.answers(settings):
        message = "none runs here: `syncworker worker` starts its own"
        yield Finding("ok", "broker", message)
        return
    broker.require(settings)
    about = broker.about(settings)
    yield Finding("ok", "broker", f"{about.product}, memory policy {about.policy}")
    if about.policy != "noeviction":
        limited = about.limit > 0
        message = f"with {about.policy} it may drop queued tasks when its memory is full"
        help_ = "set maxmemory-policy to noeviction in its configuration"
        yield Finding("fail" if limited else "warn", "broker", message, help_)
