"""Files in object storage: listed, read, noticed when changed, and its refusals told apart."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import fsspec
import polars as pl
import pytest
from support.files_bucket import Bucket, bucket
from support.sources import START, WATERMARK, ids, read

from syncworker.engine.ports import Source
from syncworker.errors import SourceError
from syncworker.mapping.source_files import FilesSource, FileStream
from syncworker.sources import file_storage
from syncworker.sources.registry import Surroundings, build


def files(url: str, path: str, *, page_rows: int = 3, **more: object) -> Source:
    stream = FileStream.model_validate({"path": path, **more})
    config = FilesSource(kind="files", path=url, streams={"users": stream})
    return build("app", config, Surroundings(str, page_rows=page_rows))


def lines(*users: str) -> bytes:
    return b"".join(json.dumps({"user_id": user}).encode() + b"\n" for user in users)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bucket]:
    with bucket() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        yield server


def test_objects_are_listed_read_and_resumed_in_the_order_of_their_keys(s3: Bucket) -> None:
    s3.put("app/2026/11/b.jsonl.gz", gzip.compress(lines("b1", "b2", "b3", "b4")))
    s3.put("app/2026/10/a.jsonl", lines("a1", "a2"))
    s3.put("app/2026/readme.txt", b"not this one")
    s3.put("other/c.jsonl", lines("c1"))
    source = files("s3://exports/app", "**/*.jsonl*")
    pages = read(source)

    assert ids(pages) == ["a1", "a2", "b1", "b2", "b3", "b4"]
    for done in range(1, len(pages) + 1):
        rest = read(files("s3://exports/app", "**/*.jsonl*"), resume=pages[done - 1].resume)
        assert ids(pages[:done]) + ids(rest) == ids(pages)


def test_parquet_in_object_storage_is_read_by_a_copy_that_is_removed(s3: Bucket) -> None:
    content = io.BytesIO()
    pl.DataFrame({"user_id": [f"u{n}" for n in range(7)]}).write_parquet(content)
    s3.put("u.parquet", content.getvalue())
    source = files("s3://exports", "u.parquet")

    assert ids(read(source)) == [f"u{n}" for n in range(7)]
    assert source.count("users") is None


def test_a_new_etag_is_a_change_and_an_old_one_is_none(s3: Bucket) -> None:
    s3.put("u.jsonl", lines("u1"))
    cursor = read(files("s3://exports", "*.jsonl"))[-1].cursor

    (same,) = read(files("s3://exports", "*.jsonl"), since=cursor)
    s3.put("u.jsonl", lines("u2"))
    changed = read(files("s3://exports", "*.jsonl"), since=cursor)

    assert same.unchanged
    assert ids(changed) == ["u2"]


def test_a_long_lived_process_sees_what_was_added(s3: Bucket) -> None:
    s3.put("u1.jsonl", lines("u1"))
    source = files("s3://exports", "*.jsonl")
    first = ids(read(source))
    s3.put("u2.jsonl", lines("u2"))

    assert (first, ids(read(source))) == (["u1"], ["u1", "u2"])


def test_an_object_uploaded_after_the_watermark_waits(s3: Bucket) -> None:
    s3.put("u1.jsonl", lines("u1"))
    s3.put("u2.jsonl", lines("u2"), WATERMARK + timedelta(seconds=1))
    source = files("s3://exports", "*.jsonl", whole=False)
    first = read(source)

    assert ids(first) == ["u1"]
    later = read(source, since=first[-1].cursor, watermark=WATERMARK + timedelta(minutes=1))
    assert ids(later) == ["u2"]


def test_an_object_replaced_while_it_is_read_stops_the_stream_and_is_tried_again(
    s3: Bucket,
) -> None:
    s3.put("u.jsonl", lines(*(f"u{n}" for n in range(9))))
    pages = files("s3://exports", "*.jsonl").pages(
        "users", since=None, resume=None, watermark=WATERMARK
    )
    next(pages)
    s3.put("u.jsonl", lines("new"), START + timedelta(hours=1))

    with pytest.raises(SourceError, match=r"exports/u\.jsonl changed while it was read") as caught:
        list(pages)
    assert caught.value.recovery == "retry"


def test_an_object_that_vanishes_while_it_is_read_is_named(s3: Bucket) -> None:
    s3.put("u.jsonl", lines(*(f"u{n}" for n in range(9))))
    pages = files("s3://exports", "*.jsonl").pages(
        "users", since=None, resume=None, watermark=WATERMARK
    )
    next(pages)
    s3.objects.clear()

    with pytest.raises(SourceError, match=r"exports/u\.jsonl vanished while it was read"):
        list(pages)


def test_a_storage_that_stops_answering_keeps_the_pages_before(s3: Bucket) -> None:
    users = [f"u{n}" for n in range(9)]
    s3.put("u.jsonl", lines(*users))
    source = files("s3://exports", "*.jsonl")
    reading = source.pages("users", since=None, resume=None, watermark=WATERMARK)
    done = [next(reading)]
    s3.refuse = (503, "SlowDown")
    with pytest.raises(SourceError, match=r"exports/u\.jsonl") as caught:
        done.extend(reading)
    s3.refuse = None

    assert caught.value.recovery == "retry"
    assert ids(done) + ids(read(source, resume=done[-1].resume)) == users


@pytest.mark.parametrize(
    "told", [START, START.replace(tzinfo=None), START.isoformat(), START.timestamp()]
)
def test_every_storages_way_to_tell_a_time_is_understood(told: object) -> None:
    assert file_storage._moment(told) == START
    assert file_storage._moment(None) is None


@pytest.mark.parametrize(
    ("status", "code", "recovery"), [(403, "AccessDenied", "stop"), (503, "SlowDown", "retry")]
)
def test_a_refusal_is_told_apart_from_a_storage_that_will_answer_later(
    s3: Bucket, status: int, code: str, recovery: str
) -> None:
    s3.refuse = (status, code)
    with pytest.raises(SourceError, match=r"source app, stream users: s3://exports") as caught:
        read(files("s3://exports", "*.jsonl"))
    assert caught.value.recovery == recovery
    assert caught.value.help


def test_a_storage_that_cannot_be_reached_is_tried_again(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(SourceError, match="source app, stream users: s3://exports") as caught:
        read(files("s3://exports", "*.jsonl"))
    assert caught.value.recovery == "retry"


def test_missing_credentials_are_said_to_be_missing(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(SourceError, match="no credentials were found") as caught:
        read(files("s3://exports", "*.jsonl"))
    assert caught.value.recovery == "stop"


_FORK = """
import os
from syncworker.sources.file_storage import Storage

def look() -> bytes:
    storage = Storage("s3://exports")
    (entry,) = storage.find("*.jsonl")
    with storage.opened(entry.name) as file:
        return file.read()

before = look()
if os.fork() == 0:
    os._exit(0 if look() == before else 1)
_, status = os.wait()
raise SystemExit(os.waitstatus_to_exitcode(status))
"""


def test_a_forked_worker_reads_what_its_parent_read_before(s3: Bucket) -> None:
    s3.put("u.jsonl", lines("u1"))
    done = subprocess.run([sys.executable, "-c", _FORK], timeout=60, check=False)

    assert done.returncode == 0


def test_storage_in_memory_is_read_like_any_other() -> None:
    storage = fsspec.filesystem("memory")
    storage.pipe("/exports/u.jsonl", lines("u1", "u2"))
    storage.store["/exports/u.jsonl"].created = START
    source = files("memory://exports", "*.jsonl")
    pages = read(source)

    assert ids(pages) == ["u1", "u2"]
    assert read(source, since=pages[-1].cursor)[0].unchanged
    storage.rm("/exports", recursive=True)


@pytest.mark.parametrize(
    ("url", "package"), [("gs://bucket", "gcsfs"), ("az://box/folder", "adlfs")]
)
def test_a_storage_whose_package_is_missing_says_which(
    monkeypatch: pytest.MonkeyPatch, url: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SourceError, match="needs a package that is not installed") as caught:
        read(files(url, "*.csv"))
    assert caught.value.help == f"pip install {package}"


def test_s3_without_its_package_names_our_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(SourceError, match="s3://") as caught:
        read(files("s3://exports", "*.csv"))
    assert caught.value.help == 'pip install "syncworker[s3]"'


def test_a_storage_nobody_knows_is_refused() -> None:
    with pytest.raises(SourceError, match="no storage is known by nowhere://") as caught:
        read(files("nowhere://exports", "*.csv"))
    assert "s3://" in caught.value.help


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "u.jsonl").write_bytes(lines("u1"))
    later = WATERMARK + timedelta(days=10_000)
    assert ids(read(files(tmp_path.as_uri(), "u.jsonl"), watermark=later)) == ["u1"]
