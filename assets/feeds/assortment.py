"""Which location ranges which SKU, and between which stock levels."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, count, day, flat_feed, record_id, utc_time


class AssortmentRow(LandedRow):
    """One version of the ranging of one SKU at one location."""

    location_id = record_id("Location")
    sku_id = record_id("Product")
    ranged_from = day("First day it is ranged", nullable=False)
    ranged_to = day("Last day it is ranged")
    reorder_point = count("Stock at which to order", nullable=True)
    order_up_to = count("Stock to order up to", nullable=True)
    shelf_capacity_quantity = count("Packs that fit on the shelf of the location", minimum=1, nullable=True)
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def ends_after_start(cls) -> pl.Expr:
        """A range does not end before it starts."""
        return pl.col("ranged_to") >= pl.col("ranged_from")

    @dy.rule()
    def levels_in_order(cls) -> pl.Expr:
        """Ordering up to less than the reorder point would order for ever."""
        return pl.col("order_up_to") >= pl.col("reorder_point")


FEED = flat_feed(
    "assortment",
    AssortmentRow,
    id_columns=("location_id", "sku_id", "ranged_from"),
    owner="team:supply",
    description="Which location ranges which SKU from when to when, with its stock levels",
)
