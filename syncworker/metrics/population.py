"""Values of the whole portal that an account's metrics are compared with; `passes` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Population:
    """The frozen values by the name of their pass, as JSON can hold them.

    A value that is absent is not known.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
