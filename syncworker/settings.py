"""Settings of the process, from SYNCWORKER_* and .env: the only reader of the environment."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from syncworker.errors import SettingsError

DOTENV = ".env"
_LONGEST_SOCKET = 100  # the system takes 108 bytes
_LONGEST_SECRET = 65_536
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(lambda v: str(v).upper())
]


class Settings(BaseSettings):
    """Where things are and how often they happen. Each has a SYNCWORKER_* twin."""

    model_config = SettingsConfigDict(
        env_prefix="SYNCWORKER_",
        env_file=DOTENV,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        allow_inf_nan=False,
    )

    home: Path = Field(Path(".syncworker"), description="Folder for state, staging and sockets")
    mappings: Path = Field(Path("mappings"), description="Folder of the mapping files")
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL of the state database; empty: SQLite in the home folder"
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis or Valkey URL; empty: one that `syncworker worker` starts"
    )
    database_url_file: Path | None = Field(
        None, description="A file that holds the state database's URL, instead of the URL"
    )
    redis_url_file: Path | None = Field(
        None, description="A file that holds the broker's URL, instead of the URL"
    )
    staging_url: str | None = Field(
        None, description="Folder or fsspec URL for staged rows; empty: in the home folder"
    )
    lease_seconds: float = Field(60, gt=0, description="How long a chunk is held without a sign")
    tick_seconds: float = Field(
        30, gt=0, description="How often lost chunks and schedules are seen to"
    )
    page_budget_seconds: float = Field(
        300, gt=0, description="After this long an extraction lets others have a turn"
    )
    page_rows: int = Field(20_000, ge=1, description="Rows of a source's page")
    push_chunk_records: int = Field(500, ge=1, le=1000, description="Records one task pushes")
    shard_accounts: int = Field(100_000, ge=1, description="Accounts, or people, one task computes")
    chunks_in_flight: int = Field(4, ge=1, description="Tasks of one run in the queue at a time")
    retry_delay_seconds: float = Field(5, ge=0, description="Wait before a lost task runs again")
    stop_seconds: float = Field(25, ge=0, description="How long a stopping worker lets tasks go on")
    schema_minutes: float = Field(
        60, ge=0, description="How long HubSpot's property definitions are remembered"
    )
    patience_seconds: float = Field(
        45, gt=0, description="How long a HubSpot request that keeps failing is sent again"
    )
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: Literal["text", "json"] = Field(
        "text", description="text: key=value lines; json: an object a line"
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="Port that a worker serves Prometheus metrics on"
    )
    metrics_host: str = Field("127.0.0.1", description="Address that metrics are served on")
    otlp_endpoint: str | None = Field(
        None, description="An OpenTelemetry collector's HTTP address, to which traces are sent"
    )

    @property
    def state_url(self) -> str:
        """SQLAlchemy URL of the state database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home.resolve() / 'state.db'}"

    @property
    def socket(self) -> Path:
        """Unix socket of the broker that `syncworker worker` starts; its path must be short."""
        path = self.home.resolve() / "valkey.sock"
        if len(os.fsencode(path)) < _LONGEST_SOCKET:
            return path
        name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"syncworker-{name}.sock"

    @property
    def broker_url(self) -> str:
        """Where tasks are queued."""
        if self.redis_url is not None:
            return self.redis_url.get_secret_value()
        return f"redis+socket://{self.socket}?virtual_host=0"

    @property
    def metrics(self) -> Path:
        """Folder in which a worker's processes count; a starting worker empties it."""
        return self.home.resolve() / "metrics"

    @property
    def folders(self) -> dict[str, Path]:
        """By what lies there, the folders of this machine that grow: staging, state database."""
        url = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+).*", self.state_url)
        staging = self.staging.removeprefix("file://")
        found = {} if "://" in staging else {"staging": Path(staging).resolve()}
        return found | ({"state database": Path(url[1]).resolve().parent} if url else {})

    @property
    def staging(self) -> str:
        """Folder or URL of staged rows."""
        return self.staging_url or str(self.home.resolve() / "staging")


def load() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: A setting has a value that does not fit, and the message names it; or .env
            cannot be read.
    """
    try:
        return _with_files(Settings())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{Path(DOTENV).resolve()} cannot be read: {_why(error)}",
            help="save it as UTF-8 text, or delete it",
        ) from None
    except ValidationError as error:
        wrong = "; ".join(
            f"SYNCWORKER_{'.'.join(map(str, e['loc'])).upper()}: {e['msg'].lower()}"
            for e in error.errors(include_input=False)
        )
        raise SettingsError(
            f"settings that do not fit: {wrong}",
            help=f"looked in the environment and in {Path(DOTENV).resolve()}",
        ) from None


def _with_files(settings: Settings) -> Settings:
    """The same with the URLs that are in files, as containers and systemd hand out secrets."""
    given = {"database_url": settings.database_url_file, "redis_url": settings.redis_url_file}
    found: dict[str, SecretStr] = {}
    for name, path in given.items():
        variable = f"SYNCWORKER_{name.upper()}"
        if path is not None and getattr(settings, name) is not None:
            raise SettingsError(
                f"{variable} and {variable}_FILE are both set", help="keep one of them"
            )
        if path is not None:
            found[name] = SecretStr(_file(f"{variable}_FILE", path))
    return settings.model_copy(update=found)


def on_github() -> bool:
    """Whether this runs in GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def secret(reference: str) -> str:
    """The value a reference of a mapping stands for, read anew each time.

    Args:
        reference: `env:NAME` is a variable of the environment or of .env; `file:PATH` is a file
            whose whole content, without white space around it, is the value.

    Raises:
        SettingsError: It is not there or cannot be a value; the message names the places searched
            and never the value.
    """
    kind, _, place = reference.partition(":")
    if kind == "file" and place:
        return _file(reference, Path(place))
    if kind == "env" and place:
        return _variable(reference, place)
    raise SettingsError(
        "a secret's reference is neither env:NAME nor file:PATH",
        help="write in the mapping where the value is, never the value itself",
    )


def _variable(reference: str, name: str) -> str:
    dotenv = Path(DOTENV).resolve()
    try:
        value = os.environ.get(name) or dotenv_values(DOTENV).get(name)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{reference}: {dotenv} cannot be read: {_why(error)}",
            help=f"mend or delete the file, or set it: export {name}=…",
        ) from None
    if not value:
        raise SettingsError(
            f"{reference}: there is no such variable",
            help=f"looked in the environment, then in {dotenv}; set it: export {name}=…",
        )
    return value


def _file(reference: str, path: Path) -> str:
    place = path.resolve()
    try:
        # A pipe or a device could be waited for, or read, for ever.
        if not path.is_file():
            wrong = "is no regular file" if path.exists() else "does not exist"
            raise _unusable(reference, f"{place} {wrong}")
        with path.open("rb") as file:
            content = file.read(_LONGEST_SECRET + 1)
    except OSError as error:
        raise _unusable(reference, f"{place} cannot be read: {_why(error)}") from None
    if len(content) > _LONGEST_SECRET:
        raise _unusable(reference, f"{place} has more than {_LONGEST_SECRET} bytes")
    try:
        value = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise _unusable(reference, f"{place} is no text") from None
    if not value:
        raise _unusable(reference, f"{place} is empty")
    if len(value.splitlines()) > 1:
        raise _unusable(reference, f"{place} has several lines")
    if not value.isprintable():
        raise _unusable(reference, f"{place} is no text")
    return value


def _unusable(reference: str, wrong: str) -> SettingsError:
    help_ = "the file must hold the value and nothing else, in one line"
    return SettingsError(f"{reference}: {wrong}", help=help_)


def _why(error: Exception) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "it is no text"
