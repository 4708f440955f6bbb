"""The points ledger of the membership programme: one entry each time points are earned, redeemed, expire or are put
right."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import (
    LandedRow,
    count,
    day,
    identifier,
    one_of,
    person_feed,
    record_id,
    text,
    utc_time,
)

ENTRY_KINDS = ["earned", "redeemed", "expired", "adjusted"]
_PERSON = ["member_card", "phone"]


class LoyaltyRow(LandedRow):
    """One entry in the points account of one member."""

    entry_id = record_id("Entry of the ledger")
    account = identifier("member_id", "member_token", "Membership account: the id of its member", nullable=False)
    member_card = identifier("member_card", "member_card_token", "Number of the member card")
    phone = identifier("phone", "phone_token", "Phone number")
    kind = one_of(ENTRY_KINDS, "What happened to the points")
    points = count("Points, without a sign; an adjustment has one", minimum=None)
    reason = text("Why, in the words of the CRM")
    order_id = text("Order that the points are earned or taken back for")
    occurred_at = utc_time("When it happened", nullable=False)
    expires_on = day("Last day on which points earned may be redeemed")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def sign_by_kind(cls) -> pl.Expr:
        """Only an adjustment has a sign, and none is of nothing."""
        return (pl.col("points") > 0) | ((pl.col("kind") == "adjusted") & (pl.col("points") != 0))

    @dy.rule()
    def only_earned_points_expire(cls) -> pl.Expr:
        """What is not earned has no last day."""
        return pl.col("expires_on").is_null() | ~pl.col("kind").is_in(["redeemed", "expired", "adjusted"])


FEED = person_feed(
    "loyalty",
    LoyaltyRow,
    "person",
    _PERSON,
    id_columns=("entry_id",),
    owner="team:people",
    description="Points of members: earned, redeemed, expired, adjusted, with reason and order",
)
