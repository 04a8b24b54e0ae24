"""What a portal may set about fit; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Which accounts and people are aimed at, and which are not.

    Attributes:
        sizes: The accounts' size classes that are aimed at; empty: size does not tell.
        industries: The industries that are aimed at; empty: the industry does not tell.
        not_sizes: Size classes that do not fit.
        not_industries: Industries that do not fit.
        academic_domains: Mail domains of students, with what lies below them: `edu`, `ac.uk`.
        competitor_domains: Mail domains of competitors, with what lies below them.
    """

    sizes: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    not_sizes: tuple[str, ...] = ()
    not_industries: tuple[str, ...] = ()
    academic_domains: tuple[str, ...] = ()
    competitor_domains: tuple[str, ...] = ()
