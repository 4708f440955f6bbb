"""From the warehouse's replay tables to the arrays of the engine, and from its outcome to rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.policy_replay.engine import OUTSIDE, Ints, Levels, Outcome, World
from assets.policy_replay.schema import POLICY_REPLAYS_SCHEMA

_LEAD_TIME_SEED = 20260101
"""Fixed, so that the same tables give the same replay; both policies meet the same lead times."""


@dataclass(frozen=True)
class ReplayTables:
    """The tables ``int_supply__replay_*`` as frames; their columns are described with the models."""

    series: pl.DataFrame
    """One row per location x SKU."""
    days: pl.DataFrame
    """One row per location x SKU x day of the window."""
    lots: pl.DataFrame
    """One row per location x SKU x last day sellable of the stock with which the window begins."""


@dataclass(frozen=True)
class ReplayCase:
    """A window ready to be replayed."""

    keys: pl.DataFrame
    """``location_id`` and ``sku_id`` of each series, in the order of the arrays."""
    world: World
    policies: dict[str, Levels]
    """Levels by policy code."""


def replay_case(tables: ReplayTables) -> ReplayCase:
    """Arrays for the engine from the warehouse's tables, whatever the order of their rows.

    A day without levels of the platform's policy keeps those of the day before; before its first day the ERP's hold.
    """
    series = tables.series.sort("location_id", "sku_id").with_row_index("series")
    keys = series.select("location_id", "sku_id")
    dates = tables.days["business_date"].unique().sort()
    numbered = pl.DataFrame({"business_date": dates}).with_row_index("day")
    days = tables.days.join(numbered, on="business_date").join(
        series.select("series", "location_id", "sku_id"), on=["location_id", "sku_id"]
    )
    shape = (series.height, len(dates))

    def matrix(column: str, missing: float) -> NDArray[np.float64]:
        values = np.full(shape, missing)
        values[days["series"].to_numpy(), days["day"].to_numpy()] = days[column].cast(pl.Float64).fill_null(missing)
        return values

    erp = Levels(
        *(
            np.repeat(series[column].to_numpy().astype(np.int64)[:, None], shape[1], axis=1)
            for column in ("erp_reorder_point_quantity", "erp_order_up_to_quantity")
        )
    )
    world = World(
        demand=whole_packs(matrix("demand_quantity", 0.0)),
        opening=_opening(tables.lots, series, dates),
        arrivals=matrix("arriving_quantity", 0.0).astype(np.int64),
        lead_days=sampled_lead_days(series["lead_time_days"], series["lead_time_sd_days"], shape[1]),
        life_days=series["life_days"].to_numpy().astype(np.int64),
        source=_sources(series),
        order_multiple=series["order_multiple_quantity"].to_numpy().astype(np.int64),
        minimum_order=series["minimum_order_quantity"].to_numpy().astype(np.int64),
    )
    signals = Levels(
        _carried(matrix("reorder_point_quantity", np.nan), erp.reorder_point),
        _carried(matrix("order_up_to_quantity", np.nan), erp.order_up_to),
    )
    return ReplayCase(keys, world, {"min_max": erp, "signals": signals})


def whole_packs(demand: NDArray[np.float64]) -> Ints:
    """Demand (S, D) in whole packs whose running total is never off by more than half a pack.

    Demand on days without stock is an estimate with a fraction; rounding day by day would lose slow movers entirely.
    """
    total = np.floor(np.cumsum(demand, axis=1) + 0.5).astype(np.int64)
    return np.diff(total, axis=1, prepend=0)


def sampled_lead_days(mean: pl.Series, sd: pl.Series, days: int) -> Ints:
    """(S, days) lead times in whole days, at least 1, normal around each series' mean; the same with every call."""
    rng = np.random.default_rng(_LEAD_TIME_SEED)
    drawn = mean.to_numpy()[:, None] + sd.to_numpy()[:, None] * rng.standard_normal((len(mean), days))
    return np.maximum(np.rint(drawn), 1).astype(np.int64)


def outcome_rows(policy_code: str, keys: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
    """The outcome of one policy as rows of the lake table."""
    columns = {
        "opening_quantity": outcome.opening,
        "received_quantity": outcome.received,
        "demand_quantity": outcome.demanded,
        "sold_quantity": outcome.sold,
        "wasted_quantity": outcome.wasted,
        "closing_quantity": outcome.closing,
        "stockout_days": outcome.stockout_days,
        "stock_pack_days": outcome.stock_days,
        "order_count": outcome.orders,
        "ordered_quantity": outcome.ordered,
    }
    rows = keys.with_columns(pl.lit(policy_code).alias("policy_code"), **{k: pl.Series(v) for k, v in columns.items()})
    return rows.select(list(POLICY_REPLAYS_SCHEMA))


def _opening(lots: pl.DataFrame, series: pl.DataFrame, dates: pl.Series) -> Ints:
    days = len(dates)
    opening = np.zeros((series.height, days + 1), dtype=np.int64)
    placed = lots.join(series.select("series", "location_id", "sku_id"), on=["location_id", "sku_id"])
    last_day = (placed["expiry_date"] - dates.min()).dt.total_days().to_numpy()
    # A lot corrected below zero holds nothing that could be sold.
    quantity = placed["quantity"].clip(lower_bound=0).to_numpy()
    sellable = last_day >= 0
    np.add.at(
        opening, (placed["series"].to_numpy()[sellable], np.minimum(last_day[sellable], days)), quantity[sellable]
    )
    return opening


def _sources(series: pl.DataFrame) -> Ints:
    origins = series.select(pl.col("series").alias("source"), source_location_id="location_id", sku_id="sku_id")
    found = series.join(origins, on=["source_location_id", "sku_id"], how="left", maintain_order="left")
    return found["source"].cast(pl.Int64).fill_null(OUTSIDE).to_numpy()


def _carried(levels: NDArray[np.float64], before: Ints) -> Ints:
    """Levels (S, D) with gaps filled by the day before, at the beginning by ``before``; in whole packs, rounded up."""
    known = ~np.isnan(levels)
    last = np.maximum.accumulate(np.where(known, np.arange(levels.shape[1]), -1), axis=1)
    carried = np.take_along_axis(levels, np.maximum(last, 0), axis=1)
    return np.where(last >= 0, np.ceil(np.nan_to_num(carried)), before).astype(np.int64)
