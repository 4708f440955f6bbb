"""Lines of purchase orders from the ERP and the suppliers' confirmations, sent again when dispatched and received."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, count, day, flat_feed, money, not_before, record_id, text, utc_time


class PurchaseOrderRow(LandedRow):
    """One version of one line of a purchase order."""

    purchase_order_line_id = record_id("Line of a purchase order")
    purchase_order_id = text("Purchase order the line belongs to", nullable=False)
    supplier_id = text("Supplier it was ordered from", nullable=False)
    location_id = text("Distribution centre that receives it", nullable=False)
    sku_id = text("Product", nullable=False)
    ordered_quantity = count("Packs ordered", minimum=1)
    unit_price_yuan = money("Price of one pack agreed with the supplier")
    ordered_at = utc_time("When it was ordered", nullable=False)
    promised_dispatch_on = day("Last day on which the supplier promised to send it")
    promised_receipt_on = day("Last day on which the supplier promised it would arrive")
    dispatched_at = utc_time("When the supplier sent it")
    dispatched_quantity = count("Packs the supplier sent", nullable=True)
    received_at = utc_time("When it arrived")
    received_quantity = count("Packs that arrived", nullable=True)
    cancelled_at = utc_time("When what had not arrived was given up")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """A line is ordered, then dispatched, then received."""
        return (
            not_before("dispatched_at", "ordered_at")
            & not_before("received_at", "ordered_at", "dispatched_at")
            & not_before("cancelled_at", "ordered_at")
        )

    @dy.rule()
    def promised_after_order(cls) -> pl.Expr:
        """Nothing is promised to arrive before it is promised to be sent."""
        return pl.col("promised_receipt_on") >= pl.col("promised_dispatch_on")

    @dy.rule()
    def quantity_of_each_step(cls) -> pl.Expr:
        """A step that was taken says how many packs, one that was not says nothing."""
        dispatched = pl.col("dispatched_at").is_null() == pl.col("dispatched_quantity").is_null()
        return dispatched & (pl.col("received_at").is_null() == pl.col("received_quantity").is_null())


FEED = flat_feed(
    "purchase_orders",
    PurchaseOrderRow,
    id_columns=("purchase_order_line_id",),
    owner="team:supply",
    description="Purchase-order lines with promised and actual dispatch and receipt, from the ERP and the suppliers",
)
