"""Finds the feeds: every module of this folder that defines ``FEED``."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from assets.feeds.base import Feed


def discover_feeds() -> dict[str, Feed]:
    """Import the modules of this folder and collect their feeds by name.

    Raises :class:`ValueError` when two feeds share a name or a lake table, or a module's name is not its feed's.
    """
    feeds: dict[str, Feed] = {}
    owners: dict[str, str] = {}
    for module in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda found: found.name):
        if module.name in {"base", "registry", "platforms"}:
            continue
        feed = getattr(importlib.import_module(f"assets.feeds.{module.name}"), "FEED", None)
        if not isinstance(feed, Feed):
            raise ValueError(f"assets/feeds/{module.name}.py defines no FEED: add one, or move the module elsewhere")
        if feed.name != module.name:
            raise ValueError(f"assets/feeds/{module.name}.py defines the feed {feed.name!r}: name the file after it")
        for table in feed.lake_tables:
            if table in owners:
                raise ValueError(f"feeds {owners[table]!r} and {feed.name!r} both write lake table {table!r}")
            owners[table] = feed.name
        feeds[feed.name] = feed
    return feeds


FEEDS: dict[str, Feed] = discover_feeds()
