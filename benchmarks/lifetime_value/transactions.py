"""Logs of transactions: read, checked and summed up per customer before and after a day.

Belongs here: files and the public data sets. Does not belong here: what is fitted to them.
"""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.lifetime_value.purchases import Histories, histories_of

COLUMNS = ("customer", "date", "value")


class TransactionsError(ValueError):
    """The log cannot be used; the message says what to mend."""


@dataclass(frozen=True)
class Split:
    """Customers who bought before the hold-out period: N of them, in the order of their names."""

    last_calibration_day: date
    holdout_days: int
    frequency: NDArray[np.int64]
    """(N,) days with a purchase after the first one."""
    recency: NDArray[np.float64]
    """(N,) days from the first to the last purchase."""
    age: NDArray[np.float64]
    """(N,) days from the first purchase to the end of the calibration period."""
    mean_value: NDArray[np.float64]
    """(N,) mean value of a day with a purchase."""
    log_intervals: float
    holdout_purchases: NDArray[np.float64]
    """(N,) days with a purchase in the hold-out period."""
    holdout_value: NDArray[np.float64]
    """(N,) what these brought."""

    @property
    def histories(self) -> Histories:
        """The calibration period, grouped."""
        return histories_of(self.frequency, self.recency, self.age, self.log_intervals)


def checked(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """``customer`` (text), ``date`` and ``value`` (number) of ``table``, one row per customer and day.

    What a customer buys in a day is one purchase; a day on which nothing is left after returns is none.

    Raises:
        TransactionsError: a column is missing or cannot be read, a value is missing, or there is no purchase.
    """
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise TransactionsError(f"{name}: no column {', '.join(missing)}; it has {', '.join(table.columns)}")
    try:
        rows = table.select(
            pl.col("customer").cast(pl.String),
            pl.col("date").str.slice(0, 10).str.to_date()
            if table["date"].dtype == pl.String
            else pl.col("date").cast(pl.Date),
            pl.col("value").cast(pl.Float64),
        )
    except pl.exceptions.PolarsError as error:
        raise TransactionsError(
            f"{name}: date must hold days (YYYY-MM-DD) and value numbers: {str(error).splitlines()[0]}"
        ) from error
    holes = {column: rows[column].null_count() for column in COLUMNS if rows[column].null_count()}
    if holes or not rows["value"].is_finite().all():
        raise TransactionsError(f"{name}: values are missing or not finite, rows by column: {holes or 'value'}")
    days = rows.group_by("customer", "date").agg(pl.col("value").sum()).filter(pl.col("value") > 0)
    if days.is_empty():
        raise TransactionsError(f"{name}: no purchase in it")
    return days.sort("customer", "date")


def read_table(path: Path) -> pl.DataFrame:
    """Checked transactions of a Parquet or CSV file."""
    if not path.is_file():
        raise TransactionsError(f"{path}: no such file")
    try:
        table = pl.read_csv(path, infer_schema_length=None) if path.suffix == ".csv" else pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TransactionsError(f"{path}: neither Parquet nor (named .csv) CSV: {error}") from error
    return checked(table, str(path))


def split(days: pl.DataFrame, holdout_share: float) -> Split:
    """Split checked transactions in time; ``holdout_share`` of the days at the end are held out.

    Raises:
        TransactionsError: nobody bought before the hold-out period.
    """
    first, last = days.select(pl.col("date").min(), last=pl.col("date").max()).row(0)
    holdout_days = round(((last - first).days + 1) * holdout_share)
    end = last - timedelta(days=holdout_days)
    before, after = days.filter(pl.col("date") <= end), days.filter(pl.col("date") > end)
    if before.is_empty():
        raise TransactionsError("nobody bought before the hold-out period; hold out a smaller share")
    intervals = before.select((pl.col("date") - pl.col("date").shift(1).over("customer")).dt.total_days()).drop_nulls()
    customers = (
        before.group_by("customer")
        .agg(first=pl.col("date").min(), last=pl.col("date").max(), count=pl.len(), mean=pl.col("value").mean())
        .join(
            after.group_by("customer").agg(held=pl.len(), held_value=pl.col("value").sum()), on="customer", how="left"
        )
        .sort("customer")
        .with_columns(pl.col("held", "held_value").fill_null(0).cast(pl.Float64))
    )

    def days_from_first(until: pl.Expr) -> NDArray[np.float64]:
        return customers.select((until - pl.col("first")).dt.total_days().cast(pl.Float64)).to_series().to_numpy()

    return Split(
        last_calibration_day=end,
        holdout_days=holdout_days,
        frequency=customers["count"].cast(pl.Int64).to_numpy() - 1,
        recency=days_from_first(pl.col("last")),
        age=days_from_first(pl.lit(end)),
        mean_value=customers["mean"].to_numpy(),
        log_intervals=float(np.log(intervals.to_series().to_numpy()).sum()),
        holdout_purchases=customers["held"].to_numpy(),
        holdout_value=customers["held_value"].to_numpy(),
    )


def online_retail(folder: Path) -> pl.DataFrame:
    """Pounds a day per known customer of the UCI Online Retail shop (2010-12 to 2011-12), less cancellations."""
    with tarfile.open(folder / "by_day.tar.gz") as archive:
        days = [
            pl.read_csv(archive.extractfile(member), infer_schema=False)  # type: ignore[arg-type]
            for member in archive.getmembers()
            if member.name.endswith(".csv")
        ]
    lines = pl.concat(days).filter(pl.col("CustomerID").is_not_null())
    return checked(
        lines.select(
            customer="CustomerID",
            date="InvoiceDate",
            value=pl.col("Quantity").cast(pl.Float64) * pl.col("UnitPrice").cast(pl.Float64),
        ),
        "Online Retail",
    )


def complete_journey(folder: Path) -> pl.DataFrame:
    """Dollars a day per household of the Complete Journey sample (2017), a sample of single lines of its baskets."""
    lines = pl.read_parquet(folder / "transactions_sample.parquet")
    return checked(
        lines.select(customer="household_id", date=pl.col("transaction_timestamp").dt.date(), value="sales_value"),
        "Complete Journey",
    )
