"""Tens of thousands of texts, most of them nearly mappings: each is told what is wrong with it.

`test_mapping_text.py` tries what hypothesis thinks of; these come closer to what people do.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from support.broken import RIGHT
from support.mapping_fuzz import fuzzed

from syncworker.mapping.advice import advice
from syncworker.mapping.codes import CODES
from syncworker.mapping.document import lines_of
from syncworker.mapping.loader import Loaded, load, load_bytes
from syncworker.mapping.render_diagnostics import as_text, summary

ROOT = Path(__file__).parents[2]
TEXTS = (
    RIGHT,
    (ROOT / "mappings" / "example.yaml").read_text("utf-8"),
    *(path.read_text("utf-8") for path in sorted((ROOT / "mappings" / "sources").glob("*.yaml"))),
)


def check(text: str, loaded: Loaded) -> None:
    """Every diagnostic has a known code, a place inside the text, and can be shown."""
    found = [*loaded.diagnostics, *advice(loaded)]
    errors = [one for one in found if one.severity == "error"]
    assert (loaded.mapping is None) == bool(errors)
    lines = lines_of(text)
    for one in found:
        assert one.code in CODES
        assert one.message
        assert 1 <= one.line <= len(lines)
        assert 1 <= one.column <= len(lines[one.line - 1]) + 1, (one, lines[one.line - 1])
        assert one.length >= 1
    assert as_text(found).count("^") >= len(found)
    assert summary(found).endswith("Nothing was sent to HubSpot.")


def test_some_hundred_texts_are_told_what_is_wrong() -> None:
    for text in fuzzed(TEXTS, 250, seed=1):
        check(text, load(text, "fuzz.yaml"))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 20))
def test_twenty_thousand_texts_are_told_what_is_wrong(seed: int) -> None:
    for text in fuzzed(TEXTS, 2_000, seed):
        check(text, load(text, "fuzz.yaml"))


@pytest.mark.long
def test_random_bytes_are_told_what_is_wrong() -> None:
    chance = random.Random(7)
    content = RIGHT.encode()
    for _ in range(2_000):
        cut = bytearray(content)
        for _ in range(chance.randint(1, 5)):
            cut[chance.randrange(len(cut))] = chance.randrange(256)
        loaded = load_bytes(bytes(cut), "fuzz.yaml")
        check(bytes(cut).decode("utf-8", "replace"), loaded)
        noise = chance.randbytes(chance.randint(0, 80))
        assert load_bytes(noise, "fuzz.yaml").mapping is None


@pytest.mark.long
@pytest.mark.parametrize("line", ["p{}: mrr\n", "      saas_p{}: mmr\n"])
def test_ten_thousand_lines_take_little_more_than_reading_their_yaml(line: str) -> None:
    more = "".join(line.format(i) for i in range(10_000))
    text = RIGHT.replace("      saas_mrr: mrr\n", more) if line.startswith(" ") else more
    started = time.process_time()
    YAML(typ="safe", pure=True).compose(text)
    reading = time.process_time() - started
    started = time.process_time()
    loaded = load(text, "long.yaml")
    assert len(loaded.diagnostics) >= 10_000
    assert time.process_time() - started < 5 * reading
