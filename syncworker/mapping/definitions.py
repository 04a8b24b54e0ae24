"""What a mapping needs to know of a portal: its properties and its pipelines."""

from __future__ import annotations

from typing import Protocol


class PortalProperty(Protocol):
    """A property as the portal has it; `engine.ports.PropertyDefinition` is one."""

    @property
    def type(self) -> str:
        """HubSpot's property type."""
        ...

    @property
    def field_type(self) -> str:
        """HubSpot's form field for it."""
        ...

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """Values and labels; empty where HubSpot keeps them elsewhere."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether HubSpot computes it."""
        ...

    @property
    def unique(self) -> bool:
        """Whether no two records share a value."""
        ...


class PortalPipeline(Protocol):
    """A pipeline of deals as the portal has it; `engine.ports.Pipeline` is one."""

    @property
    def id(self) -> str:
        """Its internal id."""
        ...

    @property
    def label(self) -> str:
        """What people read."""
        ...

    @property
    def stages(self) -> tuple[tuple[str, str], ...]:
        """Ids and labels of its stages, first to last."""
        ...
