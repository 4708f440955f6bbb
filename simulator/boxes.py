"""Delivery boxes: which box carries which cold order, what its logger measures on the ride, what goes wrong in it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.clock import local_day, utc
from simulator.config import ChainConfig
from simulator.geography import Geography
from simulator.streams import stream

Ints = NDArray[np.int64]
LOWEST, HIGHEST = 2.0, 8.0
RECORD_MINUTES = 5
#: Boxes of a location that go round on the orders of one day, and days until the same boxes go round again: a ride may
#: end two days after its order was placed.
_BOXES_A_DAY, _DAYS_APART = 20, 3
_SECONDS_AFTER_RIDE = 600
#: A box whose order neither arrives nor is cancelled is emptied at last.
_SECONDS_UNTIL_GIVEN_UP = 7200
_FINE, _WARM, _BROKEN, _MISSING = range(4)
KINDS = ["fine", "warm_box", "broken_log", "missing_log"]
#: Cold rides are few: of a small chain too, each kind is to be seen in a month.
_SHARE = np.cumsum([0.03, 0.03, 0.02])
_SHORTEST_WARMTH_SECONDS = 300


def box_ids(day: int, location: Ints, handed_over_at: Ints, is_boxed: NDArray[np.bool_]) -> pl.Series:
    """Box of each order of one day: boxes of a location take turns in the order of hand-over; null without a box."""
    boxed = np.flatnonzero(is_boxed)
    turn = boxed[np.lexsort((handed_over_at[boxed], location[boxed]))]
    place = location[turn]
    rank = np.arange(len(turn)) - np.searchsorted(place, place)
    number = np.full(len(location), -1, dtype=np.int64)
    number[turn] = place * 100 + rank % _BOXES_A_DAY + _BOXES_A_DAY * (day % _DAYS_APART) + 1
    text = "B" + pl.Series(number + 10_000_000).cast(pl.String).str.slice(1)
    return pl.select(pl.when(pl.Series(number >= 0)).then(text).alias("delivery_box_id")).to_series()


class DeliveryBoxes:
    """The boxes on their rides; their readings wait for the day on which they are measured."""

    def __init__(self, config: ChainConfig, geo: Geography) -> None:
        self.config, self.geo = config, geo
        self._waiting: dict[tuple[int, int], list[pl.DataFrame]] = defaultdict(list)

    def ride(self, day: int, block: int, orders: pl.DataFrame) -> pl.DataFrame:
        """Let the boxes of one day's orders ride; return the mishaps.

        Args:
            orders: ``order_id, delivery_box_id, handed_over_at, delivered_at, cancelled_at`` (seconds UTC, 0 = never).

        Returns:
            ``order_id, delivery_box_id, kind`` of each order whose box was warm, or whose log has a hole or is missing.
        """
        rides = orders.filter(pl.col("delivery_box_id").is_not_null())
        rng = stream(self.config.seed, "delivery boxes", day, block)
        n = len(rides)
        kind = 1 + np.searchsorted(_SHARE, rng.random(n), side="right")
        kind = np.where(kind > len(_SHARE), _FINE, kind)
        begin = rides["handed_over_at"].to_numpy()
        end = np.maximum(rides["delivered_at"].to_numpy(), rides["cancelled_at"].to_numpy())
        end = np.where(end > 0, end, begin + _SECONDS_UNTIL_GIVEN_UP)
        readings = self._readings(rides["delivery_box_id"], kind, begin, end, rng)
        days = local_day(self.config, readings["at"].to_numpy())
        for measured_day in np.unique(days):
            part = readings.filter(pl.Series(days == measured_day))
            self._waiting[int(measured_day), block].append(part)
        return rides.select("order_id", "delivery_box_id").with_columns(
            pl.Series("kind", KINDS, dtype=pl.String).gather(pl.Series(kind))
        ).filter(pl.col("kind") != KINDS[_FINE])  # fmt: skip

    def _readings(self, box: pl.Series, kind: Ints, begin: Ints, end: Ints, rng: np.random.Generator) -> pl.DataFrame:
        """A logger runs from the packing of the box until it is emptied: every minute where it is too warm."""
        n, seconds = len(box), end - begin
        first = begin - rng.integers(0, RECORD_MINUTES * 60, n)
        minutes = (end + _SECONDS_AFTER_RIDE - first) // 60 + 1
        row = np.repeat(np.arange(n), minutes)
        minute = np.arange(len(row)) - np.repeat(np.cumsum(minutes) - minutes, minutes)
        at = first[row] + 60 * minute
        level = rng.normal(4.6, 0.5, n).clip(3.4, 5.6)
        calm = (level[row] + rng.normal(0, 0.15, len(row))).clip(LOWEST + 0.4, HIGHEST - 0.4)
        heat = np.where(kind == _WARM, rng.uniform(5.0, 9.0, n), 0.0)
        warm_from, warm_for = begin + 0.1 * seconds, np.maximum(0.8 * seconds, _SHORTEST_WARMTH_SECONDS)
        curve = np.sin(np.clip((at - warm_from[row]) / warm_for[row], 0, 1) * np.pi) ** 0.7
        celsius = (calm + heat[row] * curve).round(2)
        out = celsius > HIGHEST
        was_out = np.r_[False, out[:-1]] & (minute > 0)
        middle, half = begin + 0.3 * seconds, rng.integers(RECORD_MINUTES * 30 + 30, 540, n)
        in_hole = (kind[row] == _BROKEN) & (np.abs(at - middle[row]) <= half[row])
        told = (out | was_out | (minute % RECORD_MINUTES == 0)) & ~in_hole & (kind[row] != _MISSING)
        return pl.DataFrame({"at": at[told], "temperature_celsius": celsius[told], "row": row[told]}).with_columns(
            box.gather(pl.Series(row[told])).alias("delivery_box_id")
        )

    def readings(self, day: int, block: int) -> pl.DataFrame:
        """Readings measured on a day, sorted by box and time, as the ``iot_readings`` feed has them."""
        parts = self._waiting.pop((day, block), [])
        none = pl.DataFrame(schema={"at": pl.Int64, "temperature_celsius": pl.Float64, "delivery_box_id": pl.String})
        rows = pl.concat([none, *(part.drop("row") for part in parts)]).sort("delivery_box_id", "at")
        return rows.select(
            ("T" + pl.col("delivery_box_id").str.slice(1)).alias("sensor_id"),
            utc("at").alias("measured_at"),
            pl.lit(None, pl.String).alias("location_id"),
            "delivery_box_id",
            pl.lit("climate").alias("kind"),
            "temperature_celsius",
            pl.lit(None, pl.Float64).alias("humidity_percent"),
            pl.lit(None, pl.Int64).alias("shelf_count"),
            pl.lit(None, pl.Float64).alias("shelf_weight_grams"),
            pl.lit(90.0).alias("battery_percent"),
        )
