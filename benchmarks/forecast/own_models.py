"""The platform's forecasts of any demand: its dbt models over a temporary warehouse."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl

from assets.models import DBT_PROJECT_DIR, dbt_environment, dbt_executable
from warehouse.settings import PROJECT_ROOT, Settings

MODELS = (
    "int_supply__forecast_series",
    "int_supply__demand_profiles",
    "int_supply__promotion_lifts",
    "int_supply__demand_exposures",
    "int_supply__lost_demand",
    "int_supply__demand_levels",
    "int_supply__backtest_forecasts",
    "int_supply__demand_calibration",
    "int_supply__backtest_scores",
    "int_supply__method_choices",
    "int_supply__demand_forecasts",
)
"""From the daily demand to the forecasts, all of them as the platform runs them."""

ORIGIN_STEP_DAYS = 7
"""Origins of the back-test lie a week apart, on days whose number since 1970 is a multiple of it."""

_PARENTS = """
create table int_supply__lead_times as
select distinct location as location_id, sku as sku_id, ?::integer as protection_days from demand;
create table int_reference__locations as
select distinct location as location_id, 'store' as location_kind, 'all' as region_zh from demand;
create table int_reference__products as
select distinct
    sku as sku_id, cast(null as varchar) as atc_class, cast(0 as decimal(18, 2)) as list_price_yuan
from demand;
create table int_reference__days as
select cast(null as date) as business_date, cast(null as double) as flu_level limit 0;
create table int_ingest__as_of as select max(date) as as_of_date from demand;
create table int_supply__stockout_days as
select
    cast(null as varchar) as location_id, cast(null as varchar) as sku_id, cast(null as double) as available_share,
    cast(null as bigint) as sold_out_count, cast(null as date) as business_date limit 0;
create table int_supply__order_sizes as
select cast(null as varchar) as sku_id, cast(null as double) as excess_quantity limit 0;
create table int_supply__refill_demand as
select
    cast(null as varchar) as location_id, cast(null as varchar) as sku_id, cast(null as double) as due_difference,
    cast(null as date) as demand_date limit 0;
create table int_supply__demand_lines as
select
    cast(null as varchar) as location_id, cast(null as varchar) as sku_id, cast(null as bigint) as demand_quantity,
    cast(null as boolean) as is_cancelled_for_want_of_stock, cast(null as date) as placed_on limit 0;
-- A series begins with its first demand and ends with the table.
create table int_supply__demand_daily as
with starts as (select location, sku, min(date) as started_on from demand group by all),
days as (
    select
        location, sku,
        unnest(generate_series(started_on, (select max(date) from demand), interval 1 day))::date as day
    from starts
)
select
    days.location as location_id, days.sku as sku_id, coalesce(demand.quantity, 0) as demand_quantity,
    false as is_censored, false as is_promoted, days.day as demand_date
from days
left join demand on days.location = demand.location and days.sku = demand.sku and days.day = demand.date;
"""


@dataclass(frozen=True)
class OwnForecasts:
    """What the platform's models made of a demand table."""

    forecasts: pl.DataFrame
    """``location, sku, forecast_date, forecast_method, demand_class, expected``, a column per quantile, ``observed``;
    every series and day of the window whose horizon has passed."""
    scores: pl.DataFrame
    """The back-test of every method within the window: ``forecast_method, location, sku, forecast_date, expected``, a
    column per quantile, ``observed``."""
    series: int
    forecast_count: int
    """Series x days that the models forecast."""
    seconds: float
    """That the models took, by dbt's clock, without the start of dbt."""


def latest_parameters() -> dict[str, float]:
    """Parameters of the supply models, from their seed; those valid last, because public demand is older than any."""
    with (DBT_PROJECT_DIR / "seeds" / "supply" / "supply_parameters.csv").open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["valid_from"])
    return {row["parameter_code"]: float(row["value"]) for row in rows}


def _seed(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    path = DBT_PROJECT_DIR / "seeds" / "supply" / f"{name}.csv"
    connection.execute(f"create table {name} as from read_csv(?, header = true)", [str(path)])


def fill_parents(warehouse: Path, demand: pl.DataFrame, horizon: int, window_days: int) -> None:
    """Make a warehouse file in which the models find what they read, all of it made of ``demand``."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    parameters = latest_parameters()
    parameters |= {"forecast_window_days": float(window_days), "backtest_step_days": float(ORIGIN_STEP_DAYS)}
    with duckdb.connect(warehouse) as connection:
        connection.register("given", demand)
        connection.register("chosen", pl.DataFrame(parameters))
        connection.execute("create table demand as from given")
        create, *others = (statement for statement in _PARENTS.split(";") if statement.strip())
        connection.execute(create, [horizon])
        for statement in others:
            connection.execute(statement)
        connection.execute("create table int_supply__parameters as from chosen")
        _seed(connection, "forecast_methods")
        _seed(connection, "forecast_quantiles")
        connection.execute("drop table demand")


def run_models(root: Path, models: tuple[str, ...] = MODELS) -> float:
    """Run dbt models on the warehouse below ``root``; seconds that they took together."""
    environment = {**os.environ, **dbt_environment(Settings(data_root=root))}
    command = [dbt_executable(), "run", "--project-dir", str(DBT_PROJECT_DIR), "--select", *models]
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"dbt failed\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")
    results = json.loads((Path(environment["DBT_TARGET_PATH"]) / "run_results.json").read_text())
    return sum(result["execution_time"] for result in results["results"])


def forecast(root: Path, demand: pl.DataFrame, horizon: int, held_out_days: int) -> OwnForecasts:
    """Forecast ``demand`` (see :func:`benchmarks.forecast.demand_table.checked`) on each of its last days.

    Args:
        root: Empty folder for the temporary warehouse.
        demand: One row per series and day with demand.
        horizon: Days that a forecast is about.
        held_out_days: Days, before the last ``horizon``, on which forecasts are made.
    """
    settings = Settings(data_root=root)
    fill_parents(settings.zones.warehouse_file, demand, horizon, horizon + held_out_days)
    seconds = run_models(root)
    suffixes = ("50", "80", "90", "95", "975")
    quantiles = ", ".join(f"quantile_{suffix}_quantity as q{suffix}" for suffix in suffixes)
    columns = f"location_id as location, sku_id as sku, forecast_date, forecast_method, demand_class, {quantiles}"
    first = demand["date"].max() - timedelta(days=horizon + held_out_days - 1)  # type: ignore[operator]
    with duckdb.connect(settings.zones.warehouse_file, read_only=True) as connection:
        own = connection.sql(
            f"select {columns}, expected_quantity as expected, observed_quantity as observed "
            "from int_supply__demand_forecasts where observed_quantity is not null"
        ).pl()
        scores = connection.sql(
            f"select {columns}, expected_quantity as expected, observed_quantity as observed "
            "from int_supply__backtest_scores where forecast_date >= $first",
            params={"first": first},
        ).pl()
        [(series, forecast_count)] = connection.sql(
            "select count(distinct (location_id, sku_id)), count(*) from int_supply__demand_forecasts"
        ).fetchall()
    return OwnForecasts(own, scores, series, forecast_count, seconds)
