"""Claims about deliveries from couriers, insurers and the service desk, sent again when they are settled."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, flat_feed, money, not_before, one_of, record_id, text, utc_time

CLAIM_KINDS = ["damage", "loss", "delay", "temperature"]
LIABLE_PARTIES = ["courier", "chain", "platform", "customer"]
OUTCOMES = ["paid", "rejected", "withdrawn"]


class DeliveryClaimRow(LandedRow):
    """One version of one claim."""

    claim_id = record_id("Claim")
    order_id = text("Order it is about", nullable=False)
    claim_kind = one_of(CLAIM_KINDS, "What went wrong")
    courier_company = text("Courier company that had the goods")
    liable_party = one_of(LIABLE_PARTIES, "Who answers for it, once that is settled", nullable=True)
    claimed_yuan = money("Amount asked for")
    settled_yuan = money("Amount paid", nullable=True)
    opened_at = utc_time("When it was opened", nullable=False)
    settled_at = utc_time("When it was closed")
    outcome = one_of(OUTCOMES, "How it ended", nullable=True)
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """Nothing is settled before it is opened."""
        return not_before("settled_at", "opened_at")

    @dy.rule()
    def outcome_when_settled(cls) -> pl.Expr:
        """A settled claim says how it ended, an open one cannot."""
        return pl.col("settled_at").is_null() == pl.col("outcome").is_null()

    @dy.rule()
    def paid_by_someone(cls) -> pl.Expr:
        """A paid claim says how much and who is liable; of any other nothing is paid."""
        is_paid = (pl.col("outcome") == "paid").fill_null(False)
        has_payment = pl.col("settled_yuan").is_not_null()
        return (is_paid == has_payment) & (~is_paid | pl.col("liable_party").is_not_null())


FEED = flat_feed(
    "delivery_claims",
    DeliveryClaimRow,
    id_columns=("claim_id",),
    owner="team:logistics",
    description="Claims for damage, loss, delay and temperature on deliveries, with who is liable and what was paid",
)
