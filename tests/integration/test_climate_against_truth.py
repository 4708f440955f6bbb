"""What the warehouse says of cold rides and of sensors against what the simulator did to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest

from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import local_day, orders_as_of, read_truth

COLD_CELSIUS = (2.0, 8.0)
LONGEST_STRETCH = {True: timedelta(minutes=5), False: timedelta(minutes=2)}
VERDICT_OF_MISHAP = {"warm_box": False, "broken_log": None, "missing_log": None}


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def cold_deliveries(chain: BuiltChain) -> pl.DataFrame:
    """Orders with cold goods that a courier brought, as they last were."""
    orders = orders_as_of(chain.truth, chain.as_of)
    by_courier = pl.col("delivery_mode").is_in(["instant", "booked"])
    return orders.filter("completed", "is_cold_chain", by_courier)


def verdict(log: list[tuple[datetime, float]], begin: datetime, end: datetime) -> bool | None:
    """Whether a log leaves no moment of the ride open and is in range all the way; None if that is not known."""
    low, high = COLD_CELSIUS
    states = [(at, low <= celsius <= high) for at, celsius in log]
    if any(begin <= at <= end and not good for at, good in states):
        return False
    known = begin
    for (at, good), (following, _) in pairwise(states):
        if following - at > LONGEST_STRETCH[good] or following <= begin or at >= end:
            continue
        if not good:
            return False
        if at > known:
            return None
        known = following
    return True if known >= end else None


def test_of_every_cold_ride_the_log_is_judged_as_a_walk_along_it_judges(chain: BuiltChain) -> None:
    orders = cold_deliveries(chain)
    readings = (
        read_truth(chain.truth, "iot_readings")
        .filter(pl.col("arrives_on") <= chain.as_of, pl.col("delivery_box_id").is_not_null())
        .sort("measured_at")
    )
    logs = {
        str(box): rows.select("measured_at", "temperature_celsius").rows()
        for (box,), rows in readings.group_by("delivery_box_id", maintain_order=True)
    }
    expected = {
        row["order_id"]: verdict(logs.get(row["delivery_box_id"], []), row["handed_over_at"], row["delivered_at"])
        for row in orders.iter_rows(named=True)
    }
    observed = chain.rows("select order_id, is_unbroken_in_range from fct_cold_chain_deliveries")
    assert dict(observed.iter_rows()) == expected
    assert set(expected.values()) == {True, False, None}


def test_every_warm_box_and_every_gap_on_the_road_is_found_and_nothing_else(built_chain: ChainOf) -> None:
    chain = built_chain(0.0)
    mishaps = dict(read_truth(chain.truth, "box_mishaps").select("order_id", "kind").iter_rows())
    found = chain.rows("select order_id, is_unbroken_in_range from fct_cold_chain_deliveries")
    expected = {
        order: VERDICT_OF_MISHAP[mishaps[order]] if order in mishaps else True for order in found["order_id"].to_list()
    }
    assert dict(found.iter_rows()) == expected
    assert {mishaps[order] for order in expected if order in mishaps} == VERDICT_OF_MISHAP.keys()


def test_the_cold_chain_delivery_rate_counts_a_log_with_a_gap_as_no_log(chain: BuiltChain) -> None:
    deliveries = chain.rows("from fct_cold_chain_deliveries")
    placed = cold_deliveries(chain).with_columns(local_day("delivered_at").alias("business_date"))
    expected = placed.group_by("business_date", "store_id", "channel").len("denominator")
    observed = chain.rows("from fct_kpi_daily where kpi_code = 'cold_chain_delivery_rate'")
    key = ["business_date", "store_id", "channel"]
    compared = expected.join(observed, on=key, how="full", suffix="_observed")
    assert compared.filter(pl.col("denominator").ne_missing(pl.col("denominator_observed").cast(pl.UInt32))).is_empty()
    assert observed["numerator"].sum() == deliveries["is_unbroken_in_range"].sum()
    assert observed["numerator"].sum() < observed["denominator"].sum()
