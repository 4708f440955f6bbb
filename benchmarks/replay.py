"""What reorder policies would have brought on a chain whose demand is known.

``python -m benchmarks.replay [--data simulated|online_retail|complete_journey] [--days N] [--root FOLDER]`` brings a
chain in as landing files, ingests them, builds the tables that the replay stands on with dbt, and replays the last
weeks with the demand that was really there (which the platform itself never sees): beside what happened, the ERP's
minimum and maximum, and the platform's signals. More stock always means fewer stock-outs, so it also scales either
policy to the stock value of the other. Where demand is Poisson, the (s, S) policy of one who knows its mean is the
bound.

Real data are looked for as the tests look for them (``WAREHOUSE_TEST_DATA`` or beside the checkout).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.feeds import FEEDS
from assets.identity.asset import resolve_lake
from assets.ingest.engine import IngestKeys, ingest_days
from assets.models import DBT_PROJECT_DIR, dbt_environment, dbt_executable
from assets.policy_replay.asset import DAYS_MODEL, LOTS_MODEL, SERIES_MODEL, read_replay_tables
from assets.policy_replay.engine import Levels, Outcome, World, replay
from assets.policy_replay.inputs import ReplayCase, ReplayTables, replay_case
from assets.policy_replay.optimal_policies import poisson_reorder_policy
from benchmarks.importers.complete_journey import read_complete_journey
from benchmarks.importers.history import DataSetAbsentError
from benchmarks.importers.landing import write_landing
from benchmarks.importers.online_retail import read_online_retail
from warehouse.settings import PROJECT_ROOT, Settings

OBSERVED_MODEL = "int_supply__observed_policy"
SCALES = np.round(np.geomspace(0.4, 3.0, 27), 3)
"""Factors on the ERP's levels along the curve of service against stock."""
POISSON_DISPERSION = (0.7, 1.4)
"""Variance over mean of a daily demand that passes for Poisson, whose own is 1."""
POISSON_FEWEST_PACKS = 10
"""Fewer packs in the window say nothing about a distribution."""
BOUND_SERVICE_LEVEL, BOUND_ORDER_DAYS = 0.98, 7
"""What the costs of the (s, S) bound are set for: a day without stock in fifty, an order a week."""
SIMULATED_START = date(2025, 10, 1)
PUBLIC_DATA = Path(os.environ.get("WAREHOUSE_TEST_DATA") or PROJECT_ROOT.parent / "shared" / "data")
READERS = {"online_retail": read_online_retail, "complete_journey": read_complete_journey}


@dataclass(frozen=True)
class Chain:
    """A chain that has been brought in."""

    title: str
    first_day: date
    last_day: date
    demand: pl.DataFrame
    """``location_id``, ``sku_id``, ``business_date``, ``true_demand_quantity``; days without demand may be left out."""


@dataclass(frozen=True)
class Figures:
    """What one policy brought a set of series."""

    fill_rate: float
    stockout_days: int
    stock_value: float
    """Mean over the days, yuan at unit cost."""
    waste_value: float
    orders: int

    @classmethod
    def of(cls, outcome: Outcome, members: NDArray[np.bool_], unit_cost: NDArray[np.float64], days: int) -> Figures:
        """Sums over the series in ``members`` (S,)."""
        return cls(
            fill_rate=float(outcome.sold[members].sum() / max(outcome.demanded[members].sum(), 1)),
            stockout_days=int(outcome.stockout_days[members].sum()),
            stock_value=float((outcome.stock_days * unit_cost)[members].sum() / days),
            waste_value=float((outcome.wasted * unit_cost)[members].sum()),
            orders=int(outcome.orders[members].sum()),
        )

    def line(self, label: str) -> str:
        """A line of the table that :func:`main` prints."""
        return (
            f"  {label:<42}{self.fill_rate:>9.2%}{self.stockout_days:>16,}{self.stock_value:>16,.0f}"
            f"{self.waste_value:>12,.0f}{self.orders:>10,}"
        )


HEADER = f"  {'':<42}{'filled':>9}{'stock-out days':>16}{'stock, yuan':>16}{'waste':>12}{'orders':>10}"


def bring_in(data: str, settings: Settings, days: int, window_days: int) -> Chain:
    """Write a chain's landing files and load them; raises :class:`DataSetAbsentError` where its data are absent."""
    if data == "simulated":
        chain = _simulate(settings, days)
    else:
        history = READERS[data](PUBLIC_DATA)
        written = write_landing(history, settings.zones, days, window_days)
        left_out = ", ".join(f"{reason} {count:,}" for reason, count in history.left_out.items())
        title = f"{data}: {written.order_lines:,} order lines (left out: {left_out})"
        chain = Chain(title, written.first_day, written.last_day, written.demand)
    keys = IngestKeys.load(settings.zones)
    ingest_days(settings.zones, keys, FEEDS.values(), chain.first_day, chain.last_day)
    resolve_lake(settings.zones)
    return chain


def replay_window_days() -> int:
    """Days of the replay window, from the seed that the models take them from."""
    parameters = pl.read_csv(DBT_PROJECT_DIR / "seeds" / "supply" / "supply_parameters.csv")
    return int(parameters.filter(pl.col("parameter_code") == "replay_window_days").item(-1, "value"))


def _simulate(settings: Settings, days: int) -> Chain:
    truth = settings.data_root / "simulator" / "truth"
    _run([sys.executable, "-m", "simulator", "--landing", str(settings.zones.landing), "--truth", str(truth),
          "--stores", "12", "--skus", "150", "--members", "1500", "--regional-dcs",
          "--start-day", SIMULATED_START.isoformat(), "--days", str(days)])  # fmt: skip
    demand = pl.read_parquet(truth / "demand" / "*.parquet").select(
        location_id="store_id", sku_id="sku_id", business_date="day", true_demand_quantity="demanded"
    )
    return Chain("simulated chain", SIMULATED_START, SIMULATED_START + timedelta(days=days - 1), demand)


def build_tables(settings: Settings) -> None:
    """Build what the replay stands on, without tests."""
    settings.zones.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
    wanted = [f"+{model}" for model in (SERIES_MODEL, DAYS_MODEL, LOTS_MODEL, OBSERVED_MODEL)]
    command = [dbt_executable(), "build", "--project-dir", str(DBT_PROJECT_DIR), "--select", *wanted]
    command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    _run(command, dbt_environment(settings))


def _run(command: list[str], own_environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=PROJECT_ROOT, env={**os.environ, **(own_environment or {})}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:4])} failed\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")


def with_true_demand(tables: ReplayTables, demand: pl.DataFrame) -> ReplayTables:
    """The tables with the demand that was really there instead of what the platform makes of it."""
    known = tables.days.join(demand, on=["location_id", "sku_id", "business_date"], how="left")
    return replace(
        tables,
        days=known.with_columns(
            demand_quantity=pl.col("true_demand_quantity").fill_null(0).cast(pl.Float64)
        ).drop("true_demand_quantity"),
    )  # fmt: skip


def scaled(levels: Levels, factor: float) -> Levels:
    """Levels times a factor, rounded up."""
    point = np.ceil(levels.reorder_point * factor).astype(np.int64)
    return Levels(point, np.maximum(np.ceil(levels.order_up_to * factor).astype(np.int64), point + 1))


def at_stock_value(curve: list[Figures], stock_value: float) -> tuple[float, float] | None:
    """Stock-out days and fill rate of a curve of policies at a stock value, between its points by straight lines; None
    outside the curve."""
    ordered = sorted(curve, key=lambda point: point.stock_value)
    values = np.array([point.stock_value for point in ordered])
    if not values[0] <= stock_value <= values[-1]:
        return None
    stockouts = np.interp(stock_value, values, [point.stockout_days for point in ordered])
    return float(stockouts), float(np.interp(stock_value, values, [point.fill_rate for point in ordered]))


@dataclass(frozen=True)
class Bound:
    """Series whose demand in the window passes for Poisson, and the (s, S) policy of one who knows its mean."""

    members: NDArray[np.bool_]
    """(S,)."""
    levels: Levels
    order_cost: NDArray[np.float64]
    """(S,) of an order, in the cost of a pack held for a day."""
    penalty_cost: float
    """Of a pack wanted and not there."""

    def cost(self, outcome: Outcome, days: int) -> float:
        """Cost a day of an outcome of the members alone: stock held, packs lost, orders placed."""
        lost = (outcome.demanded - outcome.sold).sum()
        ordered = (outcome.orders * self.order_cost[self.members]).sum()
        return float(outcome.stock_days.sum() + self.penalty_cost * lost + ordered) / days


def poisson_bound(world: World) -> Bound:
    """The bound for a world. The penalty follows from :data:`BOUND_SERVICE_LEVEL` (critical ratio), the order cost from
    :data:`BOUND_ORDER_DAYS` (economic order quantity)."""
    mean, variance = world.demand.mean(axis=1), world.demand.var(axis=1)
    dispersion = variance / np.maximum(mean, 1e-12)
    members = (dispersion >= POISSON_DISPERSION[0]) & (dispersion <= POISSON_DISPERSION[1])
    members &= world.demand.sum(axis=1) >= POISSON_FEWEST_PACKS
    point, top = np.zeros_like(world.demand), np.ones_like(world.demand)
    penalty = BOUND_SERVICE_LEVEL / (1 - BOUND_SERVICE_LEVEL)
    order_cost = mean * BOUND_ORDER_DAYS**2 / 2
    for series in np.flatnonzero(members):
        policy = poisson_reorder_policy(
            order_cost=float(order_cost[series]),
            holding_cost=1.0,
            penalty_cost=penalty,
            demand_mean=float(mean[series]),
            lead_periods=round(float(world.lead_days[series].mean())),
        )
        point[series], top[series] = policy.reorder_point, policy.order_up_to
    return Bound(members, Levels(point, top), order_cost, penalty)


def _part(world: World, members: NDArray[np.bool_]) -> World:
    """The series in ``members`` alone, each filled in full."""
    arrays = {name: array[members] for name, array in vars(world).items()}
    return World(**{**arrays, "source": np.full(int(members.sum()), -1)})


def _levels_of(levels: Levels, members: NDArray[np.bool_]) -> Levels:
    return Levels(levels.reorder_point[members], levels.order_up_to[members])


def observed_figures(
    settings: Settings, case: ReplayCase, unit_cost: NDArray[np.float64], members: NDArray[np.bool_]
) -> Figures:
    """What happened, against the demand that was really there."""
    with duckdb.connect(settings.zones.warehouse_file, read_only=True) as connection:
        seen = connection.table(OBSERVED_MODEL).pl()
    rows = case.keys.with_columns(
        demand=pl.Series(case.world.demand.sum(axis=1)), cost=pl.Series(unit_cost), chosen=pl.Series(members)
    ).join(seen, on=["location_id", "sku_id"]).filter("chosen")  # fmt: skip
    days = case.world.demand.shape[1]
    return Figures(
        fill_rate=float(rows.select(pl.col("sold_quantity").cast(pl.Float64).sum() / pl.col("demand").sum()).item()),
        stockout_days=int(rows["stockout_days"].sum()),
        stock_value=float((rows["stock_pack_days"] * rows["cost"]).sum() / days),
        waste_value=float((rows["wasted_quantity"] * rows["cost"]).sum()),
        orders=int(rows["order_count"].sum()),
    )


def report(settings: Settings, chain: Chain) -> list[str]:
    """The comparison as lines of text."""
    tables = with_true_demand(read_replay_tables(settings), chain.demand)
    case = replay_case(tables)
    world, days = case.world, case.world.demand.shape[1]
    with duckdb.connect(settings.zones.warehouse_file, read_only=True) as connection:
        costs = connection.sql(
            "select sku_id, cast(unit_cost_yuan as double) as cost from int_reference__products"
        ).pl()
        kinds = connection.sql("select location_id, location_kind from int_reference__locations").pl()
    described = case.keys.join(costs, on="sku_id", how="left", maintain_order="left").join(
        kinds, on="location_id", how="left", maintain_order="left"
    )
    unit_cost = described["cost"].fill_null(0).to_numpy()
    stores = (described["location_kind"] == "store").to_numpy()
    everywhere = np.ones_like(stores)
    outcomes = {code: replay(world, levels) for code, levels in case.policies.items()}

    def figures(code: str, members: NDArray[np.bool_]) -> Figures:
        return Figures.of(outcomes[code], members, unit_cost, days)

    lines = [
        chain.title,
        f"{stores.sum():,} pairs in stores, {(~stores).sum():,} in distribution centres; replayed "
        f"{tables.days['business_date'].min()} to {tables.days['business_date'].max()} ({days} days), "
        f"{int(world.demand.sum()):,} packs wanted",
        "",
        HEADER,
        observed_figures(settings, case, unit_cost, stores).line("stores, what happened"),
        figures("min_max", stores).line("stores, ERP minimum and maximum"),
        figures("signals", stores).line("stores, signals"),
    ]
    if (~stores).any():
        lines += [figures(code, ~stores).line(f"distribution centres, {code}") for code in outcomes]
        lines += [figures(code, everywhere).line(f"all, {code}") for code in outcomes]

    def of_chain(outcome: Outcome) -> Figures:
        """Service where customers meet it, stock wherever it lies."""
        everywhere_held = Figures.of(outcome, everywhere, unit_cost, days)
        return replace(Figures.of(outcome, stores, unit_cost, days), stock_value=everywhere_held.stock_value)

    curves = {
        code: [of_chain(replay(world, scaled(levels, factor))) for factor in SCALES]
        for code, levels in case.policies.items()
    }
    lines += ["", *_verdict(of_chain(outcomes["min_max"]), of_chain(outcomes["signals"]), curves)]
    bound = poisson_bound(_part(world, stores))
    if bound.members.any():
        lines += ["", *_beside_bound(_part(world, stores), case, stores, bound, unit_cost)]
    return lines


def _verdict(min_max: Figures, signals: Figures, curves: dict[str, list[Figures]]) -> list[str]:
    """Both as they are, then each scaled to the stock value of the other: what is left is what the policy knows."""
    change = signals.stockout_days / max(min_max.stockout_days, 1) - 1
    lines = [
        f"Signals against minimum and maximum: {change:+.1%} stock-out days in stores, "
        f"{signals.stock_value / min_max.stock_value - 1:+.1%} stock value of the chain"
    ]
    for code, other_code, other in (("min_max", "signals", signals), ("signals", "min_max", min_max)):
        equal = at_stock_value(curves[code], other.stock_value)
        if equal is None:
            lines.append(f"No scaling of {code} holds the stock value of {other_code}")
        else:
            lines.append(
                f"{code} scaled to the stock value of {other_code}: {equal[1]:.2%} filled, {equal[0]:,.0f} stock-out "
                f"days in stores ({other_code}: {other.fill_rate:.2%}, {other.stockout_days:,})"
            )
    return lines


def _beside_bound(
    world: World, case: ReplayCase, stores: NDArray[np.bool_], bound: Bound, unit_cost: NDArray[np.float64]
) -> list[str]:
    """Policies on the series with Poisson demand, supplied in full, beside the (s, S) of one who knows the mean."""
    members, days = bound.members, world.demand.shape[1]
    part, costs, all_of = _part(world, members), unit_cost[stores][members], np.ones(int(members.sum()), dtype=bool)
    policies = {code: _levels_of(_levels_of(levels, stores), members) for code, levels in case.policies.items()}
    policies["(s, S), mean demand known"] = _levels_of(bound.levels, members)
    lines = [
        f"Pairs whose demand passes for Poisson ({int(members.sum()):,}), supplied in full:",
        f"{HEADER}{'cost':>12}",
    ]
    for label, levels in policies.items():
        outcome = replay(part, levels)
        lines.append(f"{Figures.of(outcome, all_of, costs, days).line(label)}{bound.cost(outcome, days):>12,.0f}")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Bring in, build, replay, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.replay", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", choices=["simulated", *READERS], action="append", help="all three unless given")
    parser.add_argument("--days", type=int, default=180, help="days of history up to the end of the window")
    parser.add_argument("--root", type=Path, help="keep the data roots in this folder")
    options = parser.parse_args(arguments)
    for data in options.data or ["simulated", *READERS]:
        with tempfile.TemporaryDirectory() as scratch:
            settings = Settings(data_root=(options.root or Path(scratch)) / data)
            try:
                chain = bring_in(data, settings, options.days, replay_window_days())
            except DataSetAbsentError as absent:
                print(f"{data}: skipped, {absent}\n")
                continue
            build_tables(settings)
            print("\n".join(report(settings, chain)), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
