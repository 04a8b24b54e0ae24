from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.planning.records import LedgerRecord

AS_OF = datetime(2026, 11, 21, 6, tzinfo=UTC)

RULES = {
    rule.name: rule
    for rule in (
        PropertyRule("score", "number"),
        PropertyRule("seats", "number", guard_numbers=True),
        PropertyRule("churned", "bool"),
        PropertyRule("band", "enumeration"),
        PropertyRule("industry", "string", "fill_empty"),
        PropertyRule("interests", "enumeration", "append"),
        PropertyRule("first_demo", "datetime", "never_clear"),
        PropertyRule("computed_at", "datetime", volatile=True),
    )
}

STAGES = ("subscriber", "lead", "opportunity", "customer", "evangelist")


@pytest.fixture
def as_of() -> datetime:
    return AS_OF


@pytest.fixture
def rules() -> dict[str, PropertyRule]:
    return dict(RULES)


@pytest.fixture
def stages() -> tuple[str, ...]:
    return STAGES


@pytest.fixture
def desired() -> Callable[..., DesiredRecord]:
    def make(stage: str | None = None, **values: str) -> DesiredRecord:
        because = {name: f"{name} because" for name in values}
        return DesiredRecord(
            "companies",
            "A1",
            (("saas_account_id", "A1"), ("domain", "northwind.example")),
            values,
            because,
            stage,
            "it pays",
            create_values={"domain": "northwind.example", "name": "Northwind"},
        )

    return make


@pytest.fixture
def ledger() -> Callable[..., LedgerRecord]:
    def make(
        written_at: datetime | None = AS_OF, *, fresh: bool = False, **values: str
    ) -> LedgerRecord:
        return LedgerRecord("companies", "A1", "501", values, written_at, fresh)

    return make
