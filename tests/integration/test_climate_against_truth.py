"""What the warehouse says of cold rides and of sensors against what the simulator did to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest

from tests.integration.chains import START_DAY, BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import latest_versions, local_day, orders_as_of, read_truth

COLD_CELSIUS = (2.0, 8.0)
LONGEST_STRETCH = {True: timedelta(minutes=5), False: timedelta(minutes=2)}
ACTIVATION_KELVIN = 83.144 / 0.0083144
A_THOUSANDTH = 1e-3
DAYS_UNTIL_FOUND = timedelta(days=7)
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


def test_every_sensor_that_drifts_or_sticks_is_found_and_nothing_else(chain: BuiltChain) -> None:
    faults = pl.read_parquet(chain.truth / "sensor_faults.parquet").with_columns(
        local_day("started_at").alias("from"), local_day("ended_at").alias("to")
    )
    found = chain.rows("from fct_sensor_findings").rename({"finding_kind": "kind"})
    # A drift shows once it is beyond the errors of both sensors, for two days; a sticking sensor after a whole day.
    shown = faults.filter(pl.col("from") <= chain.as_of - DAYS_UNTIL_FOUND)
    matched = found.join(faults, on=["sensor_id", "kind"], how="left")
    during = pl.col("first_found_on").is_between("from", "to") & pl.col("last_found_on").is_between("from", "to")
    assert matched.filter(~during.fill_null(False)).is_empty(), matched
    assert shown.join(found, on=["sensor_id", "kind"], how="anti").is_empty(), found
    assert set(found["kind"]) == {"drift", "stuck"}


def test_the_mean_kinetic_temperature_is_that_of_the_readings_by_the_time_they_hold(chain: BuiltChain) -> None:
    last = chain.as_of
    readings = (
        read_truth(chain.truth, "iot_readings")
        .filter(pl.col("arrives_on") <= last, pl.col("kind") == "climate", pl.col("location_id").is_not_null())
        .unique(["sensor_id", "measured_at"])
        .sort("sensor_id", "measured_at")
        .with_columns(
            ((pl.col("measured_at").shift(-1) - pl.col("measured_at")).over("sensor_id")).alias("held"),
            local_day("measured_at").alias("business_date"),
        )
        .filter(pl.col("held") <= timedelta(hours=1))
        .with_columns(
            minutes=pl.col("held").dt.total_seconds() / 60,
            term=(-ACTIVATION_KELVIN / (pl.col("temperature_celsius") + 273.15)).exp(),
        )
    )
    mean = (pl.col("term") * pl.col("minutes")).sum() / pl.col("minutes").sum()
    kinetic = ACTIVATION_KELVIN / -mean.log() - 273.15
    of_day = readings.group_by("sensor_id", "business_date").agg(expected=kinetic)
    of_month = readings.filter(pl.col("business_date") > last - timedelta(days=30))
    observed = chain.rows("from fct_mean_kinetic_temperatures")
    days = observed.join(of_day, on=["sensor_id", "business_date"], how="left")
    wrong = (pl.col("mkt_24_hours_celsius") - pl.col("expected")).abs() > A_THOUSANDTH
    assert days.filter(wrong).is_empty(), days.filter(wrong)
    assert days["expected"].null_count() == days["mkt_24_hours_celsius"].null_count() < days.height
    months = observed.filter(pl.col("business_date") == last).join(
        of_month.group_by("sensor_id").agg(expected=kinetic), on="sensor_id"
    )
    assert months.height > 0
    assert ((months["mkt_30_days_celsius"] - months["expected"]).abs() < A_THOUSANDTH).all()


def test_lots_and_orders_exposed_are_those_a_replay_of_the_stock_names(built_chain: ChainOf) -> None:
    chain = built_chain(0.0)
    excursions = chain.rows("from fct_climate_excursions")
    products = pl.read_csv(chain.zones.landing / "products" / f"{START_DAY}" / f"products-{START_DAY}.csv")
    class_of = dict(products.select("sku_id", "storage_class").iter_rows())
    moves = latest_versions(read_truth(chain.truth, "inventory"), "movement_id", chain.as_of).sort("occurred_at")
    orders = orders_as_of(chain.truth, chain.as_of).filter(pl.col("handed_over_at").is_not_null())
    lines = orders.join(read_truth(chain.truth, "order_lines"), on=["order_id", "updated_at"]).select(
        "fulfilling_location_id", "sku_id", "lot_id", "order_id", "handed_over_at"
    )
    expected: set[tuple[str, str, str, str | None]] = set()
    for row in excursions.iter_rows(named=True):
        start, end = row["started_at"].replace(tzinfo=UTC), row["ended_at"]
        lots: dict[tuple[str, str], int] = {}
        there: set[tuple[str, str]] = set()
        for move in moves.filter(pl.col("location_id") == row["location_id"]).iter_rows(named=True):
            lot = (move["sku_id"], move["lot_id"])
            if class_of[move["sku_id"]] != row["storage_class"]:
                continue
            if move["occurred_at"] <= start:
                lots[lot] = lots.get(lot, 0) + move["quantity"]
            elif (end is None or move["occurred_at"] < end.replace(tzinfo=UTC)) and move["quantity"] > 0:
                there.add(lot)
        there |= {lot for lot, quantity in lots.items() if quantity > 0}
        later = lines.filter(pl.col("fulfilling_location_id") == row["location_id"], pl.col("handed_over_at") >= start)
        gone: dict[tuple[str, str], set[str]] = {}
        for _, sku, lot_id, order, _ in later.iter_rows():
            gone.setdefault((sku, lot_id), set()).add(order)
        for sku, lot_id in there:
            expected |= {(row["excursion_id"], sku, lot_id, order) for order in gone.get((sku, lot_id), {None})}
    observed = chain.rows("select excursion_id, sku_id, lot_id, order_id from fct_excursion_exposures")
    assert set(observed.iter_rows()) == expected
    assert observed["order_id"].null_count() < observed.height


def test_the_monthly_sheet_adds_up_the_days_of_its_rooms(chain: BuiltChain) -> None:
    days = chain.rows("from fct_storage_climate").with_columns(
        month_start_date=pl.col("business_date").dt.month_start()
    )
    key = ["month_start_date", "location_id", "room"]
    expected = days.group_by(key).agg(pl.col("due_minutes", "in_range_minutes").sum(), pl.col("sensor_id").n_unique())
    sheet = chain.rows("from fct_climate_compliance_monthly").join(expected, on=key, how="full", suffix="_expected")
    assert sheet.height == expected.height
    assert ((sheet["due_minutes"] - sheet["due_minutes_expected"]).abs() < A_THOUSANDTH).all()
    rate = sheet["in_range_minutes_expected"] / sheet["due_minutes_expected"]
    assert ((sheet["climate_compliance_rate"] - rate).abs() < A_THOUSANDTH).all()
    assert (sheet["point_count"] == sheet["sensor_id"]).all()
    assert sheet["excursion_count"].sum() == chain.rows("from fct_climate_excursions").height
