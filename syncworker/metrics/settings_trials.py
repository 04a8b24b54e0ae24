"""What a portal may set about trials and demos; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TrialSettings:
    """How trials and demos are told apart.

    Attributes:
        form_counts_as_committed: Whether a trial that was asked for with one of `trial_forms`
            counts as committed before anybody used it.
        trial_forms: Ids of the forms that are meant by it; empty: every trial with a form id.
        demo_forms: Form id to the type of demo it asks for, one type per form; a type that the
            request itself names comes first.
        demo_events: Event name to the type of demo that is seen by it without asking, for
            example a click on an open video.
        demo_pages: Page of the website, as `web_visits` has it, to the type of demo that is seen
            there without asking.
        demo_window_days: A demo led to a payment when that came within this many days of it.
    """

    form_counts_as_committed: bool = False
    trial_forms: tuple[str, ...] = ()
    demo_forms: dict[str, str] = field(default_factory=dict)
    demo_events: dict[str, str] = field(default_factory=dict)
    demo_pages: dict[str, str] = field(default_factory=dict)
    demo_window_days: int = 180
