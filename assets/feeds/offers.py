"""Offers shown to members - product bundles and services of partners - and whether they were taken."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import (
    LandedRow,
    identifier,
    not_before,
    one_of,
    person_feed,
    record_id,
    text,
    utc_time,
)

OFFER_KINDS = ["bundle", "insurance", "check_up", "internet_hospital"]
OFFER_STATUSES = ["shown", "taken", "declined"]
OFFER_CHANNELS = ["wecom", "mini_program", "store", "sms"]
_PERSON = ["external_user_id", "unionid", "phone"]


class OfferRow(LandedRow):
    """One version of one offer to one person."""

    offer_id = record_id("Offer as shown to one person")
    external_user_id = identifier("external_user_id", "external_user_token", "WeCom external user id")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid")
    phone = identifier("phone", "phone_token", "Phone number")
    offer_kind = one_of(OFFER_KINDS, "What is offered")
    offer_code = text("Bundle or service as marketing names it", nullable=False)
    bundle_code = text("Bundle that is offered")
    channel = one_of(OFFER_CHANNELS, "Where it was shown")
    status = one_of(OFFER_STATUSES, "How far it got")
    shown_at = utc_time("When it was shown", nullable=False)
    taken_at = utc_time("When it was taken")
    declined_at = utc_time("When it was declined")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def shown_to_someone(cls) -> pl.Expr:
        """An offer is shown to a person."""
        return pl.any_horizontal(pl.col(*_PERSON).is_not_null())

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """An offer is answered after it was shown."""
        return not_before("taken_at", "shown_at") & not_before("declined_at", "shown_at")

    @dy.rule()
    def status_has_its_time(cls) -> pl.Expr:
        """An offer taken or declined says when, and no other does."""
        return (pl.col("taken_at").is_not_null() == (pl.col("status") == "taken")) & (
            pl.col("declined_at").is_not_null() == (pl.col("status") == "declined")
        )


FEED = person_feed(
    "offers",
    OfferRow,
    "person",
    _PERSON,
    id_columns=("offer_id",),
    owner="team:marketing",
    description="Bundles, insurance, check-ups and internet-hospital services shown to members, taken or declined",
)
