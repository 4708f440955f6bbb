"""What every importer makes of its data set."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


class DataSetAbsentError(FileNotFoundError):
    """The data set is not in the folder that was given."""


@dataclass(frozen=True)
class SalesHistory:
    """Sales as they happened, dates moved by whole weeks into the time for which the platform's parameters hold."""

    name: str
    country: str
    """Region and city of every location."""
    lines: pl.DataFrame
    """``order_id``, ``customer_id`` (null where unknown), ``location_id``, ``sku_id``, ``placed_at`` (local time, no
    zone), ``quantity`` (packs, at least 1), ``unit_price`` (at least 0); one row per line, in the order placed."""
    products: pl.DataFrame
    """``sku_id``, ``product_name``; one row per SKU of the lines."""
    left_out: dict[str, int]
    """Lines of the source that are not in the history, by reason."""


def moved(column: str, weeks: int) -> pl.Expr:
    """A time moved by whole weeks, so that its weekday stays."""
    return pl.col(column) + pl.duration(weeks=weeks)
