"""What the warehouse says of stock, storage climate and communities against what really happened."""

import polars as pl
import polars.selectors as cs
import pytest

from tests.integration import warehouse_oracle_supply as oracle
from tests.integration.chains import START_DAY, BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import latest_versions, read_truth

A_MICROSECOND_IN_MINUTES = 1e-6


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def assert_same(observed: pl.DataFrame, expected: pl.DataFrame, key: list[str]) -> None:
    """Same keys, same whole numbers and texts; floating-point columns within a microsecond's worth."""
    compared = expected.join(observed, on=key, how="full", coalesce=True, suffix="_observed")
    assert compared.height == expected.height == observed.height > 0
    for name, kind in expected.schema.items():
        if name in key:
            continue
        ours, theirs = pl.col(name), pl.col(f"{name}_observed")
        same = ours.eq_missing(theirs)
        if kind.is_float():
            same = same | ((ours - theirs).abs() < A_MICROSECOND_IN_MINUTES)
        assert compared.filter(~same.fill_null(False)).is_empty(), compared.filter(~same.fill_null(False))


def test_every_stock_position_is_the_replay_of_the_movements(chain: BuiltChain) -> None:
    expected = oracle.stock_positions(chain.truth, chain.zones.landing, chain.as_of)
    observed = chain.rows("from fct_stock_positions_daily").with_columns(pl.col("stock_value_yuan").cast(pl.Float64))
    assert_same(observed.select(expected.columns), expected, ["business_date", "location_id", "sku_id"])


def test_the_stock_out_rate_is_that_of_the_replay(chain: BuiltChain) -> None:
    positions = oracle.stock_positions(chain.truth, chain.zones.landing, chain.as_of)
    expected = oracle.stockout_kpi(positions, chain.zones.landing)
    observed = chain.rows("select * from fct_kpi_daily where kpi_code = 'stockout_rate'").select(expected.columns)
    assert_same(observed, expected, ["business_date", "store_id"])
    assert 0 < expected["numerator"].sum() < expected["denominator"].sum()


@pytest.mark.parametrize(
    ("feed", "key", "model"),
    [
        ("purchase_orders", "purchase_order_line_id", "int_supply__purchase_order_lines"),
        ("signal_decisions", "decision_id", "int_supply__signal_decisions"),
    ],
)
def test_every_line_and_decision_is_its_latest_version_that_arrived(
    chain: BuiltChain, feed: str, key: str, model: str
) -> None:
    sent = latest_versions(read_truth(chain.truth, feed), key, chain.as_of).drop("arrives_on", "updated_at")
    expected = sent.with_columns(cs.datetime().dt.replace_time_zone(None))
    observed = chain.rows(f"from {model}").select(expected.columns)
    assert_same(observed, expected, [key])


def climate_of(chain: BuiltChain) -> tuple[pl.DataFrame, pl.DataFrame]:
    sensors = oracle.master_data(chain.zones.landing, "sensors", ["sensor_id"])
    readings = oracle.climate_readings(chain.truth, chain.as_of)
    return oracle.storage_climate(readings, sensors, START_DAY, chain.as_of), oracle.excursions(readings, sensors)


def test_every_minute_of_the_storage_climate_has_the_state_a_walk_over_the_readings_gives_it(chain: BuiltChain) -> None:
    expected, _ = climate_of(chain)
    observed = chain.rows("from fct_storage_climate").select(expected.columns)
    assert_same(observed, expected, ["business_date", "sensor_id"])
    assert all(expected[state].sum() > 0 for state in ("in_range_minutes", "breach_minutes", "unknown_minutes"))


def test_climate_compliance_is_minutes_in_range_over_minutes_due(chain: BuiltChain) -> None:
    minutes, _ = climate_of(chain)
    expected = minutes.group_by("business_date", store_id="location_id").agg(
        numerator=pl.col("in_range_minutes").sum(), denominator=pl.col("due_minutes").sum()
    )
    observed = chain.rows("from fct_kpi_daily where kpi_code = 'climate_compliance_rate'").select(expected.columns)
    assert_same(observed, expected, ["business_date", "store_id"])


def test_every_excursion_is_a_maximal_run_of_breach_readings(chain: BuiltChain) -> None:
    _, expected = climate_of(chain)
    observed = chain.rows("from fct_climate_excursions").select(expected.columns)
    assert_same(observed, expected, ["sensor_id", "started_at"])


def test_where_every_reading_arrived_the_excursions_are_those_that_happened(built_chain: ChainOf) -> None:
    chain = built_chain(0.0)
    happened = pl.read_parquet(chain.truth / "excursions.parquet").with_columns(
        pl.col("started_at", "ended_at").dt.replace_time_zone(None)
    )
    columns = ["sensor_id", "location_id", "room", "storage_class", "started_at", "breach_kind"]
    columns += ["peak_temperature_celsius", "peak_humidity_percent", "ended_at"]
    observed = chain.rows("from fct_climate_excursions").select(columns)
    assert_same(observed, happened.select(columns), ["sensor_id", "started_at"])


def test_monthly_reach_counts_each_member_once_wherever_it_is_shown(chain: BuiltChain) -> None:
    expected = oracle.monthly_reach(chain.truth, chain.zones.landing, START_DAY, chain.as_of)
    key = ["business_date", "grain", "area", "store_id"]
    observed = chain.rows("from fct_kpi_daily where kpi_code = 'community_mau_rate'")
    compared = expected.join(observed, on=key, how="full", coalesce=True, suffix="_observed")
    assert compared.height == expected.height == observed.height
    shown = compared.filter(~pl.col("is_suppressed"))
    assert shown.height > 0
    assert (shown["numerator"] == shown["numerator_observed"]).all()
    assert (shown["denominator"] == shown["denominator_observed"]).all()
    small = pl.any_horizontal(
        pl.col("numerator").is_between(1, 10),
        pl.col("denominator").is_between(1, 10),
        (pl.col("denominator") - pl.col("numerator")).is_between(1, 10),
    )
    assert compared.filter(small, ~pl.col("is_suppressed")).is_empty()
    hidden = compared.filter("is_suppressed")
    assert hidden["numerator_observed"].null_count() == hidden["denominator_observed"].null_count() == hidden.height


def test_no_suppressed_store_is_the_difference_of_figures_that_are_shown(chain: BuiltChain) -> None:
    stores = oracle.master_data(chain.zones.landing, "stores", ["location_id"])
    cells = chain.rows("from fct_kpi_daily where kpi_code = 'community_mau_rate'")
    hidden = cells.filter("is_suppressed", pl.col("grain") == "store").join(
        stores.select(store_id="location_id", city="city_zh", region="region_zh"), on="store_id"
    )
    shown = cells.filter(~pl.col("is_suppressed"))
    for grain in ("city", "region"):
        places = shown.filter(pl.col("grain") == grain).select("business_date", pl.col("area").alias(grain))
        lone = hidden.join(places, on=["business_date", grain]).group_by("business_date", grain).len()
        assert lone.filter(pl.col("len") == 1).is_empty()
    whole = shown.filter(pl.col("grain") == "chain").select("business_date")
    assert hidden.join(whole, on="business_date").group_by("business_date").len().filter(pl.col("len") == 1).is_empty()
