"""Settings come from the environment and .env; wrong ones are named, secrets are not shown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from syncworker import settings
from syncworker.errors import SettingsError
from syncworker.settings import Settings, load, secret

OTHER: dict[str, tuple[str, Any]] = {
    "home": ("elsewhere", Path("elsewhere")),
    "mappings": ("maps", Path("maps")),
    "database_url": ("postgresql://u:p@db/x", "postgresql://u:p@db/x"),
    "redis_url": ("redis://:p@h/1", "redis://:p@h/1"),
    "database_url_file": ("url.txt", Path("url.txt")),
    "redis_url_file": ("url.txt", Path("url.txt")),
    "log_format": ("json", "json"),
    "metrics_host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - only a name
    "otlp_endpoint": ("http://collector:4318", "http://collector:4318"),
    "staging_url": ("s3://bucket/x", "s3://bucket/x"),
    "log_level": ("debug", "DEBUG"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, and none of this machine's settings."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SYNCWORKER_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "url.txt").write_text("redis://:hunter2@h/2\n")
    return tmp_path


def plain(value: object) -> object:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_a_twin_in_the_environment_and_in_dotenv(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, value = OTHER.get(name, ("7", 7))
    assert plain(getattr(load(), name)) != value
    (folder / ".env").write_text(f"SYNCWORKER_{name.upper()}={text}\nUNRELATED=1\n")
    assert plain(getattr(load(), name)) == value
    (folder / ".env").write_text(f"SYNCWORKER_{name.upper()}=1\n")
    monkeypatch.setenv(f"SYNCWORKER_{name.upper()}", text)
    assert plain(getattr(load(), name)) == value, "the environment goes before .env"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name: str) -> None:
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_setting_is_one_that_is_not_set(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = getattr(load(), name)
    monkeypatch.setenv(f"SYNCWORKER_{name.upper()}", "")
    assert getattr(load(), name) == default


def test_what_is_not_given_lies_in_the_home_folder(folder: Path) -> None:
    loaded = load()
    home = folder / ".syncworker"
    assert loaded.state_url == f"sqlite:///{home}/state.db"
    assert loaded.staging == f"{home}/staging"
    assert loaded.broker_url == f"redis+socket://{loaded.socket}?virtual_host=0"


def test_what_is_given_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("database_url", "redis_url", "staging_url"):
        monkeypatch.setenv(f"SYNCWORKER_{name.upper()}", OTHER[name][0])
    loaded = load()
    assert loaded.state_url == "postgresql://u:p@db/x"
    assert loaded.broker_url == "redis://:p@h/1"
    assert loaded.staging == "s3://bucket/x"
    assert "u:p@db" not in repr(loaded)
    assert ":p@h" not in repr(loaded)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lease_seconds", "soon"),
        ("lease_seconds", "0"),
        ("lease_seconds", "inf"),
        ("tick_seconds", "nan"),
        ("push_chunk_records", "1001"),
        ("page_rows", "1.5"),
        ("log_level", "LOUD"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_the_places_searched_and_not_shown(
    name: str, value: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"SYNCWORKER_{name.upper()}", value)
    monkeypatch.setenv("SYNCWORKER_DATABASE_URL", "postgresql://u:hunter2@db/x")
    with pytest.raises(SettingsError) as error:
        load()
    assert error.value.message.startswith(
        f"settings that do not fit: SYNCWORKER_{name.upper()}: input should be"
    )
    assert error.value.help == f"looked in the environment and in {folder / '.env'}"
    assert "hunter2" not in f"{error.value!r}{error.value.help}"


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCWORKER_PAGE_ROWS", "-1")
    monkeypatch.setenv("SYNCWORKER_STOP_SECONDS", "x")
    with pytest.raises(SettingsError, match=r"PAGE_ROWS: .*; SYNCWORKER_STOP_SECONDS: "):
        load()


def test_the_socket_lies_in_the_home_folder_where_its_path_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SYNCWORKER_HOME", "/srv/syncworker")
    assert load().socket == Path("/srv/syncworker/valkey.sock")


@pytest.mark.parametrize("part", ["a" * 120, "ä" * 60])
def test_a_socket_whose_path_would_be_too_long_lies_in_the_temporary_folder(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/tmp")  # noqa: S108 - only a name
    monkeypatch.setenv("SYNCWORKER_HOME", f"/srv/{part}")
    first = load().socket
    assert len(bytes(first)) < 100
    assert first.parent == Path("/tmp")  # noqa: S108 - only a name
    assert load().socket == first, "every process finds the same one"
    monkeypatch.setenv("SYNCWORKER_HOME", f"/srv/{part}/other")
    assert load().socket != first


def test_a_secret_is_read_from_the_environment_then_from_dotenv(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("ACME_TOKEN=from-file\n")
    assert secret("env:ACME_TOKEN") == "from-file"
    monkeypatch.setenv("ACME_TOKEN", "from-environment")
    assert secret("env:ACME_TOKEN") == "from-environment"


@pytest.mark.parametrize("text", ["", "ACME_TOKEN=\n", "ACME_TOKEN\n"])
def test_a_secret_that_is_not_there_names_the_places_searched(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACME_TOKEN", raising=False)
    (folder / ".env").write_text(text)
    with pytest.raises(SettingsError, match="env:ACME_TOKEN: there is no such variable") as error:
        secret("env:ACME_TOKEN")
    assert str(folder / settings.DOTENV) in error.value.help
    assert "looked in the environment, then in" in error.value.help
    assert error.value.help.endswith("set it: export ACME_TOKEN=…")


@pytest.mark.parametrize("reference", ["pat-eu1-secret", "env:", "file:", "", "vault:x"])
def test_what_is_no_reference_is_refused_without_being_shown(reference: str) -> None:
    with pytest.raises(SettingsError, match="neither env:NAME nor file:PATH") as error:
        secret(reference)
    assert "pat-" not in f"{error.value!r}{error.value.help}"


@pytest.mark.parametrize(
    "content", [b"s3cret", b"s3cret\n", b"  s3cret \r\n\n", b"\xef\xbb\xbfs3cret"]
)
def test_a_files_whole_content_is_the_secret_whoever_may_read_it(
    content: bytes, folder: Path
) -> None:
    (folder / "token").write_bytes(content)
    (folder / "token").chmod(0o644)
    assert secret("file:token") == "s3cret"
    assert secret(f"file:{folder / 'token'}") == "s3cret"


def test_secrets_are_read_anew_each_time(folder: Path) -> None:
    for value in ("one", "two"):
        (folder / "token").write_text(value)
        (folder / ".env").write_text(f"ACME_ROTATED={value}")
        assert secret("file:token") == value
        assert secret("env:ACME_ROTATED") == value


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (None, "does not exist"),
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"s3cret\nother", "has several lines"),
        (b"s3cret\x0bother", "has several lines"),
        (b"s3cret\xff\xfe", "is no text"),
        (b"s3cret\x00\x01", "is no text"),
        (b"s3cret" * 20_000, "has more than 65536 bytes"),
    ],
)
def test_a_file_that_cannot_be_a_secret_is_named_and_its_content_is_not_shown(
    content: bytes | None, wrong: str, folder: Path
) -> None:
    if content is not None:
        (folder / "token").write_bytes(content)
    with pytest.raises(SettingsError) as error:
        secret("file:token")
    assert error.value.message == f"file:token: {folder / 'token'} {wrong}"
    assert "in one line" in error.value.help
    assert "s3cret" not in f"{error.value!r}{error.value.help}"


def test_a_folder_or_a_pipe_is_no_secret(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(SettingsError, match="is no regular file"):
            secret(f"file:{name}")


def test_a_file_that_cannot_be_opened_says_why(folder: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: File name too long"):
        secret(f"file:{folder / ('x' * 300)}")


def test_a_dotenv_that_is_no_text_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_TOKEN", raising=False)
    (folder / ".env").write_bytes(b"ACME_TOKEN=s3cret\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read: it is no text") as error:
        secret("env:ACME_TOKEN")
    assert "s3cret" not in repr(error.value)


def test_settings_in_a_dotenv_that_is_no_text_name_the_file_and_show_none_of_it(
    folder: Path,
) -> None:
    (folder / ".env").write_bytes(b"SYNCWORKER_LOG_LEVEL=s3cret\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read: it is no text") as error:
        load()
    assert "s3cret" not in repr(error.value)


def test_a_servers_url_may_be_in_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCWORKER_REDIS_URL_FILE", str(folder / "url.txt"))
    assert load().broker_url == "redis://:hunter2@h/2"


def test_a_file_of_a_url_that_is_missing_or_one_too_many_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNCWORKER_DATABASE_URL_FILE", "nowhere")
    with pytest.raises(SettingsError, match=r"DATABASE_URL_FILE: .*nowhere does not exist"):
        load()
    monkeypatch.setenv("SYNCWORKER_DATABASE_URL_FILE", "url.txt")
    monkeypatch.setenv("SYNCWORKER_DATABASE_URL", "sqlite:///x")
    with pytest.raises(SettingsError, match=r"DATABASE_URL and .*_FILE are both set") as caught:
        load()
    assert "hunter2" not in caught.value.message
