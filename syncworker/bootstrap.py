"""The composition root: settings to an engine with its adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from syncworker.engine.engine import Engine, Limits
from syncworker.engine.ports import Portal, Source
from syncworker.errors import MappingError
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import PortalMapping
from syncworker.settings import Settings, secret
from syncworker.sources import registry
from syncworker.staging.parquet import ParquetStaging
from syncworker.store import schema
from syncworker.store.chunks import SqlChunks
from syncworker.store.database import Database
from syncworker.store.definitions import SqlDefinitions
from syncworker.store.ledger import SqlLedger
from syncworker.store.letters import SqlLetters
from syncworker.store.pages import SqlPages
from syncworker.store.plans import SqlPlans
from syncworker.store.runs import SqlRuns
from syncworker.store.slots import SqlSlots


def clock() -> datetime:
    """The time now: the one place that reads it."""
    return datetime.now(UTC)  # noqa: TID251


def database(settings: Settings) -> Database:
    """The state database, whatever its schema; raises StoreError."""
    return Database(settings.state_url)


def upgrade(settings: Settings) -> tuple[str | None, str]:
    """Bring the state database to this version's schema: from which, to which."""
    state = database(settings)
    before = schema.current(state)
    return before, schema.upgrade(state)


def engine(settings: Settings) -> Engine:
    """An engine on the settings' database, staging, sources and portals.

    Raises:
        StoreError: The database cannot be used or has another version's schema.
    """
    state = database(settings)
    schema.check(state)
    return Engine(
        runs=SqlRuns(state),
        chunks=SqlChunks(state),
        pages=SqlPages(state),
        ledger=SqlLedger(state),
        plans=SqlPlans(state),
        letters=SqlLetters(state),
        slots=SqlSlots(state),
        definitions=SqlDefinitions(state),
        staging=ParquetStaging(settings.staging),
        sources=_sources(settings),
        connect=_portals(settings),
        mapping_text=lambda portal: _mapping_text(settings, portal),
        portals=lambda: portals(settings),
        clock=clock,
        limits=Limits(
            lease=timedelta(seconds=settings.lease_seconds),
            page_budget=timedelta(seconds=settings.page_budget_seconds),
            push_records=settings.push_chunk_records,
            shard_accounts=settings.shard_accounts,
            in_flight=settings.chunks_in_flight,
            schema_age=timedelta(minutes=settings.schema_minutes),
        ),
    )


def portals(settings: Settings) -> list[str]:
    """Names of the portals that have a mapping file."""
    return sorted(path.stem for path in settings.mappings.glob("*.yaml"))


def _mapping_text(settings: Settings, portal: str) -> str:
    path = settings.mappings / f"{portal}.yaml"
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        there = ", ".join(portals(settings)) or "none"
        raise MappingError(
            f"portal {portal} has no mapping: {path.resolve()} does not exist",
            help=f"portals with a mapping: {there} (folder: SYNCWORKER_MAPPINGS)",
            code="MAPPING_MISSING",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(
            f"{path.resolve()} cannot be read: {error}",
            help=f"syncworker validate {portal}",
            code="MAPPING_UNREADABLE",
        ) from None


def _sources(settings: Settings) -> Callable[[PortalMapping], Mapping[str, Source]]:
    def build(mapping: PortalMapping) -> Mapping[str, Source]:
        return {
            name: registry.build(name, config, secret, page_rows=settings.page_rows)
            for name, config in mapping.sources.items()
        }

    return build


def _portals(settings: Settings) -> Callable[[str, PortalMapping], Portal]:
    """One API object per portal and token: each owns connections and its share of the budget."""
    kept: dict[tuple[str, str, str], HubSpotPortal] = {}

    def connect(name: str, mapping: PortalMapping) -> Portal:
        token = secret(mapping.hubspot.credentials)
        key = (name, token, mapping.hubspot.model_dump_json())
        if key not in kept:
            kept[key] = HubSpotPortal(
                token,
                api_version=mapping.hubspot.api_version,
                base_url=mapping.hubspot.base_url,
                tier=mapping.hubspot.tier,
                patience=Patience(total=settings.patience_seconds),
                name=name,
            )
        return kept[key]

    return connect
