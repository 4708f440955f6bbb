"""Forecasts of a real shop's demand, by the platform's models, on weeks that they have not seen."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks.forecast import demand_table, own_models
from benchmarks.forecast.metrics import Accuracy, accuracy
from benchmarks.forecast.peers import blocks_of
from tests.public_data import PUBLIC_DATA, why_absent

HORIZON = 7
HELD_OUT_DAYS = 42
COVERAGE_TOLERANCE = 0.03
QUANTILE_COLUMNS = ["q50", "q80", "q90", "q95", "q975"]


@dataclass(frozen=True)
class Measured:
    """The platform's figures, and those of the last week said again with its own errors, on the same forecasts."""

    own: Accuracy
    naive: Accuracy


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    if reason := why_absent("completejourney"):
        pytest.skip(reason)
    demand = demand_table.complete_journey(PUBLIC_DATA / "completejourney")
    made = own_models.forecast(tmp_path_factory.mktemp("real"), demand, HORIZON, HELD_OUT_DAYS)
    last = made.forecasts["forecast_date"].max()
    weekly = made.forecasts.filter((pl.lit(last) - pl.col("forecast_date")).dt.total_days() % HORIZON == 0)
    first = demand["date"].min()
    days = np.zeros((demand["date"].max() - first).days + 1)  # type: ignore[operator]
    sums, quantiles = [], []
    rows_of = demand.partition_by("location", "sku", as_dict=True)
    for row in weekly.iter_rows(named=True):
        rows = rows_of[row["location"], row["sku"]]
        series = days.copy()
        series[(rows["date"] - first).dt.total_days().to_numpy()] = rows["quantity"].to_numpy()
        weeks = blocks_of(series[: (row["forecast_date"] - first + timedelta(days=1)).days], HORIZON)
        sums.append(weeks[-1])
        quantiles.append(np.maximum(weeks[-1] + np.quantile(np.diff(weeks), [0.5, 0.8, 0.9, 0.95, 0.975]), 0))
    observed, one = weekly["observed"].to_numpy(), np.ones(weekly.height)
    own = accuracy(observed, weekly["expected"].to_numpy(), weekly.select(QUANTILE_COLUMNS).to_numpy(), one, one)
    return Measured(own, accuracy(observed, np.array(sums), np.array(quantiles), one, one))


def test_quantiles_hold_as_often_as_they_say(measured: Measured) -> None:
    assert measured.own.count > 5000
    assert measured.own.coverage_gaps.max() <= COVERAGE_TOLERANCE, (measured.own.below, measured.own.at_most)
    # A quantile that nothing ever exceeds would pass as well.
    assert 1 - measured.own.at_most[-1] >= 0.01


def test_forecasts_beat_the_last_week_said_again(measured: Measured) -> None:
    assert measured.own.pinball < measured.naive.pinball
    assert measured.own.wape < measured.naive.wape
