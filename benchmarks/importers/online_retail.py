"""UCI Online Retail (December 2010 to December 2011): a British online shop for gifts, one location.

What its README warns of, and what is done about it:

- Invoices that begin with ``C`` are cancellations with negative quantities. One that takes back a line in full (same
  customer, article, quantity) takes that line out of the history: the goods were not wanted after all. Others are
  returns of goods that had been wanted; they are left out and the sale stays.
- ``CustomerID`` comes as ``17850.0`` and may be missing: it becomes the text ``17850`` and goes through ingest as any
  customer identifier does.
- Postage, fees, samples and corrections have codes that are not five digits; lines without a price are corrections of
  stock. Neither is demand.
"""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.importers.history import DataSetAbsentError, SalesHistory, moved

ARCHIVE = Path("online_retail_uci") / "by_day.tar.gz"
LOCATION = "SHOP"
WEEKS_MOVED = 731
"""1 December 2010 becomes 4 December 2024, both Wednesdays."""
_LINE = ["CustomerID", "StockCode", "Quantity"]


def read_online_retail(public_data: Path, skus: int = 500) -> SalesHistory:
    """The ``skus`` articles sold on most days.

    Args:
        public_data: folder that holds ``online_retail_uci/by_day.tar.gz``.
        skus: how many articles to take.

    Raises :class:`DataSetAbsentError` if the archive is not there.
    """
    archive = public_data / ARCHIVE
    if not archive.is_file():
        raise DataSetAbsentError(f"{ARCHIVE} is not in the folder for public data sets")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        rows = pl.read_csv(
            f"{folder}/**/*.csv",
            schema_overrides={"InvoiceNo": pl.String, "StockCode": pl.String, "CustomerID": pl.String},
            try_parse_dates=True,
        )
    return online_retail_history(rows, skus)


def online_retail_history(rows: pl.DataFrame, skus: int) -> SalesHistory:
    """The history from rows as the data set has them."""
    is_cancellation = pl.col("InvoiceNo").str.starts_with("C")
    is_article = pl.col("StockCode").str.contains(r"^\d{5}[A-Z]*$")
    cancelled = rows.filter(is_cancellation).with_columns(-pl.col("Quantity"))
    sales = rows.filter(~is_cancellation & is_article & (pl.col("Quantity") > 0) & (pl.col("UnitPrice") > 0))
    # The first sale takes the first cancellation of its kind, and so on.
    nth = pl.int_range(pl.len()).over(_LINE).alias("nth")
    kept = sales.with_columns(nth).join(
        cancelled.with_columns(nth), on=[*_LINE, "nth"], how="anti", maintain_order="left"
    )
    on_days = kept.group_by("StockCode").agg(days=pl.col("InvoiceDate").dt.date().n_unique())
    chosen = on_days.sort("days", "StockCode", descending=[True, False]).head(skus)["StockCode"]
    lines = kept.filter(pl.col("StockCode").is_in(chosen.implode())).select(
        order_id="InvoiceNo",
        customer_id=pl.col("CustomerID").str.strip_suffix(".0"),
        location_id=pl.lit(LOCATION),
        sku_id="StockCode",
        placed_at=moved("InvoiceDate", WEEKS_MOVED),
        quantity="Quantity",
        unit_price="UnitPrice",
    )
    products = (
        kept.filter(pl.col("StockCode").is_in(chosen.implode()))
        .group_by(sku_id="StockCode")
        .agg(product_name=pl.col("Description").drop_nulls().mode().sort().first())
        .sort("sku_id")
    )
    left_out = {
        "cancellations and returns": rows.filter(is_cancellation).height,
        "fees, corrections, samples": rows.filter(~is_cancellation).height - sales.height,
        "sales cancelled in full": sales.height - kept.height,
        "articles sold on fewer days": kept.height - lines.height,
    }
    return SalesHistory(
        "online_retail", "United Kingdom", lines.sort("placed_at", "order_id", "sku_id"), products, left_out
    )
