"""The feeds: one file each states the rows a feed may hold and how to read its documents. No Dagster here.

``from assets.feeds import FEEDS`` gives every feed by name; a new file in this folder with a ``FEED`` in it is found
by itself.
"""

from assets.feeds.registry import FEEDS

__all__ = ["FEEDS"]
