"""Measure the platform's forecasts on real demand, beside seasonal naive and statsforecast.

``python -m benchmarks.forecast --demand FILE.parquet --horizon 7 [--freq D|W]`` takes a table with the columns
``location, sku, date, quantity`` (others are ignored). Without ``--demand``: UCI Online Retail and Complete Journey,
where they are found (see ``tests/public_data.py``), and the truth of a simulated chain.

The last weeks are held out with rolling origins a week apart: each forecast sees what came before its origin only, also
in the choice of its method and the calibration of its quantiles. What is forecast is the sum over the horizon. Two
tables: every method of the platform's back-test and the one it chose, on the series of the back-test; then the chosen
one beside its peers, on the same random sample of series and origins: a large one, and a smaller one for AutoETS on
single days, which takes its time. Where a few series sell most of the packs, a small sample says little: below each
peer stands the platform's loss less the peer's, with a 95 % interval over series.

Coverage is printed as the share of sums below each quantile and the share at or below it. Demand is a count, so many
sums equal a quantile, and the nominal 50, 80, 90, 95 and 97.5 % should lie between the two shares (a randomised PIT
would then hit them); ``gap`` is how far the worst of the five lies outside, in points.

Speed is forecasts (series x origins) a second on this machine, each method by itself; the platform's figure is all its
models together, every method and its back-test included, by dbt's clock.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.forecast import demand_table, own_models, peers
from benchmarks.forecast.metrics import Accuracy, accuracy, naive_scales, paired_difference, pinball_loss
from tests.public_data import PUBLIC_DATA, why_absent
from warehouse.settings import PROJECT_ROOT

SEASONS = {"D": 7, "W": 1}
QUANTILE_COLUMNS = ["q50", "q80", "q90", "q95", "q975"]
BLOCKS_NEEDED = 8
"""Horizons of history before the first origin without which a peer has nothing to fit."""
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    horizon: int
    freq: str
    weeks: int
    sample: int
    slow_sample: int
    seed: int


def origins_of(last_day: date, options: Options) -> list[date]:
    """The last ``weeks`` origins of the back-test whose horizon lies within the table, earliest first."""
    latest = last_day - timedelta(days=options.horizon)
    latest -= timedelta(days=(latest - EPOCH).days % own_models.ORIGIN_STEP_DAYS)
    step = timedelta(days=own_models.ORIGIN_STEP_DAYS)
    return [latest - step * number for number in reversed(range(options.weeks))]


def histories_of(demand: pl.DataFrame) -> dict[tuple[str, str], tuple[date, np.ndarray]]:
    """Per series its first day and its demand on every day from then to the table's last."""
    last: date = demand.select(pl.col("date").max()).item()
    found = {}
    for key, rows in demand.partition_by("location", "sku", as_dict=True).items():
        first: date = rows.select(pl.col("date").min()).item()
        values = np.zeros((last - first).days + 1)
        values[(rows["date"] - first).dt.total_days().to_numpy()] = rows["quantity"].to_numpy()
        found[key] = (first, values)
    return found


def measure(rows: pl.DataFrame, scales: pl.DataFrame) -> Accuracy:
    """Accuracy of rows with ``location, sku, observed, expected`` and the quantiles."""
    scaled = rows.join(scales, on=["location", "sku"], how="left", maintain_order="left")
    return accuracy(
        scaled["observed"].to_numpy(),
        scaled["expected"].to_numpy(),
        scaled.select(QUANTILE_COLUMNS).to_numpy(),
        scaled["absolute"].fill_null(0).to_numpy(),
        scaled["squared"].fill_null(0).to_numpy(),
    )


def line(name: str, figures: Accuracy, speed: float | None = None) -> str:
    """One row of a printed table."""
    percent = lambda values: " ".join(f"{value * 100:5.1f}" for value in values)  # noqa: E731
    rate = "" if speed is None else f"{speed:12,.0f}"
    return (
        f"{name:<34}{figures.wape:7.3f}{figures.rmsse:7.3f}{figures.pinball:9.4f}{figures.scaled_pinball:8.4f}  "
        f"{percent(figures.below)}  {percent(figures.at_most)}{figures.coverage_gaps.max() * 100:6.1f}{rate}"
    )


HEADER = (
    f"{'':<34}{'WAPE':>7}{'RMSSE':>7}{'pinball':>9}{'scaled':>8}  "
    + f"{'below the quantile, %':<29}  {'at most, %':<29}{'gap':>6}"
)


def compare(
    ours: pl.DataFrame,
    picked: list[tuple[date, np.ndarray]],
    origins: list[date],
    scales: pl.DataFrame,
    options: Options,
    *,
    slow: bool,
) -> None:
    """Print each peer in its better form, and the difference of the platform's loss to it.

    Args:
        ours: The platform's forecasts, by series and, within each, origin.
        picked: First day and demand of each series, in the same order.
        origins: Origins of the forecasts.
        scales: Of each series, see :func:`measure`.
        options: Of the run.
        slow: Whether the slow peer is wanted, or the others.
    """
    histories = [values[: (origin - first).days + 1] for first, values in picked for origin in origins]
    observed = ours["observed"].to_numpy()
    numbers = np.repeat(np.arange(len(picked)), len(origins))
    own_loss = pinball_loss(observed, ours.select(QUANTILE_COLUMNS).to_numpy()).mean(axis=1)
    best: dict[str, tuple[float, str]] = {}
    for peer in peers.peer_forecasts(histories, options.horizon, SEASONS[options.freq], slow=slow):
        loss = pinball_loss(observed, peer.quantiles).mean(axis=1)
        if peer.method in best and loss.mean() >= best[peer.method][0]:
            continue
        quantiles = dict(zip(QUANTILE_COLUMNS, peer.quantiles.T, strict=True))
        figures = measure(ours.with_columns(expected=peer.expected, **quantiles), scales)
        more, low, high = paired_difference(own_loss, loss, numbers, options.seed)
        printed = line(f"{peer.method} ({peer.form})", figures, len(histories) / peer.seconds)
        printed += f"\n{'  loss of the platform less this':<48}{more:9.4f}  ({low:.4f} to {high:.4f})"
        best[peer.method] = (float(loss.mean()), printed)
    for _, printed in best.values():
        print(printed, flush=True)


def run(name: str, table: pl.DataFrame, options: Options, root: Path) -> None:
    """Forecast one table and print what came out."""
    demand = demand_table.periods(table, options.freq)
    last: date = demand.select(pl.col("date").max()).item()
    origins = origins_of(last, options)
    series = histories_of(demand)
    print(f"\n{name}: {len(series):,} series, {demand['quantity'].sum():,.0f} units, "
          f"{demand['date'].min()} to {last}, horizon {options.horizon} {options.freq}, "
          f"{len(origins)} origins from {origins[0]}", flush=True)  # fmt: skip
    held_out_days = (last - origins[0]).days + 1 - options.horizon
    own = own_models.forecast(root, demand, options.horizon, held_out_days)
    own_speed = own.forecast_count / own.seconds
    scales = pl.DataFrame(
        [
            (*key, *naive_scales(values[: max((origins[0] - first).days + 1, 0)], options.horizon))
            for key, (first, values) in series.items()
        ],
        schema=["location", "sku", "absolute", "squared"],
        orient="row",
    )
    tested = own.scores.filter(pl.col("forecast_date").is_in(origins))
    chosen = own.forecasts.filter(pl.col("forecast_date").is_in(origins))
    print(f"{HEADER}\nall methods, on the series of the back-test")
    for (method,), rows in sorted(tested.partition_by("forecast_method", as_dict=True).items()):
        print(line(method, measure(rows, scales)))
    key = ["location", "sku", "forecast_date"]
    same = chosen.join(tested.select(key).unique(), on=key)
    print(line("chosen by class", measure(same, scales)))
    print(line(f"chosen, all {chosen.select('location', 'sku').n_unique():,} series", measure(chosen, scales)))

    old_enough = origins[0] - timedelta(days=BLOCKS_NEEDED * options.horizon)
    eligible = sorted(key for key, (first, _) in series.items() if first <= old_enough)
    order = np.random.default_rng(options.seed).permutation(len(eligible))
    for slow, size in ((False, options.sample), (True, options.slow_sample)):
        picked = [eligible[number] for number in sorted(order[:size])]
        cases = [(*one, origin) for one in picked for origin in origins]
        title = f"beside its peers, on {len(picked):,} of {len(eligible):,} series"
        print(f"{title:<140}{'forecasts/s':>12}")
        sampled = pl.DataFrame(cases, schema=key, orient="row")
        ours = sampled.join(chosen, on=key, how="inner", maintain_order="left")
        assert ours.height == sampled.height
        print(line("platform, chosen by class", measure(ours, scales), own_speed), flush=True)
        compare(ours, [series[one] for one in picked], origins, scales, options, slow=slow)
    print(f"platform: {own.series:,} series, {own.forecast_count:,} forecasts in {own.seconds:.1f} s, "
          f"{own.series / own.seconds:,.0f} series/s", flush=True)  # fmt: skip


def simulated_truth(folder: Path) -> Path:
    """Simulate a chain below ``folder``; where its truth lies."""
    command = [
        sys.executable,
        "-m",
        "simulator",
        "--landing",
        str(folder / "landing"),
        "--truth",
        str(folder / "truth"),
    ]
    size = ["--stores", "8", "--skus", "120", "--members", "3000", "--start-day", "2026-01-01", "--days", "180"]
    subprocess.run([*command, *size], cwd=PROJECT_ROOT, check=True, capture_output=True)
    return folder / "truth"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="make forecast-bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--demand", type=Path, help="Parquet file with location, sku, date, quantity")
    parser.add_argument("--horizon", type=int, default=7, help="periods ahead that are summed up (default 7)")
    parser.add_argument("--freq", choices=sorted(SEASONS), default="D", help="length of a period: day or week")
    parser.add_argument("--weeks", type=int, default=6, help="origins held out (default 6)")
    parser.add_argument("--sample", type=int, default=10_000, help="series compared with the peers (default 10000)")
    parser.add_argument(
        "--slow-sample", type=int, default=200, help="series for AutoETS on single periods (default 200)"
    )
    parser.add_argument("--seed", type=int, default=7, help="of the sample")
    given = parser.parse_args()
    if min(given.horizon, given.weeks, given.sample, given.slow_sample) < 1:
        parser.error("--horizon, --weeks, --sample and --slow-sample start at 1")
    options = Options(given.horizon, given.freq, given.weeks, given.sample, given.slow_sample, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if given.demand:
            try:
                table = demand_table.read_table(given.demand)
            except demand_table.DemandTableError as error:
                parser.exit(2, f"{error}\n")
            run(given.demand.name, table, options, root / "given")
            return
        for name, title, read in (
            ("online_retail_uci", "Online Retail (UCI)", demand_table.online_retail),
            ("completejourney", "Complete Journey (dunnhumby)", demand_table.complete_journey),
        ):
            if reason := why_absent(name):
                print(f"\n{title}: left out, {reason}")
            else:
                run(title, read(PUBLIC_DATA / name), options, root / name)
        run("Simulated chain (truth)", demand_table.simulated(simulated_truth(root)), options, root / "simulated")


if __name__ == "__main__":
    main()
