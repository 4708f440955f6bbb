"""Programme of the communities: lectures, free tests and live streams, as planned and as they came about.

Who took part is in the feed ``community_activity``, whose records name the event.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, flat_feed, not_before, one_of, record_id, text, utc_time

EVENT_KINDS = ["lecture", "free_test", "live_stream"]
EVENT_STATUSES = ["planned", "held", "cancelled"]


class CommunityEventRow(LandedRow):
    """One version of one event."""

    community_event_id = record_id("Event")
    community_id = text("Community it is for", nullable=False)
    kind = one_of(EVENT_KINDS, "Kind of event")
    topic = text("What it is about")
    pharmacist_id = text("Pharmacist who holds it")
    starts_at = utc_time("Beginning", nullable=False)
    ends_at = utc_time("End", nullable=False)
    status = one_of(EVENT_STATUSES, "Whether it took place")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """An event does not end before it starts."""
        return not_before("ends_at", "starts_at")


FEED = flat_feed(
    "community_events",
    CommunityEventRow,
    id_columns=("community_event_id",),
    owner="team:communities",
    description="Lectures, free tests and live streams of communities: planned, held or cancelled",
)
