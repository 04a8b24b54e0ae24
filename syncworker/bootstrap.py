"""The composition root: settings to an engine with its adapters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from syncworker.alerts import channels
from syncworker.clock import now
from syncworker.engine.database_state import DatabaseState
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Priority
from syncworker.engine.offers import Offer
from syncworker.engine.ports import Source
from syncworker.errors import MappingError
from syncworker.hubspot.budget import Budget
from syncworker.hubspot.budget_limits import App, limits
from syncworker.hubspot.credentials import Credentials, StaticToken
from syncworker.hubspot.local_budget import LocalBudget
from syncworker.hubspot.local_state import LocalState
from syncworker.hubspot.oauth import OAuthApp, OAuthToken
from syncworker.hubspot.oauth_redis import RedisTokenStore
from syncworker.hubspot.oauth_store import FileTokenStore, TokenStore
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.redis_budget import RedisBudget
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import HubSpot, PortalMapping
from syncworker.settings import Settings, secret
from syncworker.sources import discovery, registry
from syncworker.sources.registry import Surroundings
from syncworker.sources.webhook_receiver import Receiver
from syncworker.staging.parquet import ParquetStaging
from syncworker.store import schema
from syncworker.store.alerts import SqlAlerts
from syncworker.store.associations import SqlAssociations
from syncworker.store.chunks import SqlChunks
from syncworker.store.database import Database
from syncworker.store.database_state import state_of
from syncworker.store.definitions import SqlDefinitions
from syncworker.store.forgotten import SqlForgotten
from syncworker.store.gauges import Gauge
from syncworker.store.gauges import gauges as read_gauges
from syncworker.store.heartbeats import SqlHeartbeats
from syncworker.store.histories import SqlHistories
from syncworker.store.inbox import SqlInbox
from syncworker.store.ledger import SqlLedger
from syncworker.store.letters import SqlLetters
from syncworker.store.moving import Moved, move
from syncworker.store.pages import SqlPages
from syncworker.store.pauses import SqlPauses
from syncworker.store.plans import SqlPlans
from syncworker.store.runs import SqlRuns
from syncworker.store.schedules import SqlSchedules
from syncworker.store.slots import SqlSlots
from syncworker.store.snapshots import SqlSnapshots
from syncworker.store.turns import SqlTurns
from syncworker.store.unlinked import SqlUnlinked

Connect = Callable[[str, PortalMapping, Priority], HubSpotPortal]


def clock() -> datetime:
    """The time now; aware UTC."""
    return now()


def database(settings: Settings) -> Database:
    """The state database, whatever its schema; raises StoreError."""
    return Database(settings.state_url)


def upgrade(settings: Settings) -> tuple[str | None, str]:
    """Bring the state database to this version's schema: from which, to which."""
    state = database(settings)
    before = schema.current(state)
    return before, schema.upgrade(state)


def database_state(settings: Settings) -> DatabaseState:
    """What the state database tells of itself, whatever its schema; raises StoreError."""
    return state_of(database(settings))


def move_state(
    settings: Settings, reference: str, on_table: Callable[[Moved], None]
) -> list[Moved]:
    """Copy the state to the database whose URL a secret's reference names; raises StoreError."""
    target = Database(secret(reference))
    return move(database(settings), target, now=clock(), on_table=on_table)


def gauges(settings: Settings) -> Callable[[], Iterator[Gauge]]:
    """Reads how things stand from the state database, as often as it is called."""
    state = database(settings)
    return lambda: read_gauges(state)


def engine(settings: Settings) -> Engine:
    """An engine on the settings' database, staging, sources and portals.

    Raises:
        StoreError: The database cannot be used or has another version's schema.
    """
    state = database(settings)
    schema.check(state)
    connect = _portals(settings)
    return Engine(
        runs=SqlRuns(state),
        chunks=SqlChunks(state),
        pages=SqlPages(state),
        ledger=SqlLedger(state),
        histories=SqlHistories(state),
        plans=SqlPlans(state),
        letters=SqlLetters(state),
        unlinked=SqlUnlinked(state),
        associations=SqlAssociations(state),
        slots=SqlSlots(state),
        schedules=SqlSchedules(state),
        pauses=SqlPauses(state),
        heartbeats=SqlHeartbeats(state),
        definitions=SqlDefinitions(state),
        inbox=SqlInbox(state),
        snapshots=SqlSnapshots(state),
        forgotten=SqlForgotten(state),
        alerts=SqlAlerts(state),
        staging=ParquetStaging(settings.staging),
        turns=SqlTurns(state),
        sources=_sources(settings, connect, state),
        connect=connect,
        mapping_text=lambda portal: _mapping_text(settings, portal),
        portals=lambda: portals(settings),
        clock=clock,
        tell=lambda channel, delivery: channels.send(channel, delivery, secret=secret, clock=clock),
        limits=Limits(
            lease=timedelta(seconds=settings.lease_seconds),
            page_budget=timedelta(seconds=settings.page_budget_seconds),
            push_records=settings.push_chunk_records,
            shard_accounts=settings.shard_accounts,
            in_flight=settings.chunks_in_flight,
            schema_age=timedelta(minutes=settings.schema_minutes),
        ),
    )


def serve_webhooks(
    engine: Engine,
    *,
    host: str,
    port: int,
    on_stored: Callable[[str], None],
    on_ready: Callable[[int], None],
) -> None:
    """Receive webhooks until SIGINT or SIGTERM; for the main thread.

    Args:
        engine: Gives the mappings and the inbox.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        on_stored: Told the portal after something was stored; must return at once.
        on_ready: Told the port once it listens.

    Raises:
        ModuleNotFoundError: The packages of the extra `webhook` are not installed.
        OSError: The address cannot be had.
    """
    from syncworker.sources.webhook_endpoint import endpoint  # noqa: PLC0415 - an extra's packages
    from syncworker.sources.webhook_server import serve  # noqa: PLC0415

    receiver = Receiver(
        portals=engine.portals,
        mapping=lambda portal: checked(portal, engine.mapping_text(portal)),
        secret=secret,
        inbox=engine.inbox,
        kept_out=engine.forgotten.kept_out,
        clock=engine.clock,
        on_stored=on_stored,
    )
    serve(endpoint(receiver), host=host, port=port, on_ready=on_ready)


def unmapped(
    settings: Settings, name: str, credentials: str, base_url: str | None
) -> HubSpotPortal:
    """A portal that has no mapping yet; raises SettingsError where its token is not found."""
    hubspot = HubSpot(credentials=credentials, base_url=base_url)
    return _reached(settings)(name, hubspot, "interactive")


def offer(name: str, kind: str, place: str) -> Offer:
    """What a source has that is not in a mapping yet.

    Args:
        name: What the mapping shall call it.
        kind: sql, stripe or files.
        place: A reference to its URL or key; of files the folder.

    Raises:
        SettingsError: There is nothing where the reference points.
        SourceError: The source cannot be read.
    """
    if kind == "files":
        return discovery.folder(name, place)
    discover = discovery.database if kind == "sql" else discovery.stripe
    return discover(name, place, secret(place))


def portals(settings: Settings) -> list[str]:
    """Names of the portals that have a mapping file."""
    return sorted(path.stem for path in settings.mappings.glob("*.yaml") if path.is_file())


def _mapping_text(settings: Settings, portal: str) -> str:
    path = settings.mappings / f"{portal}.yaml"
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        there = ", ".join(portals(settings)) or "none"
        raise MappingError(
            f"portal {portal} has no mapping: {path.resolve()} does not exist",
            help=f"portals with a mapping: {there} (folder: SYNCWORKER_MAPPINGS); "
            f"write a first one: syncworker init {portal}",
            code="MAPPING_MISSING",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(
            f"{path.resolve()} cannot be read: {error}",
            help=f"syncworker validate {portal}",
            code="MAPPING_UNREADABLE",
        ) from None


def _sources(
    settings: Settings, connect: Connect, state: Database
) -> Callable[[str, PortalMapping], Mapping[str, Source]]:
    def build(portal: str, mapping: PortalMapping) -> Mapping[str, Source]:
        around = Surroundings(
            secret=secret,
            clock=clock,
            page_rows=settings.page_rows,
            hubspot=lambda: connect(portal, mapping, "scheduled").reader(),
            portal=portal,
            inbox=SqlInbox(state),
        )
        return {
            name: registry.build(name, config, around) for name, config in mapping.sources.items()
        }

    return build


def _portals(settings: Settings) -> Connect:
    reach = _reached(settings)
    return lambda name, mapping, priority: reach(name, mapping.hubspot, priority)


def _reached(settings: Settings) -> Callable[[str, HubSpot, Priority], HubSpotPortal]:
    """One API object per portal and priority: each owns connections, all share one budget.

    A rotated token makes a new one at the next task, so that all processes agree on the budget.
    """
    kept: dict[tuple[str, str, Priority], tuple[str, HubSpotPortal]] = {}
    states: dict[str, LocalState] = {}

    def reach(name: str, hubspot: HubSpot, priority: Priority) -> HubSpotPortal:
        key = (name, hubspot.model_dump_json(), priority)
        app = _app(hubspot)
        if key not in kept or kept[key][0] != app:
            portal = HubSpotPortal(
                _credentials(settings, hubspot),
                api_version=hubspot.api_version,
                base_url=hubspot.base_url,
                budget=_budget(settings, hubspot, app, priority, states),
                patience=Patience(total=settings.patience_seconds),
                name=name,
                asks_usage=isinstance(hubspot.credentials, str),
            )
            kept[key] = (app, portal)
        return kept[key][1]

    return reach


def _credentials(settings: Settings, hubspot: HubSpot) -> Credentials:
    """Where the portal's access token comes from; raises SettingsError where nothing is there."""
    where = hubspot.credentials
    if isinstance(where, str):
        secret(where)
        return StaticToken(lambda: secret(where))
    app = OAuthApp(
        client_id=lambda: secret(where.client_id),
        client_secret=lambda: secret(where.client_secret),
        refresh_token=lambda: secret(where.refresh_token),
    )
    app.secrets()
    # A worker's own Valkey forgets everything when it stops: tokens are kept in files beside it.
    store: TokenStore = FileTokenStore(settings.home.resolve() / "tokens")
    if settings.redis_url is not None:
        store = RedisTokenStore(_redis(settings))
    return OAuthToken(
        app,
        store,
        api_version=hubspot.api_version,
        base_url=hubspot.base_url,
        clock=clock,
    )


def _app(hubspot: HubSpot) -> str:
    """Which HubSpot app in which account it is: two mappings of one share its limits.

    Raises:
        SettingsError: There is no token or refresh token where the mapping points.
    """
    where = hubspot.credentials
    reference = where if isinstance(where, str) else where.refresh_token
    text = f"{hubspot.base_url or ''} {secret(reference)}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _budget(
    settings: Settings,
    hubspot: HubSpot,
    key: str,
    priority: Priority,
    states: dict[str, LocalState],
) -> Budget:
    """The portal's budget: of all processes where there is a Redis, else of this one."""
    app: App = "private" if isinstance(hubspot.credentials, str) else "oauth"
    allowed = limits(hubspot.tier, app=app)
    if _has_redis(settings):
        client = _redis(settings)
        return RedisBudget(client, key, hubspot.tier, priority=priority, allowed=allowed)
    state = states.setdefault(key, LocalState(allowed))
    return LocalBudget(hubspot.tier, priority=priority, state=state)


def _has_redis(settings: Settings) -> bool:
    """Whether one is configured, or a worker has started one here."""
    return settings.redis_url is not None or settings.socket.exists()


def _redis(settings: Settings) -> redis.Redis:
    """A connection that does not hold requests up for long when Redis is gone."""
    patience: dict[str, Any] = {"socket_timeout": 1, "retry": Retry(NoBackoff(), 1)}
    if settings.redis_url is None:
        return redis.Redis(unix_socket_path=str(settings.socket), **patience)
    url = settings.redis_url.get_secret_value()
    return redis.Redis.from_url(url, socket_connect_timeout=1, **patience)
