"""Speed of the platform's forecasts beside ``statsforecast``, by number of series.

``python -m benchmarks.forecast.speed [--series 1000 10000] [--days 120] [--window 56]`` makes random demand and
forecasts its sum over a week. The platform forecasts on each of the last ``--window`` days, tries every method in its
back-test and has quantiles of all, by dbt's clock; statsforecast forecasts once, by itself, on the sums of successive
weeks (the form in which it has the least to do), with its own intervals, on one process and on two. Each peer has
compiled before its clock starts.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.forecast import own_models
from benchmarks.forecast.peers import LEVELS, blocks_of
from warehouse.settings import Settings

HORIZON = 7
SKUS_PER_STORE = 500
PEER_SERIES = {"CrostonSBA": 50_000, "TSB": 50_000, "AutoETS": 1_000}
"""Most series that a peer is given; more take the same time each."""
FIRST_DAY = date(2026, 1, 1)


def random_demand(series: int, days: int) -> np.ndarray:
    """Packs a day, shape ``(series, days)``: negative binomial, its mean lognormal over series (median 0.2 packs)."""
    rng = np.random.default_rng(1)
    mean = np.exp(rng.normal(-1.5, 1.2, (series, 1)))
    demand = rng.poisson(rng.gamma(2, mean / 2, (series, days))).astype(float)
    demand[:, 0] = np.maximum(demand[:, 0], 1)
    return demand


def as_table(demand: np.ndarray) -> pl.DataFrame:
    """Rows of :func:`benchmarks.forecast.demand_table.checked` from days in columns."""
    number, day = np.nonzero(demand)
    return pl.DataFrame({"number": number, "day": day, "quantity": demand[number, day]}).select(
        location=pl.format("S{}", pl.col("number") // SKUS_PER_STORE),
        sku=pl.format("K{}", pl.col("number") % SKUS_PER_STORE),
        date=pl.lit(FIRST_DAY) + pl.duration(days="day"),
        quantity="quantity",
    )


def own_seconds(demand: np.ndarray, window: int) -> float:
    """Seconds in which the platform's models forecast every series on each of the last ``window`` days."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        own_models.fill_parents(Settings(data_root=root).zones.warehouse_file, as_table(demand), HORIZON, window)
        return own_models.run_models(root)


def peer_seconds(demand: np.ndarray, method: str, processes: int) -> float:
    """Seconds in which statsforecast forecasts the next week of every series once, with intervals."""
    from statsforecast import StatsForecast
    from statsforecast.models import TSB, AutoETS, CrostonSBA
    from statsforecast.utils import ConformalIntervals

    weeks = np.stack([blocks_of(days, HORIZON) for days in demand])
    windows = ConformalIntervals(n_windows=weeks.shape[1] // 2, h=1)
    model = {
        "CrostonSBA": lambda: CrostonSBA(prediction_intervals=windows),
        "TSB": lambda: TSB(alpha_d=0.1, alpha_p=0.1, prediction_intervals=windows),
        "AutoETS": lambda: AutoETS(season_length=1),
    }[method]()
    table = pl.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(weeks)), weeks.shape[1]),
            "ds": np.tile(np.arange(weeks.shape[1]), len(weeks)),
            "y": weeks.ravel(),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = StatsForecast(models=[model], freq=1, n_jobs=processes)
        peer.forecast(df=table.filter(pl.col("unique_id") < 2 * processes), h=1, level=LEVELS)
        started = time.perf_counter()
        peer.forecast(df=table, h=1, level=LEVELS)
        return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, nargs="+", default=[1_000, 10_000], help="numbers of series")
    parser.add_argument("--days", type=int, default=120, help="days of history (default 120)")
    parser.add_argument("--window", type=int, default=56, help="days on which the platform forecasts (default 56)")
    parser.add_argument("--no-peers", action="store_true", help="the platform alone")
    given = parser.parse_args()
    print(f"{'series':>9}  {'':<28}{'seconds':>9}{'series/s':>12}{'forecasts/s':>14}  load")
    for series in given.series:
        demand = random_demand(series, given.days)

        def report(name: str, count: int, forecasts: int, seconds: float) -> None:
            print(
                f"{count:>9,}  {name:<28}{seconds:9.1f}{count / seconds:12,.0f}{forecasts / seconds:14,.0f}"
                f"  {os.getloadavg()[0]:.1f}",
                flush=True,
            )

        report("platform", series, series * given.window, own_seconds(demand, given.window))
        for method, most in {} if given.no_peers else PEER_SERIES.items():
            for processes in (1, 2):
                count = min(series, most)
                seconds = peer_seconds(demand[:count], method, processes)
                report(f"statsforecast {method}, {processes}", count, count, seconds)


if __name__ == "__main__":
    main()
