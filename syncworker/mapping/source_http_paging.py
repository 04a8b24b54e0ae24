"""How an API hands out a long list page by page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from syncworker.mapping.part import Part, Text

LARGEST_PAGE = 100_000
_BY = "none, cursor, page, offset, link_header or next_url"
_MORE = "Path in the answer to true or false: whether there is more; else see each kind"
Size = Annotated[int, Field(ge=1, le=LARGEST_PAGE)]


class NoPaging(Part):
    """One answer holds everything."""

    by: Literal["none"] = Field(description=_BY)


class CursorPaging(Part):
    """Each answer names the place of the next one; the last answer names none."""

    by: Literal["cursor"] = Field(description=_BY)
    path: Text | None = Field(
        default=None, description="Path in the answer to the next page's cursor"
    )
    field: Text | None = Field(
        default=None,
        description="In the place of path: a field of the page's last record (keyset paging); "
        "ends with a page without records",
    )
    param: Text | None = Field(
        default=None, description="Parameter the cursor is sent in; empty: only as `{cursor}`"
    )
    more: Text | None = Field(default=None, description=_MORE)


class PageNumberPaging(Part):
    """Pages are numbered; it ends with a page without records."""

    by: Literal["page"] = Field(description=_BY)
    param: Text = Field(description="Parameter the page's number is sent in")
    first: int = Field(default=1, ge=0, description="Number of the first page: 1 or 0")
    size_param: Text | None = Field(default=None, description="Parameter the size is sent in")
    size: Size | None = Field(default=None, description="Records of a page; also `{limit}`")
    more: Text | None = Field(default=None, description=_MORE)


class OffsetPaging(Part):
    """Pages are told by how many records come before; it ends with a page without records."""

    by: Literal["offset"] = Field(description=_BY)
    param: Text | None = Field(
        default=None, description="Parameter the offset is sent in; empty: only as `{offset}`"
    )
    size_param: Text | None = Field(default=None, description="Parameter the size is sent in")
    size: Size | None = Field(default=None, description="Records of a page; also `{limit}`")
    more: Text | None = Field(default=None, description=_MORE)


class LinkHeaderPaging(Part):
    """The answer's `Link` header names the next page with `rel="next"` (RFC 8288)."""

    by: Literal["link_header"] = Field(description=_BY)


class NextUrlPaging(Part):
    """The answer holds the next page's URL; the last answer holds none."""

    by: Literal["next_url"] = Field(description=_BY)
    path: Text = Field(description="Path in the answer to the next page's URL")
    more: Text | None = Field(default=None, description=_MORE)


Paging = Annotated[
    NoPaging | CursorPaging | PageNumberPaging | OffsetPaging | LinkHeaderPaging | NextUrlPaging,
    Field(discriminator="by"),
]
