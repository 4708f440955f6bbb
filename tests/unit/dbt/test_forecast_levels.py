"""The smoothing levels of int_supply__demand_levels against statsforecast, on real series, through dbt."""

from datetime import date

import duckdb
import numpy as np
import polars as pl
import pytest

from benchmarks.forecast import demand_table, own_models
from tests.public_data import PUBLIC_DATA, why_absent
from warehouse.settings import Settings

SERIES = 100
ABSOLUTE = 1e-6
WINDOW_DAYS = 60


@pytest.fixture(scope="module")
def demand() -> pl.DataFrame:
    if reason := why_absent("online_retail_uci"):
        pytest.skip(reason)
    table = demand_table.online_retail(PUBLIC_DATA / "online_retail_uci")
    counted = table.group_by("location", "sku").len().filter(pl.col("len") >= 2).sort("location", "sku")
    # From the daily to the twice sold.
    drawn = counted.sort("len", "sku").gather_every(counted.height // SERIES).head(SERIES)
    return table.join(drawn, on=["location", "sku"], how="semi")


@pytest.fixture(scope="module")
def levels(demand: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Levels after every day of the window, nothing being adjusted for weekdays and no day being too old."""
    root = tmp_path_factory.mktemp("levels")
    warehouse = Settings(data_root=root).zones.warehouse_file
    own_models.fill_parents(warehouse, demand, horizon=7, window_days=WINDOW_DAYS)
    with duckdb.connect(warehouse) as connection:
        # Of half the series the days before the window are folded, of those of the back-test they are not.
        connection.execute(
            "update int_supply__parameters set demand_history_days = 1000, backtest_series = $series",
            {"series": SERIES // 2},
        )
        connection.execute(
            "create table int_supply__demand_profiles as select null::varchar as atc_class, null::varchar as region_zh,"
            " null::date as anchor_date, null::double as day_factor, null::date as demand_date limit 0"
        )
        connection.execute(
            "create table int_supply__promotion_lifts as select null::varchar as atc_class, null::double as lift,"
            " null::date as anchor_date limit 0"
        )
    own_models.run_models(
        root,
        (
            "int_supply__forecast_series",
            "int_supply__demand_exposures",
            "int_supply__lost_demand",
            "int_supply__demand_levels",
        ),
    )
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.sql("from int_supply__demand_levels").pl()


def histories(demand: pl.DataFrame, until: date) -> dict[tuple[str, str], np.ndarray]:
    found = {}
    for key, rows in demand.partition_by("location", "sku", as_dict=True).items():
        first = rows["date"].min()
        values = np.zeros((until - first).days + 1)  # type: ignore[operator]
        before = rows.filter(pl.col("date") <= until)
        values[(before["date"] - first).dt.total_days().to_numpy()] = before["quantity"].to_numpy()
        found[key] = values
    return found


@pytest.mark.parametrize("method", ["ses", "croston_sba", "tsb"])
def test_levels_are_those_of_statsforecast(demand: pl.DataFrame, levels: pl.DataFrame, method: str) -> None:
    models = pytest.importorskip("statsforecast.models", reason="statsforecast is not installed")
    peer = {
        "ses": models.SimpleExponentialSmoothing(alpha=0.1),
        "croston_sba": models.CrostonSBA(),
        "tsb": models.TSB(alpha_d=0.1, alpha_p=0.05),
    }[method]
    days = levels["demand_date"].unique().sort()
    compared = 0
    for day in (days[-WINDOW_DAYS], days[-20], days[-1]):
        ours = {(row["location_id"], row["sku_id"]): row[method] for row in levels.filter(demand_date=day).to_dicts()}
        for key, history in histories(demand.filter(pl.col("date").min().over("location", "sku") <= day), day).items():
            theirs = float(peer.forecast(y=history, h=1)["mean"][0])
            assert ours[key] == pytest.approx(theirs, abs=ABSOLUTE), (key, day)
            compared += 1
    assert compared > 2.5 * SERIES


def test_the_order_of_the_rows_makes_no_difference(
    demand: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("shuffled")
    warehouse = Settings(data_root=root).zones.warehouse_file
    own_models.fill_parents(warehouse, demand.sample(fraction=1, shuffle=True, seed=3), 7, WINDOW_DAYS)
    own_models.run_models(root)
    again = tmp_path_factory.mktemp("again")
    own_models.fill_parents(Settings(data_root=again).zones.warehouse_file, demand, 7, WINDOW_DAYS)
    own_models.run_models(again)
    forecasts = []
    for folder in (root, again):
        with duckdb.connect(Settings(data_root=folder).zones.warehouse_file, read_only=True) as connection:
            forecasts.append(
                connection.sql("from int_supply__demand_forecasts order by location_id, sku_id, forecast_date").pl()
            )
    numbers = [table.select(pl.selectors.numeric()).fill_null(-1).to_numpy() for table in forecasts]
    assert np.abs(numbers[0] - numbers[1]).max() <= 1e-9
    assert forecasts[0]["forecast_method"].equals(forecasts[1]["forecast_method"])
