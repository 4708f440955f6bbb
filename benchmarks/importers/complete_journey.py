"""dunnhumby Complete Journey (2017, a sample of 75,000 lines): grocery stores, very sparse.

A store sells an article of the sample a few times a year, which no policy can be judged on. So an SKU here is a product
category (the data set's own commodity level), a location is one of the largest stores, and a pair is ranged where it
sold on at least :data:`FEWEST_DAYS` days of the year. Fuel and coupons are left out: their quantities are no packs.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.importers.history import DataSetAbsentError, SalesHistory, moved

FOLDER = Path("completejourney")
FEWEST_DAYS = 12
"""Once a month: the slowest goods that a store keeps."""
WEEKS_MOVED = 418
"""1 January 2017 becomes 5 January 2025, both Sundays."""
_NO_PACKS = ["COUPON/MISC ITEMS", "FUEL"]


def read_complete_journey(public_data: Path, stores: int = 40) -> SalesHistory:
    """The ``stores`` stores with most lines.

    Args:
        public_data: folder that holds ``completejourney/``.
        stores: how many stores to take.

    Raises :class:`DataSetAbsentError` if the data set is not there.
    """
    folder = public_data / FOLDER
    if not folder.is_dir():
        raise DataSetAbsentError(f"{FOLDER} is not in the folder for public data sets")
    return complete_journey_history(
        pl.read_parquet(folder / "transactions_sample.parquet"), pl.read_parquet(folder / "products.parquet"), stores
    )


def complete_journey_history(transactions: pl.DataFrame, products: pl.DataFrame, stores: int) -> SalesHistory:
    """The history from tables as the data set has them."""
    rows = transactions.join(products.select("product_id", "product_category"), on="product_id", how="left")
    sales = rows.filter(
        pl.col("product_category").is_not_null(),
        ~pl.col("product_category").is_in(_NO_PACKS),
        pl.col("quantity") >= 1,
    )
    largest = sales.group_by("store_id").len().sort("len", "store_id", descending=[True, False]).head(stores)
    in_stores = sales.filter(pl.col("store_id").is_in(largest["store_id"].implode()))
    days = pl.col("transaction_timestamp").dt.date().n_unique().over("store_id", "product_category")
    kept = in_stores.filter(days >= FEWEST_DAYS)
    categories = kept.select("product_category").unique().sort("product_category")
    names = categories.with_columns(sku_id=pl.format("C{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(3)))
    lines = kept.join(names, on="product_category").select(
        order_id="basket_id",
        customer_id="household_id",
        location_id=pl.format("S{}", "store_id"),
        sku_id="sku_id",
        placed_at=moved("transaction_timestamp", WEEKS_MOVED),
        quantity=pl.col("quantity").cast(pl.Int64),
        unit_price=(pl.col("sales_value") / pl.col("quantity")).round(2),
    )
    left_out = {
        "no packs, no category": rows.height - sales.height,
        "smaller stores": sales.height - in_stores.height,
        "pairs sold on fewer days": in_stores.height - kept.height,
    }
    return SalesHistory(
        "complete_journey",
        "United States",
        lines.sort("placed_at", "order_id", "sku_id"),
        names.select("sku_id", product_name="product_category"),
        left_out,
    )
