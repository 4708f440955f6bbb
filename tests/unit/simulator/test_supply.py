"""Suppliers, phantom stock, smart shelves, planners, promotions and outbreaks as the outside world shows them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from simulator import ChainConfig, Outbreak
from simulator.__main__ import main
from simulator.catalogue import build_catalogue
from simulator.chain import Chain
from simulator.clock import midnight
from simulator.geography import build_geography
from simulator.seasons import promoted_skus

from .conftest import CONFIG, Written

ZONE = "Asia/Shanghai"
OUTBREAK = Outbreak("Shenzhen", date(2026, 1, 5), days=8, strength=5.0)


@pytest.fixture(scope="module")
def long(run: Callable[..., Written]) -> Written:
    """A chain of three months: promotions change, suppliers drift."""
    return run(stores=3, days=90)


def settled(chain: Written) -> pl.DataFrame:
    """Lines of purchase orders as last sent, with the local day of receipt."""
    lines = chain.table("purchase_orders").sort("updated_at").unique("purchase_order_line_id", keep="last")
    return lines.with_columns(pl.col("received_at").dt.convert_time_zone(ZONE).dt.date().alias("received_on"))


def test_a_receipt_in_the_stock_ledger_is_the_receipt_of_its_purchase_order_line(clean: Written) -> None:
    key = "purchase_order_line_id"
    ledger = clean.table("inventory").filter(pl.col("movement_kind") == "receipt")
    booked = ledger.select(key, "location_id", "sku_id", "quantity", "occurred_at").sort(key)
    received = settled(clean).filter(pl.col("received_at").is_not_null())
    said = received.select(key, "location_id", "sku_id", quantity="received_quantity", occurred_at="received_at")
    assert len(booked) > 30
    assert_frame_equal(booked, said.sort(key))


def test_a_line_is_sent_when_ordered_when_dispatched_and_when_settled(long: Written) -> None:
    versions = long.table("purchase_orders")
    steps = ["purchase_order_line_id"]
    for step in ("dispatched_at", "received_at", "cancelled_at"):
        versions = versions.with_columns(pl.col(step).is_not_null().alias(f"is_{step}"))
        steps.append(f"is_{step}")
    assert not versions.select(steps).is_duplicated().any()
    sent = settled(long).filter(pl.col("received_at").is_not_null())["purchase_order_line_id"]
    counts = versions.filter(pl.col("purchase_order_line_id").is_in(sent.implode()))["purchase_order_line_id"]
    assert counts.value_counts()["count"].unique().to_list() == [3]
    done = settled(long).filter(pl.col("received_at").is_not_null() | pl.col("cancelled_at").is_not_null())
    short = pl.col("received_quantity").fill_null(0) < pl.col("ordered_quantity")
    assert done.filter(short != pl.col("cancelled_at").is_not_null()).is_empty()
    assert 0.03 < done.select(short.mean()).item() < 0.3
    assert done.filter(pl.col("dispatched_at").is_null()).height > 0
    latest = versions.select(
        pl.max_horizontal("ordered_at", "dispatched_at", "received_at", "cancelled_at"), "updated_at"
    )
    assert latest.filter(pl.col("ordered_at") != pl.col("updated_at")).is_empty()


def test_suppliers_sell_whole_cases_and_no_less_than_their_least_quantity(clean: Written) -> None:
    products = pl.read_csv(clean.landing / "products/2026-01-01/products-2026-01-01.csv")
    lines = clean.table("purchase_orders").join(products, on="sku_id")
    assert products["order_multiple_quantity"].null_count() > 0
    case, least = pl.col("order_multiple_quantity").fill_null(1), pl.col("minimum_order_quantity").fill_null(1)
    assert lines.filter(pl.col("ordered_quantity") % case != 0).is_empty()
    assert lines.filter(pl.col("ordered_quantity") < least).is_empty()


def test_one_supplier_becomes_unreliable_and_the_others_stay_as_they_were(long: Written) -> None:
    habits = pl.read_parquet(long.truth / "supplier_habits.parquet")
    turn = habits.filter(pl.col("troubled_from").is_not_null())
    assert len(turn) == 1
    lines = settled(long).filter(pl.col("received_on").is_not_null())
    lines = lines.with_columns(
        late=pl.col("received_on") > pl.col("promised_receipt_on"),
        after=pl.col("ordered_at").dt.date() > turn["troubled_from"].item(),
        troubled=pl.col("supplier_id") == turn["supplier_id"].item(),
    )
    late = {row[:2]: row[2] for row in lines.group_by("troubled", "after").agg(pl.col("late").mean()).iter_rows()}
    assert late[True, True] > late[True, False] + 0.2
    assert abs(late[False, True] - late[False, False]) < 0.15
    prices = lines.sort("ordered_at").group_by("sku_id").agg(pl.col("unit_price_yuan").n_unique())
    assert (prices["unit_price_yuan"] > 1).mean() > 0.5


def test_what_vanished_stays_in_the_books_until_a_count_takes_it_out(long: Written) -> None:
    phantoms = pl.read_parquet(long.truth / "phantom_stock.parquet")
    key = ["location_id", "sku_id", "lot_id"]
    assert len(phantoms) > 10
    assert phantoms["ended_at"].null_count() > 0
    moves = long.table("inventory").sort("occurred_at", maintain_order=True)
    held = moves.with_columns(pl.col("quantity").cum_sum().over(key).alias("held"))
    counted = phantoms.filter(pl.col("ended_at").is_not_null())
    taken_out = moves.filter(pl.col("movement_kind") == "adjustment").select(
        *key, ended_at="occurred_at", adjusted=-pl.col("quantity")
    )
    both = counted.join(taken_out, on=[*key, "ended_at"], how="left")
    assert both.filter(pl.col("adjusted").ne_missing(pl.col("quantity"))).is_empty()
    # The books never know less than what vanished: nobody can sell it.
    meanwhile = held.join(phantoms, on=key, suffix="_gone").filter(
        pl.col("occurred_at") >= pl.col("started_at"),
        (pl.col("occurred_at") < pl.col("ended_at")) | pl.col("ended_at").is_null(),
    )
    assert len(meanwhile) > 10
    assert (meanwhile["held"] >= meanwhile["quantity_gone"]).all()


def test_the_erp_orders_by_what_the_books_say_not_by_what_is_there(tmp_path: Path) -> None:
    chain = Chain(CONFIG, tmp_path / "landing", tmp_path / "truth")
    chain.supply.reorder_point += 2  # so that many pairs are to be ordered
    honest, robbed = copy.deepcopy(chain.supply), copy.deepcopy(chain.supply)
    stores = slice(chain.geo.first_store * honest.skus, None)
    robbed.phantoms.missing[stores] += robbed.sellable(np.arange(len(robbed.quantity)), 1)[stores]
    robbed.quantity[stores] = 0
    for supply in (honest, robbed):
        supply.evening(0, midnight(CONFIG, 0))
    wanted, still_wanted = honest.ran_low[0], robbed.ran_low[0]
    assert len(wanted.sku) > 20
    for column in ("location", "sku", "wanted"):
        np.testing.assert_array_equal(getattr(wanted, column), getattr(still_wanted, column))


def test_a_smart_shelf_counts_the_books_less_what_vanished_and_what_is_set_aside(clean: Written) -> None:
    register = pl.read_csv(clean.landing / "sensors/2026-01-01/sensors-2026-01-01.csv")
    shelves = register.filter(pl.col("kind") == "shelf_count").select("sensor_id", "location_id", "sku_id")
    assert shelves.group_by("location_id").len()["len"].unique().to_list() == [4]
    local = pl.col("measured_at").dt.convert_time_zone(ZONE)
    counts = (
        clean.table("iot_readings")
        .filter(pl.col("kind") == "shelf_count", local.dt.hour() == 0)
        .select("sensor_id", "measured_at", "shelf_count", local.dt.date().alias("day"))
        .join(shelves, on="sensor_id")
        .filter(pl.col("day") > clean.config.start_day)
    )
    pair = ["location_id", "sku_id"]
    moves = clean.table("inventory")
    # What is refused at the door comes back only to be destroyed.
    refused = (pl.col("movement_kind") == "return") | (
        (pl.col("movement_kind") == "damage") & pl.col("order_id").is_not_null()
    )
    booked = counts.join(moves.filter(~refused), on=pair).filter(
        pl.col("occurred_at") < pl.col("measured_at"), pl.col("expiry_date") >= pl.col("day")
    )
    phantoms = pl.read_parquet(clean.truth / "phantom_stock.parquet")
    gone = counts.join(phantoms, on=pair).filter(
        pl.col("started_at") < pl.col("measured_at"),
        (pl.col("ended_at") > pl.col("measured_at")) | pl.col("ended_at").is_null(),
    )
    sales = moves.filter(pl.col("movement_kind") == "sale")
    placed = clean.table("orders").group_by("order_id").agg(pl.col("placed_at").min())
    aside = counts.join(sales.join(placed, on="order_id"), on=pair).filter(
        pl.col("placed_at") < pl.col("measured_at"),
        pl.col("occurred_at") >= pl.col("measured_at"),
        pl.col("expiry_date") >= pl.col("day"),
    )
    key = ["sensor_id", "measured_at"]
    expected = counts
    for name, rows, sign in (("booked", booked, 1), ("gone", gone, -1), ("aside", aside, 1)):
        total = rows.group_by(key).agg((sign * pl.col("quantity").sum()).alias(name))
        expected = expected.join(total, on=key, how="left").with_columns(pl.col(name).fill_null(0))
    # Sales are negative movements; those handed over later are in no ledger yet and come off the shelf all the same.
    unseen = expected.select(
        (pl.col("booked") + pl.col("gone") + pl.col("aside") - pl.col("shelf_count")).alias("unseen"), "day"
    ).filter(pl.col("day") < clean.config.day(clean.config.days - 2))["unseen"]
    assert set(unseen.unique()) == {0, 1}
    assert 0.01 < unseen.mean() < 0.08  # type: ignore[operator]
    assert expected["gone"].min() < 0


def test_a_smart_shelf_shows_a_loss_in_the_hour_it_happens(long: Written) -> None:
    register = pl.read_csv(long.landing / "sensors/2026-01-01/sensors-2026-01-01.csv")
    shelves = register.filter(pl.col("kind") == "shelf_count").select("sensor_id", "location_id", "sku_id")
    phantoms = pl.read_parquet(long.truth / "phantom_stock.parquet").join(shelves, on=["location_id", "sku_id"])
    counts = long.table("iot_readings").select("sensor_id", "measured_at", "shelf_count").sort("measured_at")
    lost = phantoms.sort("started_at").select("sensor_id", "started_at", "quantity")
    for strategy, name in (("backward", "before"), ("forward", "after")):
        seen = counts.rename({"shelf_count": name, "measured_at": f"{name}_at"})
        lost = lost.join_asof(
            seen, left_on="started_at", right_on=f"{name}_at", by="sensor_id", strategy=strategy, check_sortedness=False
        )  # type: ignore[call-overload]
    assert len(lost) > 5
    # One pack more or less stands where the shelf cannot see it.
    assert lost.filter(pl.col("before") - pl.col("after") < pl.col("quantity") - 1).is_empty()
    assert lost.select((pl.col("after_at") - pl.col("before_at")).max()).item() == timedelta(hours=1)


def test_planners_decide_the_next_morning_and_give_a_reason_unless_they_approve(clean: Written) -> None:
    decisions = clean.table("signal_decisions")
    local = pl.col("decided_at").dt.convert_time_zone(ZONE)
    assert decisions.filter(local.dt.date() != pl.col("signal_date") + timedelta(days=1)).is_empty()
    assert not decisions.select("signal_kind", "signal_date", "location_id", "sku_id").is_duplicated().any()
    assert set(decisions["signal_kind"]) == {"replenishment", "transfer"}
    assert set(decisions["decision"]) == {"approved", "changed", "refused"}
    assert decisions.filter((pl.col("decision") == "approved") != pl.col("reason_code").is_null()).is_empty()
    assert decisions.filter((pl.col("decision") == "changed") != pl.col("decided_quantity").is_not_null()).is_empty()


def test_a_promotion_lifts_the_demand_for_what_it_promotes(long: Written) -> None:
    days, skus = long.config.days, long.config.skus
    ids = build_catalogue(long.config).ids
    off = pl.concat(
        pl.DataFrame({"sku_id": ids, "off": promoted_skus(long.config, n, skus)}).with_columns(
            pl.lit(long.config.day(n)).alias("day")
        )
        for n in range(days)
    )
    wanted = long.table("demand").group_by("sku_id", "day").agg(pl.col("demanded").sum())
    both = off.join(wanted, on=["sku_id", "day"], how="left").with_columns(
        pl.col("demanded").fill_null(0), promoted=pl.col("off") > 0
    )
    means = both.group_by("sku_id", "promoted").agg(pl.col("demanded").mean(), pl.len())
    pairs = means.filter("promoted").join(means.filter(~pl.col("promoted")), on="sku_id", suffix="_usual")
    weight = pl.col("len")
    lift = pairs.select((pl.col("demanded") * weight).sum() / (pl.col("demanded_usual") * weight).sum()).item()
    assert 1.3 < lift < 2.2


def test_an_outbreak_multiplies_the_demand_for_flu_goods_in_its_city_alone(
    clean: Written, run: Callable[..., Written]
) -> None:
    struck = run(outbreak=OUTBREAK)
    geo, catalogue = build_geography(struck.config), build_catalogue(struck.config)
    city = pl.read_csv(struck.landing / "stores/2026-01-01/stores-2026-01-01.csv").select(
        "location_id", pl.col("city_en").alias("city")
    )
    assert len(geo.ids) == len(city)
    flu = pl.DataFrame({"sku_id": catalogue.ids, "is_flu": catalogue.flu_lift >= 1})

    def wanted(chain: Written) -> dict[tuple[bool, bool], int]:
        height = pl.col("day").is_between(date(2026, 1, 7), date(2026, 1, 10))
        rows = chain.table("demand").filter(height).join(flu, on="sku_id")
        rows = rows.join(city, left_on="store_id", right_on="location_id")
        total = rows.group_by((pl.col("city") == OUTBREAK.city).alias("struck"), "is_flu").agg(pl.col("demanded").sum())
        return {row[:2]: row[2] for row in total.iter_rows()}

    usual, surge = wanted(clean), wanted(struck)
    ratio = {key: surge[key] / usual[key] for key in usual}
    assert 3.8 < ratio[True, True] < 6.2
    assert all(0.75 < value < 1.3 for key, value in ratio.items() if key != (True, True))
    before = clean.table("demand").filter(pl.col("day") < OUTBREAK.first_day)
    assert_frame_equal(before, struck.table("demand").filter(pl.col("day") < OUTBREAK.first_day))


def test_an_outbreak_where_the_chain_has_no_store_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="has stores in Guangzhou"):
        build_geography(ChainConfig(outbreak=Outbreak("Atlantis", date(2026, 1, 5))))
    given = ["--landing", "l", "--truth", "t", "--start-day", "2026-03-01", "--outbreak-city", "Guangzhou"]
    with pytest.raises(SystemExit):
        main(given)
    assert "--outbreak-first-day" in capsys.readouterr().err
