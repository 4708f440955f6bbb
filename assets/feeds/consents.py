"""What people allow to be done with what is known about them, what they take back, and requests to be forgotten."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import (
    LandedRow,
    flag,
    identifier,
    one_of,
    person_feed,
    record_id,
    text,
    utc_time,
)

PURPOSES = ["care", "profiling", "marketing", "research", "health_data"]
ACTIONS = ["granted", "withdrawn", "erasure_requested"]
CHANNELS = ["mini_program", "official_account", "wecom", "store", "hotline"]
_PERSON = ["member_id", "member_card", "phone", "unionid", "external_user_id"]


class ConsentRow(LandedRow):
    """One act of one person on one purpose, or on all of them."""

    consent_id = record_id("Number of the record")
    member_id = identifier("member_id", "member_token", "Number of the member in the CRM")
    member_card = identifier("member_card", "member_card_token", "Membership card number")
    phone = identifier("phone", "phone_token", "Phone number")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid")
    external_user_id = identifier("external_user_id", "external_user_token", "WeCom external user id")
    purpose = one_of(PURPOSES, "What it is about; nothing for a request of erasure, which is about everything", True)
    action = one_of(ACTIONS, "What the person did")
    occurred_at = utc_time("When", nullable=False)
    channel = one_of(CHANNELS, "Where")
    text_version = text("Version of the text that the person saw", nullable=False)
    given_by_guardian = flag("Whether a parent or guardian did it for a child")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def about_someone(cls) -> pl.Expr:
        """A consent is somebody's."""
        return pl.any_horizontal(pl.col(*_PERSON).is_not_null())

    @dy.rule()
    def purpose_unless_erasure(cls) -> pl.Expr:
        """Consent is given and taken back per purpose; a request of erasure has none."""
        return (pl.col("action") == "erasure_requested") == pl.col("purpose").is_null()


FEED = person_feed(
    "consents",
    ConsentRow,
    "person",
    _PERSON,
    id_columns=("consent_id",),
    owner="team:privacy",
    description="Consent given and taken back per purpose, and requests of erasure, from every touchpoint",
)
