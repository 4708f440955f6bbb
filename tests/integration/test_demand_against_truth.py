"""What the warehouse says of demand, lost sales and forecasts against what customers really wanted."""

import polars as pl
import pytest

from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf

LOST_SALES_TOLERANCE = 0.10
TIME_ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module")
def chain(built_chain: ChainOf) -> BuiltChain:
    return built_chain(0.0)


def truth(chain: BuiltChain, table: str) -> pl.DataFrame:
    return pl.read_parquet(chain.truth / table / "*.parquet")


def latest(versions: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Rows of the version of each order that was sent last."""
    newest = pl.col("updated_at").max().over(key[0])
    return versions.filter(pl.col("updated_at") == newest).unique(key)


def test_demand_is_what_the_orders_asked_for_at_the_store_that_ranges_it(chain: BuiltChain) -> None:
    orders = latest(truth(chain, "orders").filter(pl.col("arrives_on") <= chain.as_of), ["order_id"])
    lines = truth(chain, "order_lines").filter(pl.col("arrives_on") <= chain.as_of)
    lines = lines.join(orders.select("order_id", "updated_at"), on=["order_id", "updated_at"]).unique(
        ["order_id", "line_number"]
    )
    ranged = chain.rows("select location_id, sku_id, true as is_ranged from int_supply__ranges")
    back = pl.when(pl.col("delivered_at").is_not_null() & pl.col("cancelled_at").is_null()).then(
        pl.col("refund_yuan").fill_null(0) / pl.col("paid_yuan")
    )
    payments = truth(chain, "order_payments").filter(pl.col("arrives_on") <= chain.as_of)
    paid = (
        payments.join(orders.select("order_id", "updated_at"), on=["order_id", "updated_at"])
        .unique(["order_id", "payment_method"])
        .group_by("order_id")
        .agg(paid_yuan=pl.col("amount_yuan").sum())
    )
    kept = orders.filter(pl.col("cancelled_by").fill_null("nobody") != "customer").join(paid, on="order_id", how="left")
    wanted = (
        lines.join(kept.with_columns(back=back.fill_null(0).clip(0, 1)), on="order_id")
        .with_columns(units=(pl.col("quantity") * (1 - pl.col("back")) + 0.5).floor().cast(pl.Int64))
        .join(ranged, left_on=["store_id", "sku_id"], right_on=["location_id", "sku_id"], how="left")
        .with_columns(
            location_id=pl.when("is_ranged")
            .then("store_id")
            .otherwise(pl.coalesce("fulfilling_location_id", "store_id")),
            demand_date=pl.col("placed_at").dt.convert_time_zone(TIME_ZONE).dt.date(),
        )
        .group_by("location_id", "sku_id", "demand_date")
        .agg(pl.col("units").sum())
        .filter(pl.col("units") > 0)
    )
    observed = chain.rows("select * from int_supply__demand_daily where demand_quantity > 0")
    compared = observed.join(wanted, on=["location_id", "sku_id", "demand_date"], how="full", coalesce=True)
    assert compared.height == observed.height == wanted.height > 1000
    assert compared.filter(pl.col("units") != pl.col("demand_quantity")).is_empty()


def test_lost_sales_are_those_of_the_truth_within_a_tenth(chain: BuiltChain) -> None:
    price = chain.rows("select sku_id, list_price_yuan::double as price from dim_products")
    day = pl.col("started_at").dt.convert_time_zone(TIME_ZONE).dt.date()
    end = pl.col("ended_at").dt.convert_time_zone(TIME_ZONE).dt.date().fill_null(chain.as_of)
    # While goods are missing that the books still show, the books cannot tell what is lost for want of them.
    unseen = (
        pl.read_parquet(chain.truth / "phantom_stock.parquet")
        .select("location_id", "sku_id", business_date=pl.date_ranges(day, end))
        .explode("business_date")
        .unique()
    )
    busy = latest(truth(chain, "orders"), ["order_id"]).filter(pl.col("cancel_reason") == "store_too_busy")
    lines = truth(chain, "order_lines").join(
        busy.select("order_id", "updated_at", "store_id", "placed_at"), on="order_id"
    )
    lost_otherwise = (
        lines.unique(["order_id", "line_number"])
        .with_columns(business_date=pl.col("placed_at").dt.convert_time_zone(TIME_ZONE).dt.date())
        .select("sku_id", "business_date", location_id="store_id", lost=-pl.col("quantity"))
    )
    wanted = truth(chain, "demand").select("sku_id", "lost", location_id="store_id", business_date="day")
    key = ["location_id", "sku_id", "business_date"]
    lost = pl.concat([wanted, lost_otherwise], how="diagonal_relaxed").join(unseen, on=key, how="anti")
    truly = lost.join(price, on="sku_id").select((pl.col("lost") * pl.col("price")).sum()).item()
    estimated = chain.rows("from int_supply__lost_demand").join(unseen, on=key, how="anti")["lost_sales_yuan"].sum()
    shown = chain.rows("select sum(value) as yuan from fct_kpi_daily where kpi_code = 'lost_sales_yuan'").item()
    assert shown == pytest.approx(chain.rows("from int_supply__lost_demand")["lost_sales_yuan"].sum())
    assert truly > 0
    assert abs(estimated / truly - 1) <= LOST_SALES_TOLERANCE, (estimated, truly)
