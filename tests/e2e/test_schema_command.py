"""`syncworker schema` writes what the first line of a mapping names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_schema_writes_the_file_that_mappings_name_and_prints_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "syncworker", "schema"]
    written = subprocess.run(
        [*command, "--write"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert written.returncode == 0, written.stderr
    text = (tmp_path / "mappings" / "mapping.schema.json").read_text("utf-8")
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert printed.stdout == text
    assert "hubspot" in json.loads(text)["properties"]
