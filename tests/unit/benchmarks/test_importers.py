"""The importers: what they take for demand, and landing files that the platform takes without a single refusal."""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.feeds import FEEDS
from assets.ingest.engine import IngestKeys, ingest_days
from benchmarks.importers.complete_journey import FEWEST_DAYS, complete_journey_history, read_complete_journey
from benchmarks.importers.erp import keep_stock
from benchmarks.importers.history import DataSetAbsentError, SalesHistory
from benchmarks.importers.landing import write_landing
from benchmarks.importers.online_retail import online_retail_history, read_online_retail
from tests.public_data import PUBLIC_DATA, why_absent
from warehouse.zones import Zones


def invoices(*rows: tuple[str, str, int, float, str | None]) -> pl.DataFrame:
    """Rows of Online Retail: invoice, article, quantity, price, customer."""
    return pl.DataFrame(
        rows, schema=["InvoiceNo", "StockCode", "Quantity", "UnitPrice", "CustomerID"], orient="row"
    ).with_columns(Description=pl.lit("A LAMP"), InvoiceDate=pl.lit(datetime(2010, 12, 1, 9)))


def test_a_line_cancelled_in_full_was_not_wanted_and_a_return_of_part_was() -> None:
    history = online_retail_history(
        invoices(
            ("1", "10001", 6, 2.5, "17850.0"),
            ("2", "10001", 6, 2.5, "17850.0"),
            ("C3", "10001", -6, 2.5, "17850.0"),
            ("4", "10002", 9, 1.0, None),
            ("C5", "10002", -2, 1.0, None),
            ("6", "POST", 1, 18.0, "17850.0"),
            ("7", "10002", 5, 0.0, None),
        ),
        skus=10,
    )
    assert history.lines.select("sku_id", "quantity").rows() == [("10001", 6), ("10002", 9)]
    assert history.lines["customer_id"].to_list() == ["17850", None]
    assert history.lines["placed_at"].dt.weekday().to_list() == [3, 3]
    assert sum(history.left_out.values()) + history.lines.height == 7


def test_a_category_that_a_store_sells_less_than_monthly_is_left_out() -> None:
    days = [datetime(2017, 1, 1) + timedelta(days=30 * number) for number in range(FEWEST_DAYS)]
    sold = pl.DataFrame(
        {"product_id": ["1"] * FEWEST_DAYS + ["2"] * (FEWEST_DAYS - 1), "transaction_timestamp": days + days[1:]}
    )
    rows = sold.with_columns(
        household_id=pl.lit("9"),
        store_id=pl.lit("367"),
        basket_id=pl.lit("5"),
        quantity=pl.lit(2.0),
        sales_value=pl.lit(3.0),
    )
    products = pl.DataFrame({"product_id": ["1", "2"], "product_category": ["TEA", "COFFEE"]})
    history = complete_journey_history(rows, products, stores=3)
    assert history.products.rows() == [("C001", "TEA")]
    assert history.lines.select("quantity", "unit_price").unique().rows() == [(2, 1.5)]
    assert history.lines.height == FEWEST_DAYS
    assert sum(history.left_out.values()) + history.lines.height == rows.height


def test_the_erp_sells_what_it_has_and_balances() -> None:
    demand = np.random.default_rng(5).poisson(1.5, (8, 120))
    books = keep_stock(demand, last_review_day=78, seed=1)
    received = np.zeros_like(demand)
    for series, day in zip(*np.nonzero(books.ordered), strict=True):
        if books.receipt_day[series, day] < 120:
            received[series, books.receipt_day[series, day]] += books.ordered[series, day]
    closing = books.opening[:, None] + np.cumsum(received - books.sold, axis=1)
    opening = np.concatenate([books.opening[:, None], closing[:, :-1]], axis=1)
    assert (closing >= 0).all()
    assert (books.sold == np.minimum(demand, opening)).all()
    assert books.sold.sum() < demand.sum()


def test_the_erp_does_not_set_its_levels_by_days_on_which_it_is_judged() -> None:
    demand = np.random.default_rng(5).poisson(1.5, (8, 120))
    other = demand.copy()
    other[:, 80:] = 50
    assert (keep_stock(demand, 78, 1).reorder_point == keep_stock(other, 78, 1).reorder_point).all()


def history_of(days: int) -> SalesHistory:
    rng = np.random.default_rng(2)
    count = days * 3
    lines = pl.DataFrame(
        {
            "order_id": [f"R{number}" for number in range(count)],
            "customer_id": ["17850" if number % 3 else None for number in range(count)],
            "location_id": "SHOP",
            "sku_id": [f"1000{number % 3}" for number in range(count)],
            "placed_at": [datetime(2025, 1, 6, 9) + timedelta(days=number // 3) for number in range(count)],
            "quantity": rng.poisson(3, count) + 1,
            "unit_price": rng.uniform(0.5, 9, count).round(2),
        }
    )
    products = pl.DataFrame({"sku_id": ["10000", "10001", "10002"], "product_name": ["A", "B", "C"]})
    return SalesHistory("test", "Nowhere", lines, products, {})


def test_every_record_is_taken_and_no_customer_number_gets_past_ingest(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    written = write_landing(history_of(90), zones, days=80, window_days=20)
    summaries = ingest_days(zones, IngestKeys.load(zones), FEEDS.values(), written.first_day, written.last_day)
    assert all(summary.valid == summary.received and not summary.unreadable for summary in summaries.values())
    assert {name for name, summary in summaries.items() if summary.received} == {
        "orders", "inventory", "purchase_orders", "products", "stores", "suppliers", "assortment", "calendar"
    }  # fmt: skip
    orders = pl.read_parquet(zones.lake / "orders" / "*" / "*.parquet", hive_partitioning=False)
    assert orders["member_card_token"].drop_nulls().len() > 0
    assert not any(b"17850" in path.read_bytes() for path in (zones.lake / "orders").rglob("*.parquet"))


def test_landing_stock_is_never_negative_and_sells_what_the_orders_say(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    history = history_of(90)
    written = write_landing(history, zones, days=80, window_days=20)
    moved = pl.read_parquet(zones.landing / "inventory" / "*" / "*.parquet").sort("occurred_at", "quantity")
    balance = moved.with_columns(balance=pl.col("quantity").cum_sum().over("sku_id"))
    assert balance["balance"].min() >= 0
    lines = pl.read_parquet(zones.landing / "orders" / "*" / "*.parquet").explode("lines").unnest("lines")
    sold = -moved.filter(pl.col("movement_kind") == "sale")["quantity"].sum()
    assert lines["quantity"].sum() == sold <= written.demand["true_demand_quantity"].sum()
    first_day = date(2025, 1, 6) + timedelta(days=10)
    wanted = history.lines.filter(pl.col("placed_at").dt.date() >= first_day)["quantity"].sum()
    assert (written.first_day, written.demand["true_demand_quantity"].sum()) == (first_day, wanted)


@pytest.mark.parametrize("read", [read_online_retail, read_complete_journey])
def test_an_absent_data_set_is_named(read, tmp_path: Path) -> None:
    with pytest.raises(DataSetAbsentError, match="folder for public data sets"):
        read(tmp_path)


@pytest.mark.skipif(why_absent("online_retail_uci") is not None, reason=str(why_absent("online_retail_uci")))
def test_online_retail_is_taken_whole() -> None:
    history = read_online_retail(PUBLIC_DATA, skus=10_000)
    # Rows as published; what is not in the history is accounted for.
    assert history.lines.height + sum(history.left_out.values()) == 541_909
    assert history.left_out["cancellations and returns"] == 9_288


@pytest.mark.skipif(why_absent("completejourney") is not None, reason=str(why_absent("completejourney")))
def test_complete_journey_is_taken_whole() -> None:
    history = read_complete_journey(PUBLIC_DATA)
    assert history.lines.height + sum(history.left_out.values()) == 75_000
    assert history.lines.select("location_id", "sku_id").n_unique() > 500
