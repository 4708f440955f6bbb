"""Tables of demand: read, checked and brought to one row per series and period.

Belongs here: files and the public data sets. Does not belong here: what is forecast from them.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import polars as pl

COLUMNS = ("location", "sku", "date", "quantity")


class DemandTableError(ValueError):
    """The table cannot be used; the message says what to mend."""


def checked(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """``table`` with the columns ``location`` and ``sku`` (text), ``date`` (date) and ``quantity`` (number), no others.

    Rows of one series and day are added up; negative rows (returns) count against the others of their day, and what is
    left below zero is zero.

    Raises:
        DemandTableError: a column is missing or cannot be read, a value is missing, or there is no demand.
    """
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise DemandTableError(f"{name}: no column {', '.join(missing)}; it has {', '.join(table.columns)}")
    try:
        rows = table.select(
            pl.col("location").cast(pl.String),
            pl.col("sku").cast(pl.String),
            pl.col("date").str.to_date() if table["date"].dtype == pl.String else pl.col("date").cast(pl.Date),
            pl.col("quantity").cast(pl.Float64),
        )
    except pl.exceptions.PolarsError as error:
        raise DemandTableError(
            f"{name}: date must hold days (YYYY-MM-DD) and quantity numbers: {str(error).splitlines()[0]}"
        ) from error
    holes = {column: rows[column].null_count() for column in COLUMNS if rows[column].null_count()}
    if holes or not rows["quantity"].is_finite().all():
        raise DemandTableError(f"{name}: values are missing or not finite, rows by column: {holes or 'quantity'}")
    days = rows.group_by("location", "sku", "date").agg(pl.col("quantity").sum().clip(lower_bound=0))
    if not days["quantity"].sum():
        raise DemandTableError(f"{name}: no demand in it")
    return days.filter(pl.col("quantity") > 0).sort("location", "sku", "date")


def read_table(path: Path) -> pl.DataFrame:
    """Checked demand of a Parquet file."""
    if not path.is_file():
        raise DemandTableError(f"{path}: no such file")
    try:
        table = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DemandTableError(f"{path}: not a Parquet file: {error}") from error
    return checked(table, str(path))


def periods(demand: pl.DataFrame, freq: str) -> pl.DataFrame:
    """Demand per period of ``freq`` (``D`` or ``W``, weeks beginning on Monday).

    The models know days only: weeks are numbered on as days from the first on, so that a horizon counts periods.
    A first or last week that the table does not hold whole would pass for a slow one and is left out.
    """
    if freq == "D":
        return demand
    first, last = demand["date"].min(), demand["date"].max()
    weeks = (
        demand.with_columns(week=pl.col("date").dt.truncate("1w"))
        .filter(pl.col("week") >= first, pl.col("week").dt.offset_by("6d") <= last)
        .group_by("location", "sku", "week")
        .agg(pl.col("quantity").sum())
    )
    number = (pl.col("week") - pl.col("week").min()).dt.total_days() // 7
    start = pl.lit(weeks["week"].min())
    return weeks.select("location", "sku", date=start.dt.offset_by(pl.format("{}d", number)), quantity="quantity").sort(
        "location", "sku", "date"
    )


def online_retail(folder: Path) -> pl.DataFrame:
    """Packs a day per article at home and abroad of the UCI Online Retail shop (2010-12 to 2011-12).

    Postage, samples and bank charges have no article number (five digits) and are left out.
    """
    with tarfile.open(folder / "by_day.tar.gz") as archive:
        days = [
            pl.read_csv(archive.extractfile(member), infer_schema=False)  # type: ignore[arg-type]
            for member in archive.getmembers()
            if member.name.endswith(".csv")
        ]
    lines = pl.concat(days).filter(pl.col("StockCode").str.contains(r"^\d{5}"))
    at_home = pl.col("Country") == "United Kingdom"
    return checked(
        lines.select(
            location=pl.when(at_home).then(pl.lit("United Kingdom")).otherwise(pl.lit("abroad")),
            sku="StockCode",
            date=pl.col("InvoiceDate").str.slice(0, 10),
            quantity=pl.col("Quantity"),
        ),
        "Online Retail",
    )


def complete_journey(folder: Path) -> pl.DataFrame:
    """Units a day per product type over all stores of the Complete Journey sample (2017).

    The sample holds a basket a day and store, so single stores are next to empty. Fuel is counted in other units, and
    coupons are no goods.
    """
    lines = pl.read_parquet(folder / "transactions_sample.parquet").join(
        pl.read_parquet(folder / "products.parquet"), on="product_id"
    )
    goods = lines.filter(pl.col("department") != "FUEL", pl.col("product_category") != "COUPON/MISC ITEMS")
    return checked(
        goods.select(
            location=pl.lit("chain"),
            sku="product_type",
            date=pl.col("transaction_timestamp").dt.date(),
            quantity="quantity",
        ).drop_nulls(),
        "Complete Journey",
    )


def simulated(truth: Path) -> pl.DataFrame:
    """What customers of a simulated chain wanted, whether they got it or not (its truth)."""
    table = pl.read_parquet(truth / "demand" / "*.parquet")
    return checked(table.select(location="store_id", sku="sku_id", date="day", quantity="demanded"), "simulated chain")
