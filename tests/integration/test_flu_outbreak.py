"""Influenza breaks out in one of two cities: what the signals say of its flu goods, beside the city that is spared."""

from datetime import date, timedelta

import polars as pl
import pytest

from assets.feeds import FEEDS
from assets.ingest.engine import IngestKeys, ingest_days
from simulator.chain import simulate
from simulator.config import ChainConfig, Outbreak
from tests.integration.chains import WITHOUT_TESTS, BuiltChain, build_warehouse
from warehouse.zones import Zones

START_DAY = date(2026, 8, 1)
"""Far from the simulator's own flu waves."""
DAYS = 50
OUTBREAK = Outbreak("Guangzhou", first_day=START_DAY + timedelta(days=32), days=18, strength=3.0)
FLU_GOODS = "substr(atc_code, 1, 3) in ('R02', 'R05') or substr(atc_code, 1, 5) in ('J05AH', 'M01AE', 'N02BE', 'V04CX')"
"""Antivirals, pain and fever, cough and throat, test kits: what the simulator's outbreak lifts."""
BYSTANDERS = {"iot_readings", "sensors", "community_activity", "communities"}
"""Feeds that say nothing of demand or stock; left out, they cost nothing."""
PAIRS = f"""
    with pairs as (
        select distinct location_id, sku_id, city_en
        from int_supply__demand_daily
        join int_reference__locations using (location_id)
        join (select sku_id from int_reference__products where {FLU_GOODS}) using (sku_id)
    )
"""


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> BuiltChain:
    """Six stores in two cities, built as far as the signals and the time that surges of demand took to answer."""
    folder = tmp_path_factory.mktemp("outbreak")
    built = BuiltChain(Zones(folder / "data"), folder / "truth", START_DAY + timedelta(days=DAYS - 1))
    config = ChainConfig(stores=6, skus=40, members=100, start_day=START_DAY, days=DAYS, outbreak=OUTBREAK)
    simulate(config, built.zones.landing, built.truth)
    feeds = [feed for name, feed in FEEDS.items() if name not in BYSTANDERS]
    ingest_days(built.zones, IngestKeys.load(built.zones), feeds, START_DAY, built.as_of)
    wanted = ("--select", "+fct_replenishment_signals", "+kpi_demand_response_hours")
    build_warehouse(built.zones, (*WITHOUT_TESTS, *wanted))
    return built


def by_city(chain: BuiltChain, measure: str, table: str, day_column: str) -> dict[str, float]:
    """A measure over the flu goods of each city, from the outbreak's second day on."""
    rows = chain.rows(
        f"""{PAIRS}
        select city_en, cast({measure} as double) as value
        from pairs left join {table} on {table}.location_id = pairs.location_id and {table}.sku_id = pairs.sku_id
            and {day_column} > date '{OUTBREAK.first_day}'
        group by city_en"""
    )
    return dict(rows.select("city_en", "value").iter_rows())


def test_the_struck_city_wants_more_and_the_other_does_not(chain: BuiltChain) -> None:
    wanted = pl.read_parquet(chain.truth / "demand" / "*.parquet")
    cities = chain.rows(f"{PAIRS} select distinct location_id as store_id, sku_id, city_en from pairs")
    lift = (
        wanted.join(cities, on=["store_id", "sku_id"])
        .group_by("city_en", struck=pl.col("day") >= OUTBREAK.first_day)
        .agg(daily=pl.col("demanded").sum() / pl.col("day").n_unique())
        .pivot("struck", index="city_en", values="daily")
        .with_columns(lift=pl.col("true") / pl.col("false"))
    )
    lifts = dict(lift.select("city_en", "lift").iter_rows())
    assert lifts[OUTBREAK.city] > 1.8 > 1.3 > lifts["Shenzhen"]


def test_its_stores_are_told_to_order_more_and_that_demand_surges(chain: BuiltChain) -> None:
    packs = by_city(chain, "sum(order_quantity)", "fct_replenishment_signals", "signal_date")
    surges = by_city(
        chain, "count(*) filter (where reason_code = 'demand_surge')", "fct_replenishment_signals", "signal_date"
    )
    pairs = by_city(
        chain, "count(distinct (pairs.location_id, pairs.sku_id))", "fct_replenishment_signals", "signal_date"
    )
    struck, spared = OUTBREAK.city, "Shenzhen"
    assert packs[struck] / pairs[struck] > 2 * packs[spared] / pairs[spared]
    assert surges[struck] > 5 * max(surges[spared], 1)


def test_before_a_shelf_runs_out_it_was_signalled_or_goods_were_on_their_way(chain: BuiltChain) -> None:
    ran_out = chain.rows(
        f"""{PAIRS},
        ran_out as (
            select pairs.location_id, pairs.sku_id, min(business_date) as out_on
            from pairs join int_supply__stock_positions using (location_id, sku_id)
            where city_en = '{OUTBREAK.city}' and is_stocked_out and business_date > date '{OUTBREAK.first_day}'
            group by all
        )
        select
            exists (
                select 1 from fct_replenishment_signals as signals
                where signals.location_id = ran_out.location_id and signals.sku_id = ran_out.sku_id
                    and signals.signal_date between ran_out.out_on - 3 and ran_out.out_on - 1
            ) as is_signalled,
            exists (
                select 1 from int_supply__stock_pipeline as pipeline
                where pipeline.location_id = ran_out.location_id and pipeline.sku_id = ran_out.sku_id
                    and pipeline.business_date = ran_out.out_on - 1 and pipeline.in_transit_quantity > 0
            ) as is_on_its_way
        from ran_out"""
    )
    assert ran_out.height > 10
    # The rest sold out within a day from above the reorder point.
    assert ran_out.select((pl.col("is_signalled") | pl.col("is_on_its_way")).mean()).item() > 0.85
    # The simulated ERP ships the evening it orders, so it had answered most; where it had not, the signals had said so.
    assert ran_out.filter(~pl.col("is_on_its_way"))["is_signalled"].mean() > 0.5


def test_the_response_time_says_how_long_the_struck_shelves_waited(chain: BuiltChain) -> None:
    measured = chain.rows(
        """select city_en, observations, numerator as hours from kpi_demand_response_hours
        join (select distinct city_zh, city_en from int_reference__locations) on area = city_zh
        where grain = 'city' and business_date = (select max(business_date) from kpi_demand_response_hours)"""
    )
    surges = dict(measured.select("city_en", "observations").iter_rows())
    hours = dict(measured.select("city_en", "hours").iter_rows())
    assert surges[OUTBREAK.city] > 1.5 * surges["Shenzhen"]
    assert hours["Shenzhen"] <= hours[OUTBREAK.city] < 24 * OUTBREAK.days
    began = by_city(
        chain,
        "count(*) filter (where needs_response)",
        "int_supply__demand_surges",
        "int_supply__demand_surges.started_on",
    )
    assert began[OUTBREAK.city] > 4 * max(began["Shenzhen"], 1)
