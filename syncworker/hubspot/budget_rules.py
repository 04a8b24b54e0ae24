"""The figures by which a budget shares, spreads and protects what HubSpot allows.

The twin in this process and the script in Redis both go by these. docs/budget.md says why.
"""

from __future__ import annotations

from typing import Final

from syncworker.hubspot.budget_limits import Priority

# From the one served first to the one served last.
PRIORITIES: Final[tuple[Priority, ...]] = ("interactive", "scheduled", "backfill")

RULES: Final[dict[str, float]] = {
    # Requests do not arrive as evenly as they were sent. A window this much longer than HubSpot's
    # keeps more than the limit from falling into one of HubSpot's; a second is lengthened by more,
    # for the network is as uneven as ever.
    "stretch": 0.02,
    "search_stretch": 0.1,
    # A 429 that nobody else's use explains lengthens the window by a step; each window without one
    # takes a little of it back.
    "stretch_step": 0.02,
    "stretch_most": 0.1,
    "stretch_decay": 0.001,
    # Part of the window that may go out at once; the rest is spread over the window.
    "at_once": 0.5,
    # How many spread requests may be made up for when they were late.
    "catch_up": 3,
    # Seconds between our count of a request and HubSpot's.
    "slack": 0.1,
    # Share of the limit below which somebody else's use is taken for a measuring error, and the
    # share left free besides what others use.
    "noise": 0.02,
    "margin": 0.05,
    # Share of the limit that is tried whatever others use.
    "least": 0.05,
    # After a 429 that named no time, the part of a window in which nothing is sent.
    "pause": 0.05,
    "longest_pause": 60,
    # Seconds for which a turn is kept for somebody who was told to come back.
    "grace": 0.1,
    # Shares of the window that lower priorities get while higher ones wait.
    "share_scheduled": 0.1,
    "share_backfill": 0.05,
}
