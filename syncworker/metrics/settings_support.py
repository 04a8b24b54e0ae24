"""What a portal may set about support and surveys; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class SupportSettings:
    """How tickets and surveys are counted.

    Attributes:
        flag_tickets: So many tickets opened in 30 days flag an account.
        flag_percentile: Likewise more tickets per seat than this percentile of its segment.
        flag_accounts: A segment with fewer accounts with seats has no percentile.
        segment: The account's column that is its segment: size, segment or industry.
        nps_from: The lowest answer of the NPS survey. The standard is 0 to 10; answers of another
            scale are stretched to it and rounded, which makes their NPS comparable to itself only.
        nps_to: Its highest answer; an answer outside, or with another `scale`, is not counted.
        csat_from: The lowest answer of CSAT and ESAT surveys.
        csat_to: Their highest answer; the top two of five are satisfied.
    """

    flag_tickets: int = 4
    flag_percentile: int = 90
    flag_accounts: int = 10
    segment: Literal["size", "segment", "industry"] = "size"
    nps_from: int = 0
    nps_to: int = 10
    csat_from: int = 1
    csat_to: int = 5
