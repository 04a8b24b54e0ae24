"""`syncworker doctor` on a portal: what is well, what is not, and what to type."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from support.in_process import NAME, Company

from syncworker import bootstrap
from syncworker.cli import broker, doctor_machine, exits
from syncworker.cli.main import run
from syncworker.engine import doctor_portal
from syncworker.engine.account import Day
from syncworker.engine.schedule_stores import Scheduled
from syncworker.errors import SettingsError
from syncworker.sandbox.faults import Fault
from syncworker.sandbox.server import SandboxServer
from syncworker.settings import Settings

MAPPING = """\
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_mrr: mrr, saas_seats: seats}
"""
ACCOUNTS = [{"account_id": "a1", "name": "A", "domain": "a1.example"}]
Findings = dict[str, list[dict[str, str]]]
Doctor = Callable[..., Findings]


@pytest.fixture
def company(tmp_path: Path, server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Company:
    made = Company(tmp_path, server, monkeypatch, MAPPING, accounts=ACCOUNTS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SYNCWORKER_PATIENCE_SECONDS", "0.1")
    return made


@pytest.fixture
def doctor(company: Company, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Run it and return its findings by check; nothing may have been written to HubSpot."""

    def ask(*, code: int, portal: str = NAME) -> Findings:
        company.portal.stats.reset()
        assert run(["doctor", portal, "--json"]) == code
        assert company.portal.stats.writes == 0
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        found: Findings = {}
        document = json.loads(out)
        assert document["ok"] == (code == exits.OK)
        for one in document["findings"]:
            found.setdefault(one["check"], []).append(one)
        return found

    return ask


def states(found: Findings, check: str) -> list[str]:
    return [one["state"] for one in found.get(check, [])]


def test_where_all_is_well_it_says_what_there_is(company: Company, doctor: Doctor) -> None:
    company.create_properties()
    found = doctor(code=exits.OK)
    assert {check for check in found if "fail" in states(found, check)} == set()
    told = {check: of[0]["message"] for check, of in found.items()}
    assert "celery 5." in told["python"]
    assert "WAL, schema 00" in told["database"]
    assert told["mappings"].endswith("mappings: acme")
    assert told["sources"] == "app: read accounts"
    assert told["HubSpot"] == "account 4711001, Europe/Berlin, EUR, API 2026-09"
    assert told["scopes"] == "the token has 4 of the 4 needed here"
    assert told["properties"] == "all 2 are there and fit"
    assert states(found, "clock") == ["ok"]
    assert states(found, "workers") == ["warn"]


def test_missing_properties_are_named_with_the_command_that_makes_them(doctor: Doctor) -> None:
    (one,) = doctor(code=exits.OK)["properties"]
    assert one["state"] == "warn"
    assert "companies.saas_mrr, companies.saas_seats" in one["message"]
    assert one["help"] == "syncworker properties create acme"


def test_a_property_that_does_not_fit_fails(company: Company, doctor: Doctor) -> None:
    company.mapping(MAPPING.replace("saas_mrr:", "createdate:"))
    (one, *_) = doctor(code=exits.FAILED)["properties"]
    assert one["state"] == "fail"
    assert "createdate" in one["message"]


def test_scopes_that_are_lacking_are_named(company: Company, doctor: Doctor) -> None:
    company.portal.missing_scopes |= {"crm.objects.companies.write", "crm.schemas.companies.write"}
    found = doctor(code=exits.FAILED)["scopes"]
    assert [(one["state"], one["message"].split(",")[0]) for one in found] == [
        ("fail", "the token lacks crm.objects.companies.write"),
        ("warn", "the token lacks crm.schemas.companies.write"),
        ("ok", "the token has 2 of the 4 needed here"),
    ]
    assert "Service Keys" in found[0]["help"]


def test_where_hubspot_does_not_tell_the_scopes_it_names_those_to_look_for(
    company: Company, doctor: Doctor
) -> None:
    company.portal.faults.add(Fault(path="access-token-info", status=404))
    (one,) = doctor(code=exits.OK)["scopes"]
    assert one["state"] == "warn"
    assert "crm.objects.companies.write" in one["help"]


def test_what_starts_by_itself_is_told_with_its_next_time() -> None:
    class Engine:
        class schedules:  # noqa: N801 - the port's name
            @staticmethod
            def of(portal: str) -> list[Scheduled]:
                at = datetime(2026, 11, 21, 6, 15, tzinfo=UTC)
                return [Scheduled(portal, "sync", "every 15m", at)]

    (one,) = doctor_portal._schedule(Engine(), "acme")
    assert one.message == "sync every 15m, next 2026-11-21 06:15 UTC"


def test_a_folder_without_mappings_is_told_of(tmp_path: Path) -> None:
    (_, one) = doctor_machine.configuration(Settings(mappings=tmp_path))
    assert (one.state, one.check) == ("warn", "mappings")
    assert "SYNCWORKER_MAPPINGS" in one.help


def test_a_wrong_token_fails_and_the_rest_is_looked_at(
    company: Company, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_TOKEN", "pat-eu1-00000000-wrong")
    found = doctor(code=exits.FAILED)
    assert states(found, "HubSpot") == ["fail"]
    assert "401" in found["HubSpot"][0]["message"]
    assert states(found, "sources") == ["ok"]
    assert "properties" not in found


def test_no_token_at_all_names_the_places_that_were_searched(
    company: Company, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACME_TOKEN")
    (one,) = doctor(code=exits.FAILED)["HubSpot"]
    assert "env:ACME_TOKEN" in one["message"]
    assert ".env" in one["help"]


def test_a_token_that_may_not_ask_about_the_account_is_good_all_the_same(
    company: Company, doctor: Doctor
) -> None:
    company.portal.faults.add(Fault(path="/details", status=403))
    found = doctor(code=exits.OK)
    assert states(found, "HubSpot") == ["warn"]
    assert states(found, "properties") == ["warn"]


def test_a_source_that_cannot_be_read_fails_and_hubspot_is_looked_at(
    company: Company, doctor: Doctor
) -> None:
    (company.folder / "accounts.csv").unlink()
    found = doctor(code=exits.FAILED)
    assert states(found, "sources") == ["fail"]
    assert "accounts.csv" in found["sources"][0]["message"]
    assert states(found, "HubSpot") == ["ok"]


def test_rows_that_do_not_fit_are_told_of(company: Company, doctor: Doctor) -> None:
    company.rows("accounts", [{"account_id": "", "name": "A", "domain": "a1.example"}])
    (one,) = doctor(code=exits.OK)["sources"]
    assert one["state"] == "warn"
    assert one["help"] == "syncworker sources check acme --stream app.accounts"


def test_a_mapping_with_errors_and_one_that_is_not_there(company: Company, doctor: Doctor) -> None:
    company.mapping("objects: {companies: {mach: 1}}")
    found = doctor(code=exits.FAILED)
    assert states(found, "mapping") == ["fail"]
    assert found["mapping"][0]["help"] == "syncworker validate acme"
    assert "HubSpot" not in found
    assert states(doctor(code=exits.FAILED, portal="nosuch"), "mapping") == ["fail"]


def test_a_day_that_is_used_up_is_told_of_and_the_next_check_says_it_too(
    company: Company, doctor: Doctor
) -> None:
    company.portal.limits.daily = 3
    found = doctor(code=exits.FAILED)
    assert states(found, "requests") == ["warn"]
    assert states(found, "properties") == ["fail"]


@pytest.mark.parametrize(
    ("usage", "state"), [(None, "ok"), (Day(100, 89), "ok"), (Day(100, 90), "warn")]
)
def test_people_are_warned_before_the_day_is_used_up(usage: Day | None, state: str) -> None:
    class Account:
        def today(self) -> Day | None:
            return usage

    (one,) = doctor_portal._requests(Account())
    assert one.state == state


def test_amounts_in_another_currency_than_the_accounts_are_told_of(
    company: Company, doctor: Doctor
) -> None:
    path = company.folder / "mappings" / "acme.yaml"
    path.write_text(path.read_text("utf-8").replace("EUR", "USD"), "utf-8")
    assert states(doctor(code=exits.OK), "HubSpot") == ["ok", "warn"]


def test_a_clock_that_is_wrong_is_told_of(
    company: Company, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bootstrap.clock
    monkeypatch.setattr(bootstrap, "clock", lambda: real() + timedelta(minutes=2))
    (one,) = doctor(code=exits.OK)["clock"]
    assert one["state"] == "warn"
    assert "timedatectl" in one["help"]


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("SYNCWORKER_DATABASE_URL", "postgresql://u:geheim@127.0.0.1:1/x", "database"),
        ("SYNCWORKER_HOME", "/proc/nowhere", "home"),
        ("SYNCWORKER_PAGE_ROWS", "many", "settings"),
        ("SYNCWORKER_REDIS_URL", "redis://u:geheim@127.0.0.1:1", "broker"),
        ("SYNCWORKER_STAGING_URL", "/proc/nowhere", "staging"),
    ],
)
def test_what_is_wrong_on_this_machine_fails_and_says_what_to_set(
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    check: str,
) -> None:
    monkeypatch.setenv(name, value)
    assert run(["doctor"]) == exits.FAILED
    out = capsys.readouterr().out
    lines = out.splitlines()
    (at,) = [i for i, line in enumerate(lines) if line.startswith(f"  FAIL  {check} ")]
    assert lines[at + 1].startswith("        = help: ")
    assert "geheim" not in out
    assert lines[-1] == "Next: mend what FAILs, then syncworker doctor"
    assert ("portal acme" in lines) == (check in ("broker", "staging"))


def test_an_unexpected_error_in_a_check_stops_no_other(
    company: Company, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise RuntimeError("no metadata")

    monkeypatch.setattr(doctor_machine, "python", broken)
    found = doctor(code=exits.FAILED)
    assert found["python"][0]["message"] == "RuntimeError: no metadata"
    assert states(found, "HubSpot") == ["ok"]


@pytest.mark.parametrize(
    ("policy", "limit", "expected"),
    [
        ("noeviction", 0, ["ok"]),
        ("allkeys-lru", 0, ["ok", "warn"]),
        ("allkeys-lru", 1, ["ok", "fail"]),
    ],
)
def test_a_broker_that_may_drop_tasks_is_told_of(
    monkeypatch: pytest.MonkeyPatch, policy: str, limit: int, expected: list[str]
) -> None:
    monkeypatch.setattr(broker, "answers", lambda _: True)
    about = broker.About("Valkey 9.1", policy, limit)
    monkeypatch.setattr(broker, "about", lambda _: about)
    assert [one.state for one in doctor_machine.queue(Settings())] == expected


def test_a_broker_tells_what_it_is(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with broker.running(settings):
        about = broker.about(settings)
    assert about.product.startswith(("Valkey ", "Redis "))
    assert (about.policy, about.limit) == ("noeviction", 0)
    with pytest.raises(SettingsError, match="does not tell about itself"):
        broker.about(settings)


@pytest.mark.parametrize(("free", "state"), [(5, "ok"), (0.5, "warn"), (0.01, "fail")])
def test_a_disk_that_is_nearly_full_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free * 2**30))
    (one,) = doctor_machine.home(Settings(home=tmp_path))
    assert one.state == state


def test_the_disks_of_staging_and_of_the_state_are_looked_at_where_they_are_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = {"home": 1, "staged": 2, "state": 3}
    for name in devices:
        (tmp_path / name).mkdir()
    monkeypatch.setattr(doctor_machine, "_device", lambda folder: devices[folder.name])
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**29))
    elsewhere = Settings(
        home=tmp_path / "home",
        staging_url=f"file://{tmp_path}/staged/not/yet/made",
        database_url=SecretStr(f"sqlite:///{tmp_path}/state/state.db?timeout=9"),
    )
    staging, state = doctor_machine.disks(elsewhere)
    assert (staging.state, staging.check, state.state) == ("warn", "disk", "warn")
    assert staging.message.startswith(f"staging in {tmp_path}/staged/not/yet/made, 0.5 GiB free")
    assert state.message.startswith(f"state database in {tmp_path}/state, 0.5 GiB free")

    devices["staged"] = devices["state"] = 1
    assert list(doctor_machine.disks(elsewhere)) == []
    servers = Settings(
        home=tmp_path / "home",
        staging_url="s3://bucket/syncworker",
        database_url=SecretStr("postgresql://u:p@db.example/state"),
    )
    assert servers.folders == {}
