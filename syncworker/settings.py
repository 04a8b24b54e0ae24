"""Settings of the process, from SYNCWORKER_* and .env: the only reader of the environment."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from syncworker.errors import SettingsError

DOTENV = ".env"
_LONGEST_SOCKET = 100  # the system takes 108 bytes
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
    def staging(self) -> str:
        """Folder or URL of staged rows."""
        return self.staging_url or str(self.home.resolve() / "staging")


def load() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: A setting has a value that does not fit; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"SYNCWORKER_{'.'.join(map(str, e['loc'])).upper()}: {e['msg'].lower()}"
            for e in error.errors(include_input=False)
        )
        raise SettingsError(
            f"settings that do not fit: {wrong}",
            help=f"looked in the environment and in {Path(DOTENV).resolve()}",
        ) from None


def secret(reference: str) -> str:
    """The value an `env:NAME` reference of a mapping stands for.

    Args:
        reference: `env:NAME`.

    Raises:
        SettingsError: There is no such variable; the message names the places searched.
    """
    name = reference.removeprefix("env:")
    value = os.environ.get(name) or dotenv_values(DOTENV).get(name)
    if not value:
        raise SettingsError(
            f"{reference}: there is no such variable",
            help=f"looked in the environment, then in {Path(DOTENV).resolve()}; "
            f"set it: export {name}=…",
        )
    return value
