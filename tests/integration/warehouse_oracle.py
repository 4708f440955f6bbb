"""The order KPIs worked out from the simulator's truth, written from the KPI catalogue and from nothing of dbt.

Every function takes frames and returns one with :data:`COLUMNS`: one row per KPI x business day x store x channel that
has at least one record. Amounts are yuan, ratios are left as numerator and denominator.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

BUSINESS_TIMEZONE = "Asia/Shanghai"
COLUMNS = ["kpi_code", "business_date", "store_id", "channel", "numerator", "denominator"]
ON_TIME = pl.duration(minutes=30)


def read_truth(truth: Path, table: str) -> pl.DataFrame:
    """All days of one daily truth table."""
    return pl.read_parquet(truth / table / "*.parquet")


def latest_versions(sent: pl.DataFrame, key: str, as_of: date) -> pl.DataFrame:
    """Of every record, the latest version of which a valid copy had arrived by the end of ``as_of``."""
    arrived = sent.filter(pl.col("arrives_on") <= as_of)
    return arrived.filter(pl.col("updated_at") == pl.col("updated_at").max().over(key)).unique(key)


def local_day(column: str) -> pl.Expr:
    """Business day on which an instant falls."""
    return pl.col(column).dt.convert_time_zone(BUSINESS_TIMEZONE).dt.date()


def orders_as_of(truth: Path, as_of: date) -> pl.DataFrame:
    """One row per order, with ``amount_paid``, ``on_prescription`` and the KPIs' common conditions."""
    orders = latest_versions(read_truth(truth, "orders"), "order_id", as_of)
    version = ["order_id", "updated_at"]
    # The files of a day hold every version sent, so that lines and payments are picked by the order's version.
    payments = read_truth(truth, "order_payments").unique([*version, "payment_number"])
    lines = read_truth(truth, "order_lines").unique([*version, "line_number"])
    goods_cost = lines.group_by(version).agg((pl.col("quantity") * pl.col("unit_cost_yuan")).sum().alias("goods_cost"))
    amount_paid = payments.group_by(version).agg(pl.col("amount_yuan").sum().alias("amount_paid"))
    on_prescription = lines.group_by(version).agg(
        pl.col("prescription_id").is_not_null().any().alias("on_prescription")
    )
    completed = pl.col("delivered_at").is_not_null() & pl.col("cancelled_at").is_null()
    turned_back = (pl.col("cancelled_by") == "customer") & (
        pl.col("handed_over_at").is_null() | (pl.col("cancelled_at") < pl.col("handed_over_at"))
    )
    return (
        orders.join(amount_paid, on=version, how="left")
        .join(on_prescription, on=version, how="left")
        .join(goods_cost, on=version, how="left")
        .with_columns(
            completed.alias("completed"),
            turned_back.fill_null(False).alias("turned_back_before_dispatch"),
            local_day("placed_at").alias("created_on"),
            local_day("paid_at").alias("paid_on"),
        )
    )


def sales(orders: pl.DataFrame) -> pl.DataFrame:
    """Paid amount of completed orders less refunds, on the day of payment."""
    net = pl.col("amount_paid").fill_null(0) - pl.col("refund_yuan").fill_null(0)
    sold = orders.filter("completed", pl.col("paid_on").is_not_null())
    return _per_store(sold, "sales_yuan", "paid_on", net.sum().cast(pl.Float64), pl.lit(None, pl.Float64))


def margins(orders: pl.DataFrame) -> pl.DataFrame:
    """Gross margin rate and average order over the completed orders, on the day of payment."""
    sold = orders.filter("completed", pl.col("paid_on").is_not_null())
    net = pl.col("amount_paid").fill_null(0) - pl.col("refund_yuan").fill_null(0)
    return pl.concat(
        [
            _per_store(sold, "gross_margin_rate", "paid_on", (net - pl.col("goods_cost")).sum(), net.sum()),
            _per_store(sold, "average_order_yuan", "paid_on", net.sum(), pl.len()),
        ]
    )


def online_order_share(orders: pl.DataFrame) -> pl.DataFrame:
    """Completed orders not taken at the till / completed orders, by day of creation."""
    online = (pl.col("channel") != "till").sum()
    return _per_store(orders.filter("completed"), "online_order_share", "created_on", online, pl.len())


def delivery_rates(orders: pl.DataFrame) -> pl.DataFrame:
    """The three delivery rates over instant orders that were paid and not turned back before dispatch."""
    due = orders.filter(
        pl.col("delivery_mode") == "instant", pl.col("paid_at").is_not_null(), ~pl.col("turned_back_before_dispatch")
    )
    reviewed = due.filter("on_prescription", pl.col("reviewed_at").is_not_null())

    def hits(deadline: pl.Expr) -> pl.Expr:
        return (pl.col("completed") & (pl.col("delivered_at") <= deadline)).fill_null(False).sum()

    rates = [
        ("delivery_30min_rate", due, pl.col("paid_at") + ON_TIME),
        ("delivery_30min_rate_after_review", reviewed, pl.col("reviewed_at") + ON_TIME),
        ("delivery_promise_rate", due, pl.col("promised_at")),
    ]
    return pl.concat([_per_store(rows, code, "paid_on", hits(deadline), pl.len()) for code, rows, deadline in rates])


def order_kpis(truth: Path, as_of: date) -> pl.DataFrame:
    """All KPIs of this module from a truth folder, as known at the end of ``as_of``."""
    orders = orders_as_of(truth, as_of)
    return pl.concat([sales(orders), margins(orders), online_order_share(orders), delivery_rates(orders)])


def _per_store(
    records: pl.DataFrame, kpi_code: str, day_column: str, numerator: pl.Expr, denominator: pl.Expr
) -> pl.DataFrame:
    return (
        records.group_by(pl.col(day_column).alias("business_date"), "store_id", "channel")
        .agg(numerator.cast(pl.Float64).alias("numerator"), denominator.cast(pl.Float64).alias("denominator"))
        .with_columns(pl.lit(kpi_code).alias("kpi_code"))
        .select(COLUMNS)
    )
