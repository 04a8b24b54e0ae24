"""What the doctor says to type next."""

from __future__ import annotations

import pytest

from syncworker.cli.show_doctor import summary
from syncworker.engine.doctor import Finding

FINE = Finding("ok", "schema", "fits")
LACKING = Finding("warn", "properties", "2 are missing", "syncworker properties create acme")
UNSET = Finding("warn", "clock", "apart", "set this machine's clock")
BROKEN = Finding("fail", "token", "refused", "make a new one")


@pytest.mark.parametrize(
    ("findings", "following"),
    [
        ([FINE], "Next: syncworker plan acme"),
        ([FINE, UNSET], "Next: syncworker plan acme"),
        ([UNSET, LACKING], "Next: syncworker properties create acme"),
        ([LACKING, BROKEN], "Next: mend what FAILs, then syncworker doctor"),
    ],
)
def test_what_is_mended_by_a_command_comes_before_the_plan(
    findings: list[Finding], following: str
) -> None:
    assert list(summary([("acme", findings)], ["acme"]))[-1] == following
