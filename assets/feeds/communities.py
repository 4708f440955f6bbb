"""Community master: the groups that stores run for their customers."""

from __future__ import annotations

from assets.feeds.base import LandedRow, day, flat_feed, one_of, record_id, text, utc_time

COMMUNITY_KINDS = ["chronic", "mother_baby", "neighbourhood"]


class CommunityRow(LandedRow):
    """One version of a community."""

    community_id = record_id("Community")
    name_zh = text("Name in Chinese", nullable=False)
    name_en = text("Name in English")
    kind = one_of(COMMUNITY_KINDS, "Whom the community is for")
    store_id = text("Store that runs it", nullable=False)
    pharmacist_id = text("Pharmacist in charge")
    started_on = day("First day")
    updated_at = utc_time("Version of the record", nullable=False)


FEED = flat_feed(
    "communities",
    CommunityRow,
    id_columns=("community_id",),
    owner="team:communities",
    description="Communities with their store and pharmacist",
)
