"""Tickets that customers open in WeCom, on the hotline or in the mini-program; never what was said."""

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

TOPICS = [
    "delivery_late",
    "damaged_goods",
    "wrong_item",
    "medication_question",
    "prescription_question",
    "refund",
    "invoice",
    "other",
]
TICKET_CHANNELS = ["wecom", "hotline", "mini_program"]
OUTCOMES = ["solved", "refunded", "redelivered", "referred", "no_reply"]
_CUSTOMER = ["external_user_id", "unionid", "phone"]


class ServiceTicketRow(LandedRow):
    """One version of one ticket."""

    ticket_id = record_id("Ticket")
    order_id = text("Order it is about")
    external_user_id = identifier("external_user_id", "external_user_token", "WeCom external user id")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid")
    phone = identifier("phone", "phone_token", "Phone number")
    topic = one_of(TOPICS, "What it is about")
    ticket_channel = one_of(TICKET_CHANNELS, "Where it was opened")
    opened_at = utc_time("When it was opened", nullable=False)
    first_answered_at = utc_time("When a person first answered")
    resolved_at = utc_time("When it was closed")
    outcome = one_of(OUTCOMES, "How it ended", nullable=True)
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def about_someone(cls) -> pl.Expr:
        """A ticket is about an order or a person."""
        return pl.any_horizontal(pl.col("order_id", *_CUSTOMER).is_not_null())

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """A ticket is opened, then answered, then resolved."""
        return not_before("first_answered_at", "opened_at") & not_before(
            "resolved_at", "opened_at", "first_answered_at"
        )

    @dy.rule()
    def outcome_when_resolved(cls) -> pl.Expr:
        """A resolved ticket says how it ended, an open one cannot."""
        return pl.col("resolved_at").is_null() == pl.col("outcome").is_null()


FEED = person_feed(
    "service_tickets",
    ServiceTicketRow,
    "customer",
    _CUSTOMER,
    id_columns=("ticket_id",),
    owner="team:service",
    description="Service tickets about orders or from members: topic, first answer, resolution, outcome",
)
