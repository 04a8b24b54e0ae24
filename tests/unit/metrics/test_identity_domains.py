"""Which of an address's domains decides."""

import polars as pl
import pytest

from syncworker.metrics.identity_domains import nearest, nearest_each
from syncworker.model.free_mail import FREE_MAIL

CLAIMED = {"acme.example", "de.acme.example", "co.uk", "com.au", "acme.co.uk", "gmail.com", "it"}


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("acme.example", "acme.example"),
        ("mail.acme.example", "acme.example"),
        ("de.acme.example", "de.acme.example"),
        ("x.de.acme.example", "de.acme.example"),
        ("mail.acme.co.uk", "acme.co.uk"),
        ("other.co.uk", None),
        ("co.uk", None),
        ("shop.com.au", None),
        ("gmail.com", None),
        ("x.gmail.com", None),
        ("nobody.example", None),
        ("acme.it", None),
        ("it", None),
        ("", None),
        (".acme.example", "acme.example"),
    ],
)
def test_the_nearest_claimed_domain_down_to_two_labels(domain: str, expected: str | None) -> None:
    assert nearest(domain, CLAIMED, FREE_MAIL) == expected


def test_a_column_of_domains_is_answered_domain_by_domain() -> None:
    domains = pl.Series(["x.acme.example", None, "nobody.example", "acme.example"])
    found = nearest_each(domains, CLAIMED, FREE_MAIL).to_list()
    assert found == ["acme.example", None, None, "acme.example"]


def test_free_mail_domains_are_written_as_they_are_compared() -> None:
    assert len(FREE_MAIL) > 500
    assert {"gmail.com", "gmx.de", "qq.com", "mailinator.com"} <= FREE_MAIL
    for domain in FREE_MAIL:
        assert domain == domain.lower().strip(".")
        assert "." in domain
