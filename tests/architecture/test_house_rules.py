"""The house: who may import whom, how long a file is, and what no file may name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400
CODE = sorted(
    path
    for folder in ("syncworker", "tasks", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
SHIPPED = sorted(
    path
    for path in [
        *CODE,
        *ROOT.glob("*.*"),
        *(p for folder in ("docs", "mappings", ".ci") for p in (ROOT / folder).rglob("*")),
    ]
    if path.suffix in {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".sh"}
)
# An absolute path of somebody's machine, and the address of somebody's package index.
_MACHINE = re.compile(r"(?<![\w.~:/}])/(?:work|tmp|root)/[\w.]")
_INDEX = re.compile(r"--(?:extra-)?index-url|--find-links|https?://[^\s'\"]*/simple\b")


def test_every_import_contract_holds() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout), done.stdout


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


def test_no_file_names_a_path_of_a_machine_or_the_address_of_a_package_index() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in SHIPPED
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if path != Path(__file__) and (_MACHINE.search(line) or _INDEX.search(line))
    ]

    assert len(SHIPPED) > 200
    assert found == []
