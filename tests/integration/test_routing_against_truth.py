"""Whether the nearest store with the goods served an order, against where the goods really were."""

from __future__ import annotations

import polars as pl
import pytest

from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import read_truth

# A cell is some 600 m from its middle to a corner; both distances may be off by that much.
WIDEST_ERROR_METERS = 1300
MOST_UNKNOWN = 0.06


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def judged(chain: BuiltChain) -> pl.DataFrame:
    """The mart beside the truth, columns of the truth with ``_really``."""
    observed = chain.rows("select *, fulfilling_location_id as used_location_id from fct_fulfilment_routing")
    truth = read_truth(chain.truth, "order_routing").unique("order_id")
    return observed.join(truth, on="order_id", how="left", suffix="_really")


def orders_of_phantom_stock(chain: BuiltChain) -> pl.Series:
    """Orders of goods that some store had in its books alone when they were paid: the books cannot tell."""
    phantoms = pl.read_parquet(chain.truth / "phantom_stock.parquet").select("sku_id", "started_at", "ended_at")
    lines = read_truth(chain.truth, "order_lines").select("order_id", "sku_id").unique()
    paid = read_truth(chain.truth, "orders").select("order_id", "paid_at").drop_nulls().unique("order_id")
    met = lines.join(paid, on="order_id").join(phantoms, on="sku_id")
    during = (pl.col("paid_at") >= pl.col("started_at")) & (pl.col("paid_at") < pl.col("ended_at")).fill_null(True)
    return met.filter(during)["order_id"].unique()


def test_every_paid_courier_order_is_judged_once(chain: BuiltChain) -> None:
    rows = judged(chain)
    expected = chain.rows("select count(*) as n from fct_deliveries where paid_on is not null")["n"].item()
    assert rows.height == expected > 1000
    assert rows["is_nearest_used_really"].null_count() == 0


def test_what_the_books_can_tell_is_told_right_and_the_rest_is_unknown(chain: BuiltChain) -> None:
    rows = judged(chain)
    told = rows.filter(pl.col("is_nearest_used").is_not_null())
    wrong = told.filter(pl.col("is_nearest_used") != pl.col("is_nearest_used_really"))
    # No order is called well routed that was not; a false alarm trusts in stock that the books alone have.
    assert wrong.filter(pl.col("is_nearest_used")).is_empty()
    assert set(wrong["order_id"]) <= set(orders_of_phantom_stock(chain))
    found = told.filter(~pl.col("is_nearest_used"), ~pl.col("is_nearest_used_really"))
    assert found.height > 50
    assert found.height > 10 * wrong.height
    assert rows["is_nearest_used"].null_count() < MOST_UNKNOWN * rows.height


def test_the_nearest_store_and_the_way_lost_are_those_of_the_truth(chain: BuiltChain) -> None:
    both = judged(chain).filter(~pl.col("is_nearest_used"), ~pl.col("is_nearest_used_really"))
    gap = (pl.col("extra_distance_meters") - pl.col("extra_kilometers") * 1000).abs()
    same = both.filter(pl.col("nearest_location_id") == pl.col("nearest_location_id_really"))
    assert same.height >= 0.95 * both.height
    assert same.filter(gap > WIDEST_ERROR_METERS).is_empty()
    assert (both["lost_minutes"] > 0).all()
    assert (both["lost_courier_yuan"] >= 0).all()


def test_nothing_is_lost_where_the_nearest_was_used(chain: BuiltChain) -> None:
    rows = judged(chain).filter("is_nearest_used")
    lost = pl.sum_horizontal("extra_distance_meters", "lost_minutes", "lost_courier_yuan")
    assert rows.filter(lost != 0).is_empty()
    assert rows.filter(pl.col("nearest_location_id") != pl.col("used_location_id")).is_empty()


def test_margin_is_lost_by_orders_cancelled_for_want_of_stock_alone(chain: BuiltChain) -> None:
    lost = chain.rows(
        """select cancel_reason, cancelled_margin_yuan, goods_yuan - coupon_yuan - cost_yuan as margin_yuan
        from fct_fulfilment_routing join fct_orders using (order_id) where cancelled_margin_yuan <> 0"""
    )
    assert lost.height > 0
    assert lost.filter(pl.col("cancel_reason") != "out_of_stock").is_empty()
    assert lost.filter(pl.col("cancelled_margin_yuan") != pl.col("margin_yuan")).is_empty()
