"""A sales history and its ERP's books as landing files, one Parquet file per feed and calendar month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from assets.feeds import FEEDS
from benchmarks.importers.erp import LEAD_DAYS, Ints, StockBooks, keep_stock
from benchmarks.importers.history import SalesHistory
from warehouse.zones import Zones

TIME_ZONE = "Asia/Shanghai"
"""Local times of the data sets are taken for times of the chain's own zone."""
SUPPLIER = "V001"
MARGIN_SHARE = 0.3
"""The data sets know prices, not costs; three tenths is a usual margin of a shop."""
_LOT, _LAST_DAY = "L1", date(2099, 12, 31)
"""One lot without a last day: none of these goods is known to expire."""
_CLOSE = time(21)


@dataclass(frozen=True)
class ImportedChain:
    """What was written, and the demand behind it."""

    first_day: date
    last_day: date
    demand: pl.DataFrame
    """``location_id``, ``sku_id``, ``business_date``, ``true_demand_quantity``: packs wanted, days without demand left
    out."""
    order_lines: int


def write_landing(history: SalesHistory, zones: Zones, days: int, window_days: int, seed: int = 7) -> ImportedChain:
    """Write the last ``days`` days of a history as feeds.

    Args:
        history: the sales.
        zones: where the landing zone is.
        days: how many days up to the last one with sales.
        window_days: days at the end by which the ERP must not set its levels.
        seed: of the late deliveries.
    """
    last_day = history.lines["placed_at"].dt.date().max()
    assert isinstance(last_day, date)
    first_day = last_day - timedelta(days=days - 1)
    lines = history.lines.filter(pl.col("placed_at").dt.date() >= first_day).with_columns(
        day=(pl.col("placed_at").dt.date() - first_day).dt.total_days()
    )
    pairs = lines.select("location_id", "sku_id").unique().sort("location_id", "sku_id").with_row_index("series")
    lines = lines.join(pairs, on=["location_id", "sku_id"], maintain_order="left")
    demand = np.zeros((pairs.height, days), dtype=np.int64)
    np.add.at(demand, (lines["series"].to_numpy(), lines["day"].to_numpy()), lines["quantity"].to_numpy())
    books = keep_stock(demand, days - window_days, seed)
    sold_lines = _limited(lines, books.sold)
    prices = lines.group_by("sku_id").agg(price=pl.col("unit_price").median().round(2).clip(0.01))
    costs = prices.with_columns(unit_cost=(pl.col("price") * (1 - MARGIN_SHARE)).round(2).clip(0.01))

    landing = _Landing(zones, first_day, last_day)
    _write_master_data(landing, history, pairs, books, costs)
    landing.write("orders", _orders(sold_lines, costs), "placed_at")
    landing.write("inventory", _movements(pairs, books, sold_lines, costs, first_day, days), "occurred_at")
    landing.write("purchase_orders", _purchase_orders(pairs, books, costs, first_day, days), "ordered_at")
    series, day = np.nonzero(demand)
    known = (
        pairs[series.tolist()]
        .with_columns(day=pl.Series(day), true_demand_quantity=pl.Series(demand[series, day]))
        .with_columns(business_date=pl.lit(first_day) + pl.duration(days="day"))
        .select("location_id", "sku_id", "business_date", "true_demand_quantity")
    )
    return ImportedChain(first_day, last_day, known, sold_lines.height)


@dataclass(frozen=True)
class _Landing:
    """Where the files go and over which days they arrive."""

    zones: Zones
    first_day: date
    last_day: date

    def write(self, feed: str, rows: pl.DataFrame, time_column: str | None = None) -> None:
        """Write rows, master data on the first day, the rest at each month's end; times get the chain's zone."""
        local = [name for name, kind in rows.schema.items() if kind == pl.Datetime("us")]
        typed = rows.select(name for name in FEEDS[feed].document if name in rows.columns).with_columns(
            pl.col(local).dt.replace_time_zone(TIME_ZONE, ambiguous="earliest", non_existent="null")
        )
        if time_column is None:
            self._put(feed, self.first_day, typed)
            return
        month_end = rows[time_column].dt.date().dt.month_end().clip(upper_bound=self.last_day).alias("arrives")
        for (arrives,), part in typed.with_columns(month_end).partition_by("arrives", as_dict=True).items():
            self._put(feed, arrives, part.drop("arrives"))

    def _put(self, feed: str, arrives: object, rows: pl.DataFrame) -> None:
        assert isinstance(arrives, date)
        folder = self.zones.landing_day(feed, arrives)
        folder.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(folder / f"{feed}.parquet")


def _limited(lines: pl.DataFrame, sold: Ints) -> pl.DataFrame:
    """The lines that stock allowed, first come first served; the last one served is cut to what was left."""
    before = pl.col("quantity").cum_sum().over("series", "day") - pl.col("quantity")
    available = pl.Series("available", sold[lines["series"].to_numpy(), lines["day"].to_numpy()])
    return (
        lines.with_columns(available)
        .with_columns(quantity=pl.min_horizontal("quantity", pl.col("available") - before).clip(0))
        .filter(pl.col("quantity") > 0)
    )


def _write_master_data(
    landing: _Landing, history: SalesHistory, pairs: pl.DataFrame, books: StockBooks, costs: pl.DataFrame
) -> None:
    eve = datetime.combine(landing.first_day - timedelta(days=1), _CLOSE)
    locations = pairs.select("location_id").unique().sort("location_id")
    landing.write(
        "stores",
        locations.with_columns(
            name_zh="location_id",
            kind=pl.lit("store"),
            region_zh=pl.lit(history.country),
            city_zh=pl.lit(history.country),
            opened_on=pl.lit(landing.first_day),
            updated_at=pl.lit(eve),
        ),
    )
    landing.write(
        "suppliers",
        pl.DataFrame({"supplier_id": [SUPPLIER], "name_zh": [SUPPLIER], "agreed_lead_time_days": [LEAD_DAYS],
                      "updated_at": [eve]}),
    )  # fmt: skip
    landing.write(
        "products",
        history.products.join(costs, on="sku_id").select(
            "sku_id",
            name_zh="product_name",
            prescription_class=pl.lit("non_drug"),
            storage_class=pl.lit("ambient"),
            special_class=pl.lit("none"),
            supplier_id=pl.lit(SUPPLIER),
            unit_cost_yuan="unit_cost",
            list_price_yuan="price",
            is_online_banned=pl.lit(False),
            is_reimbursed=pl.lit(False),
            updated_at=pl.lit(eve),
        ),
    )
    landing.write(
        "assortment",
        pairs.select(
            "location_id",
            "sku_id",
            ranged_from=pl.lit(landing.first_day),
            reorder_point=pl.Series(books.reorder_point),
            order_up_to=pl.Series(books.order_up_to),
            updated_at=pl.lit(datetime.combine(landing.first_day + timedelta(days=books.levels_day), time())),
        ),
    )
    dates = pl.date_range(landing.first_day, landing.last_day + timedelta(days=28), eager=True)
    landing.write(
        "calendar",
        pl.DataFrame({"calendar_date": dates}).with_columns(
            is_holiday=pl.lit(False), flu_level=pl.lit(0.0), is_flu_season=pl.lit(False), updated_at=pl.lit(eve)
        ),
    )


def _orders(lines: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """One till receipt per order of the history; what stock did not allow is not on it."""
    priced = lines.join(costs.select("sku_id", "unit_cost"), on="sku_id", maintain_order="left").with_columns(
        amount=(pl.col("quantity") * pl.col("unit_price").round(2)).round(2)
    )
    line = _entry(
        "lines",
        line_number=pl.int_range(1, pl.len() + 1),
        sku_id=pl.col("sku_id"),
        quantity=pl.col("quantity"),
        unit_price_yuan=pl.col("unit_price").round(2),
        unit_cost_yuan=pl.col("unit_cost"),
        lot_id=pl.lit(_LOT),
    )
    # An invoice names several stores only where the data set is wrong: the first one counts.
    orders = priced.group_by("order_id", maintain_order=True).agg(
        pl.col("location_id").first(),
        pl.col("customer_id").first(),
        pl.col("placed_at").min(),
        lines=line,
        due=pl.col("amount").sum().round(2),
    )
    step = pl.col("placed_at")
    return orders.select(
        "order_id",
        channel=pl.lit("till"),
        store_id="location_id",
        fulfilling_location_id="location_id",
        customer=_entry("customer", member_card=pl.col("customer_id")),
        delivery_mode=pl.lit("in_store"),
        status=pl.lit("delivered"),
        placed_at=step,
        paid_at=step,
        accepted_at=step,
        picked_at=step,
        handed_over_at=step,
        delivered_at=step,
        is_cold_chain=pl.lit(False),
        payments=pl.concat_list(_entry("payments", method=pl.lit("wechat_pay"), amount_yuan=pl.col("due"))),
        lines="lines",
        updated_at=step,
    )


def _entry(column: str, **fields: pl.Expr) -> pl.Expr:
    """An entry of a nested column of the order document; fields that are not given are null."""
    kind = FEEDS["orders"].document[column]
    struct = kind.inner if isinstance(kind, pl.List) else kind
    assert isinstance(struct, pl.Struct)
    return pl.struct(fields.get(name, pl.lit(None)).cast(of).alias(name) for name, of in struct.to_schema().items())


def _movements(
    pairs: pl.DataFrame, books: StockBooks, sold: pl.DataFrame, costs: pl.DataFrame, first_day: date, days: int
) -> pl.DataFrame:
    opening = pairs.with_columns(
        movement_id=pl.format("O{}", "series"),
        movement_kind=pl.lit("opening"),
        quantity=pl.Series(books.opening),
        occurred_at=pl.lit(datetime.combine(first_day, time())),
        order_id=pl.lit(None, pl.String),
        purchase_order_line_id=pl.lit(None, pl.String),
    )
    receipts = _order_rows(pairs, books, first_day).filter(pl.col("receipt_day") < days).with_columns(
        movement_id=pl.format("R{}", "line"),
        movement_kind=pl.lit("receipt"),
        quantity="ordered_quantity",
        occurred_at="received_at",
        order_id=pl.lit(None, pl.String),
        purchase_order_line_id="line",
    )  # fmt: skip
    sales = sold.with_row_index("row").with_columns(
        movement_id=pl.format("S{}", "row"),
        movement_kind=pl.lit("sale"),
        quantity=-pl.col("quantity"),
        occurred_at="placed_at",
        purchase_order_line_id=pl.lit(None, pl.String),
    )
    columns = ["movement_id", "movement_kind", "location_id", "sku_id", "quantity", "occurred_at", "order_id"]
    columns += ["purchase_order_line_id"]
    moved = pl.concat([opening.select(columns), receipts.select(columns), sales.select(columns)])
    return moved.join(costs.select("sku_id", unit_cost_yuan="unit_cost"), on="sku_id").with_columns(
        lot_id=pl.lit(_LOT), expiry_date=pl.lit(_LAST_DAY), updated_at="occurred_at"
    )


def _order_rows(pairs: pl.DataFrame, books: StockBooks, first_day: date) -> pl.DataFrame:
    """One row per order the ERP placed, with the day it was or will be received."""
    series, day = np.nonzero(books.ordered)
    close = datetime.combine(first_day, _CLOSE)
    placed = pairs[series.tolist()].with_columns(
        day=pl.Series(day),
        ordered_quantity=pl.Series(books.ordered[series, day]),
        receipt_day=pl.Series(books.receipt_day[series, day]),
    )
    return placed.with_columns(
        line=pl.format("P{}-{}", "series", "day"),
        ordered_at=pl.lit(close) + pl.duration(days="day"),
        received_at=pl.lit(close) + pl.duration(days="receipt_day"),
    )


def _purchase_orders(
    pairs: pl.DataFrame, books: StockBooks, costs: pl.DataFrame, first_day: date, days: int
) -> pl.DataFrame:
    """Every order as known at the end: one still on its way has no receipt yet."""
    rows = _order_rows(pairs, books, first_day).join(costs.select("sku_id", "unit_cost"), on="sku_id")
    is_here = pl.col("receipt_day") < days
    return rows.select(
        "location_id",
        "sku_id",
        "ordered_quantity",
        "ordered_at",
        purchase_order_line_id="line",
        purchase_order_id="line",
        supplier_id=pl.lit(SUPPLIER),
        unit_price_yuan="unit_cost",
        promised_dispatch_on=pl.col("ordered_at").dt.date(),
        promised_receipt_on=pl.col("ordered_at").dt.date() + pl.duration(days=LEAD_DAYS),
        dispatched_at="ordered_at",
        dispatched_quantity="ordered_quantity",
        received_at=pl.when(is_here).then("received_at"),
        received_quantity=pl.when(is_here).then("ordered_quantity"),
        updated_at=pl.when(is_here).then("received_at").otherwise("ordered_at"),
    )
