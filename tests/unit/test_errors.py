"""Each expected error says how to recover; one place decides."""

from __future__ import annotations

import pytest

from syncworker import errors
from syncworker.errors import SyncworkerError


@pytest.mark.parametrize(
    ("error", "recovery"),
    [
        (SyncworkerError("m"), "stop"),
        (errors.ConfigError("m"), "stop"),
        (errors.MappingError("m", ("d",)), "stop"),
        (errors.SettingsError("m"), "stop"),
        (errors.SourceError("m"), "stop"),
        (errors.SourceError("m", retry=True), "retry"),
        (errors.StoreError("m"), "stop"),
        (errors.PortalError("m"), "stop"),
        (errors.Unauthorized("m"), "stop"),
        (errors.Forbidden("m", scope="crm.objects.contacts.write"), "stop"),
        (errors.RateLimited("m", retry_after=3.0), "retry"),
        (errors.Unavailable("m"), "retry"),
        (errors.RecordRejected("m", category="VALIDATION_ERROR"), "reject"),
        (errors.UnsafePlan("m"), "stop"),
        (errors.StalePlan("m"), "stop"),
        (errors.LockHeld("m"), "stop"),
        (errors.AlertError("m"), "retry"),
        (errors.AlertError("m", retry=False), "reject"),
        (errors.ClaimLost("m"), "stop"),
    ],
)
def test_every_error_says_how_to_recover_and_has_a_code(
    error: SyncworkerError, recovery: str
) -> None:
    assert error.recovery == recovery
    assert (str(error), error.message, error.help) == ("m", "m", "")
    assert error.code == type(error).__name__


def test_every_error_of_the_tree_is_in_the_table_above() -> None:
    def leaves(kind: type[SyncworkerError]) -> set[str]:
        return {kind.__name__}.union(*(leaves(sub) for sub in kind.__subclasses__()))

    marks = test_every_error_says_how_to_recover_and_has_a_code.pytestmark
    table = {type(row[0]).__name__ for row in marks[0].args[1]}
    assert leaves(SyncworkerError) - table == {"PlanError"}


def test_an_error_carries_what_a_person_or_a_script_needs() -> None:
    error = errors.MappingError("2 errors", ("a", "b"), help="syncworker validate", code="SW110")
    assert (error.help, error.code, error.diagnostics) == (
        "syncworker validate",
        "SW110",
        ("a", "b"),
    )
    limited = errors.RateLimited("m", retry_after=1.5, policy="TEN_SECONDLY_ROLLING", help="wait")
    assert (limited.retry_after, limited.policy, limited.help) == (
        1.5,
        "TEN_SECONDLY_ROLLING",
        "wait",
    )
    assert errors.Unavailable("m", retry_after=2.0).retry_after == 2.0
    assert errors.Unavailable("m").retry_after is None
    assert errors.Forbidden("m", scope="s", code="C").code == "C"
    rejected = errors.RecordRejected("m", category="INVALID_OPTION", property="saas_status")
    assert (rejected.category, rejected.property) == ("INVALID_OPTION", "saas_status")
