"""What a page is, and what it is given to draw itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
from dash.development.base_component import Component

from dashboards.state import PageState
from dashboards.texts import Language, Text
from warehouse.snapshots import Snapshot


@dataclass(frozen=True)
class PageContext:
    """One page load: its language and filters, and the one snapshot all its figures come from."""

    language: Language
    state: PageState
    snapshot: Snapshot
    connection: duckdb.DuckDBPyConnection
    """Read-only; closed after the page is drawn."""


@dataclass(frozen=True)
class Page:
    """A page of the dashboards; a module in ``pages/`` holds one as ``PAGE``."""

    path: str
    title: Text
    order: int
    content: Callable[[PageContext], Component]
    """Draws what lies between the filters and the footer."""
    is_listed: bool = True
    """Whether the navigation shows it."""
