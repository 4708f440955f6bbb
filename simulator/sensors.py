"""Climate points and smart shelves: what they measure, when they fail, and when a room really is out of range."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.clock import DAY_SECONDS, midnight, utc
from simulator.config import ChainConfig
from simulator.geography import Geography
from simulator.phantoms import Vanished
from simulator.sensor_faults import SensorFaults
from simulator.streams import stream

CLASSES = ["ambient", "cool", "cold"]
LOWEST, HIGHEST = np.array([10.0, 0.0, 2.0]), np.array([30.0, 20.0, 8.0])
DRIEST, DAMPEST = 35.0, 75.0
RECORD_MINUTES = 10
_BASE = np.array([22.0, 14.0, 5.0])
_SWING = np.array([1.6, 0.9, 0.3])
_EXCURSIONS_PER_ROOM_DAY = 0.012
_GAPS_PER_SENSOR_DAY = 0.015
_FAILURES_PER_SENSOR_DAY = 0.0006
_LONGEST_FAILURE_DAYS = 5
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ShelfDay:
    """One day on some shelves: packs in the morning and after the last customer, and what vanished meanwhile."""

    row: Ints  # location x SKUs + SKU, as SensorField.shelf_rows gives them
    opening: Ints
    closing: Ints
    vanished: Vanished


def best_sellers(geo: Geography, ranged: NDArray[np.bool_], mean_units: NDArray[np.float32], shelves: int = 4) -> Ints:
    """The SKUs that each store expects to sell most of, ``(locations, shelves)``; -1 at DCs."""
    rank = np.argsort(-np.where(ranged, mean_units, -1), axis=1, kind="stable")[:, :shelves]
    return np.where((geo.level == 2)[:, None], rank, -1)


@dataclass
class SensorField:
    """All sensors of the chain: two climate points per room, some counting shelves per store."""

    config: ChainConfig
    geo: Geography
    shelf_sku: Ints  # SKUs counted, (locations, shelves); -1 at DCs
    room_location: Ints = field(init=False)
    room_class: Ints = field(init=False)
    faults: SensorFaults = field(init=False)
    excursions: list[tuple[int, int, int, float, float]] = field(
        init=False
    )  # sensor, first and last second, peak °C, peak %

    def __post_init__(self) -> None:
        """Three rooms (ambient, cool, cold) at every location; sensors 2 r and 2 r + 1 hang in room r."""
        locations = len(self.geo.level)
        self.room_location = np.repeat(np.arange(locations), 3)
        self.room_class = np.tile(np.arange(3), locations)
        self.excursions = []
        rng = stream(self.config.seed, "sensors")
        count = 2 * len(self.room_class)
        self._offset = rng.integers(0, RECORD_MINUTES, count)
        self._second = rng.integers(0, 60, count)
        self._bias = rng.normal(0, 0.15, count)
        self._drift = rng.normal(0, 0.0006, count)  # degC a day since calibration
        self._calibrated = rng.integers(20, 300, count)
        self._humidity = rng.normal(52, 4, count).clip(44, 62)
        self.faults = SensorFaults(self.config, self.room_class)

    def ids(self, sensors: Ints) -> pl.Series:
        """Ids of climate sensors: ``C`` + location number + room + point."""
        return "C" + pl.Series(sensors // 6 * 100 + sensors % 6 // 2 * 10 + sensors % 2 + 1 + 10_000_000).cast(
            pl.String
        ).str.slice(1)

    def register(self) -> pl.DataFrame:
        """Rows of the ``sensors`` feed without ``updated_at``."""
        sensors = np.arange(2 * len(self.room_class))
        location = self.room_location[sensors // 2]
        start = self.config.start_day
        climate = pl.DataFrame(
            {
                "sensor_id": self.ids(sensors),
                "location_id": self.geo.ids[location.tolist()],
                "room": [f"{CLASSES[c]}_room" for c in self.room_class[sensors // 2]],
                "kind": pl.repeat("climate", len(sensors), eager=True),
                "storage_class": [CLASSES[c] for c in self.room_class[sensors // 2]],
                "sku_id": pl.repeat(None, len(sensors), dtype=pl.String, eager=True),
                "calibrated_on": [(start - timedelta(days=int(n))).isoformat() for n in self._calibrated],
            }
        )
        stores, number = np.nonzero(self.shelf_sku >= 0)
        shelf = pl.DataFrame(
            {
                "sensor_id": self._shelf_ids(stores, number),
                "location_id": self.geo.ids[stores.tolist()],
                "room": pl.repeat("ambient_room", len(stores), eager=True),
                "kind": pl.repeat("shelf_count", len(stores), eager=True),
                "storage_class": pl.repeat(None, len(stores), dtype=pl.String, eager=True),
                "sku_id": [f"SKU{n + 1:05d}" for n in self.shelf_sku[stores, number]],
                "calibrated_on": pl.repeat(None, len(stores), dtype=pl.String, eager=True),
            }
        )
        installed = (start - timedelta(days=400)).isoformat()
        both = pl.concat([climate, shelf]).with_columns(
            pl.lit(installed).alias("installed_on"), pl.lit(None, pl.String).alias("removed_on")
        )
        return both.select(
            "sensor_id",
            "location_id",
            "room",
            "kind",
            "storage_class",
            "sku_id",
            "installed_on",
            "removed_on",
            "calibrated_on",
        )

    def _shelf_ids(self, locations: Ints, number: Ints) -> pl.Series:
        """Ids of counting shelves: ``F`` + location number + shelf."""
        return "F" + pl.Series(locations * 10 + number + 10_000_001).cast(pl.String).str.slice(1)

    def shelf_rows(self, first: int, last: int, skus: int) -> Ints:
        """Rows (location x SKUs + SKU) that the shelves of the stores ``first`` to ``last`` (exclusive) count."""
        return (np.arange(first, last)[:, None] * skus + self.shelf_sku[first:last]).ravel()

    def _drawn(self, day: int) -> pl.DataFrame:
        """Excursions that begin on a day: room, start minute, length, amplitude in °C, amplitude in % humidity."""
        rng = stream(self.config.seed, "excursion", day)
        rooms = len(self.room_class)
        hit = np.flatnonzero(rng.random(rooms) < _EXCURSIONS_PER_ROOM_DAY)
        n = len(hit)
        kind = rng.choice(3, n, p=[0.65, 0.2, 0.15])  # too warm, too cold, too damp
        # The way to the limit and some beyond, so that nearly every one is a breach.
        up = HIGHEST[self.room_class[hit]] - _BASE[self.room_class[hit]] + rng.gamma(2.0, 1.1, n) + 0.6
        down = _BASE[self.room_class[hit]] - LOWEST[self.room_class[hit]] + rng.gamma(2.0, 0.7, n) + 0.6
        return pl.DataFrame(
            {
                "room": hit,
                "start": rng.integers(0, 1440, n),
                "length": rng.integers(25, 420, n),
                "heat": np.select([kind == 0, kind == 1], [up, -down], 0.0),
                "damp": np.where(kind == 2, rng.uniform(26, 38, n), 0.0),
            }
        )

    def _failed(self, day: int) -> NDArray[np.bool_]:
        """Sensors that are dead on a day: a failure lasts one to five days."""
        count = 2 * len(self.room_class)
        dead = np.zeros(count, dtype=bool)
        for back in range(_LONGEST_FAILURE_DAYS):
            rng = stream(self.config.seed, "failure", day - back)
            dead |= (rng.random(count) < _FAILURES_PER_SENSOR_DAY) & (
                rng.integers(1, _LONGEST_FAILURE_DAYS + 1, count) > back
            )
        return dead

    def _troubled(self, day: int) -> tuple[pl.DataFrame, Ints]:
        """Readings and numbers of sensors in rooms with an excursion today (or since yesterday)."""
        today, before = self._drawn(day), self._drawn(day - 1).with_columns(pl.col("start") - 1440)
        events = pl.concat([today, before.filter(pl.col("start") + pl.col("length") > 0)])
        dead = self._failed(day)
        rooms = np.unique(events["room"].to_numpy())
        sensors = np.sort(np.concatenate([2 * rooms, 2 * rooms + 1])).astype(np.int64)
        rng = stream(self.config.seed, "excursion noise", day)
        minute = np.arange(1440)
        temperature = self._normal(sensors, day, minute[None, :]) + rng.normal(0, 0.08, (len(sensors), 1440))
        humidity = self._humidity[sensors][:, None] + rng.normal(0, 0.6, (len(sensors), 1440))
        for room, start, length, heat, damp in events.iter_rows():
            curve = np.sin(np.clip((minute - start) / length, 0, 1) * np.pi) ** 0.7
            for point in (0, 1):
                i = int(np.searchsorted(sensors, 2 * room + point))
                temperature[i] += heat * curve * (1 - 0.06 * point)
                humidity[i] += damp * curve
        alive = ~dead[sensors]
        sensors, temperature, humidity = sensors[alive], temperature[alive].round(2), humidity[alive].clip(1, 99)
        temperature, humidity = self._as_shown(sensors, day, minute[None, :], temperature, humidity.round(1))
        kind = self.room_class[sensors // 2]
        hot = (temperature < LOWEST[kind][:, None]) | (temperature > HIGHEST[kind][:, None])
        out = hot | (humidity < DRIEST) | (humidity > DAMPEST)
        after = np.concatenate([np.ones((len(sensors), 1), dtype=bool), out[:, :-1]], axis=1)
        # The first minute of the day is always recorded here: a breach may have come over midnight.
        due = out | after | (minute[None, :] % RECORD_MINUTES == self._offset[sensors][:, None])
        i, m = np.nonzero(due)
        frame = pl.DataFrame(
            {
                "sensor": sensors[i],
                "minute": m,
                "temperature": temperature[i, m],
                "humidity": humidity[i, m],
                "out": out[i, m],
            }
        )
        return frame, sensors

    def _normal(self, sensors: Ints, day: int, minute: Ints) -> NDArray[np.float64]:
        kind = self.room_class[sensors // 2]
        age = day + self._calibrated[sensors]
        level = _BASE[kind] + self._bias[sensors] + self._drift[sensors] * age + self.faults.drift(sensors, day)
        return level[:, None] + _SWING[kind][:, None] * np.sin((minute - 540) / 1440 * 2 * np.pi)

    def _as_shown(
        self, sensors: Ints, day: int, minute: Ints, temperature: NDArray[np.float64], humidity: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the sensors show: one that sticks goes on showing one value."""
        stuck = self.faults.is_stuck(sensors, day, minute)
        kind = self.room_class[sensors // 2]
        level, damp = (_BASE[kind] + self._bias[sensors]).round(2), self._humidity[sensors].round(1)
        return np.where(stuck, level[:, None], temperature), np.where(stuck, damp[:, None], humidity)

    def follow(self, day: int) -> tuple[pl.DataFrame, Ints]:
        """Keep the true excursions of a day; return the readings of the troubled sensors for :meth:`readings`."""
        frame, sensors = self._troubled(day)
        start = midnight(self.config, day)
        out = frame.filter("out")
        if len(out):
            sensor, minute = out["sensor"].to_numpy(), out["minute"].to_numpy()
            begins = np.flatnonzero(np.r_[True, (np.diff(sensor) != 0) | (np.diff(minute) != 1)])
            ends = np.r_[begins[1:], len(sensor)] - 1
            temperature, humidity = out["temperature"].to_numpy(), out["humidity"].to_numpy()
            for a, b in zip(begins, ends, strict=True):
                s = int(sensor[a])
                kind = int(self.room_class[s // 2])
                middle = (LOWEST[kind] + HIGHEST[kind]) / 2
                peak = temperature[a : b + 1][np.argmax(np.abs(temperature[a : b + 1] - middle))]
                wet = humidity[a : b + 1][np.argmax(np.abs(humidity[a : b + 1] - 55))]
                shift = start + int(self._second[s])
                self.excursions.append(
                    (s, shift + 60 * int(minute[a]), shift + 60 * int(minute[b]), float(peak), float(wet))
                )
        return frame, sensors

    def readings(self, day: int, first: int, last: int, troubled: tuple[pl.DataFrame, Ints]) -> pl.DataFrame:
        """Climate readings of one day at locations ``first`` to ``last`` (exclusive), sorted by sensor and time."""
        special, sensors_out = troubled
        a, b = 6 * first, 6 * last
        sensors = np.arange(a, b)
        rng = stream(self.config.seed, "climate", day, first)
        minute = np.arange(0, 1440, RECORD_MINUTES)[None, :] + self._offset[sensors][:, None]
        kind = self.room_class[sensors // 2]
        shape = minute.shape
        temperature = self._normal(sensors, day, minute) + rng.standard_normal(shape, dtype=np.float32) * 0.15
        temperature = np.clip(temperature, LOWEST[kind][:, None] + 0.2, HIGHEST[kind][:, None] - 0.2)
        humidity = self._humidity[sensors][:, None] + rng.standard_normal(shape, dtype=np.float32) * 2.0
        temperature, humidity = self._as_shown(
            sensors, day, minute, temperature.round(2), humidity.clip(36, 74).round(1)
        )
        silent = self._failed(day)[a:b].copy()
        busy = np.zeros(b - a, dtype=bool)
        busy[sensors_out[(sensors_out >= a) & (sensors_out < b)] - a] = True
        gap = rng.random(b - a) < _GAPS_PER_SENSOR_DAY
        gap_start, gap_length = rng.integers(0, 1300, b - a), rng.integers(40, 300, b - a)
        in_gap = gap[:, None] & (minute >= gap_start[:, None]) & (minute < (gap_start + gap_length)[:, None])
        i, j = np.nonzero(~silent[:, None] & ~busy[:, None] & ~in_gap)
        calm = pl.DataFrame(
            {
                "sensor": sensors[i],
                "minute": minute[i, j],
                "temperature": temperature[i, j],
                "humidity": humidity[i, j],
            }
        )
        mine = special.filter((pl.col("sensor") >= a) & (pl.col("sensor") < b)).drop("out")
        both = pl.concat([calm, mine]).sort("sensor", "minute")
        sensor = both["sensor"].to_numpy()
        at = midnight(self.config, day) + both["minute"].to_numpy() * 60 + self._second[sensor]
        battery = (100 - ((day + self._calibrated[sensor]) * 0.12) % 85).round(0)
        return pl.DataFrame(
            {
                "sensor_id": self.ids(sensor),
                "at": at,
                "location_id": self.geo.ids.gather(pl.Series(sensor // 6)),
                "temperature_celsius": both["temperature"],
                "humidity_percent": both["humidity"],
                "battery_percent": battery,
            }
        ).select(
            "sensor_id",
            utc("at").alias("measured_at"),
            "location_id",
            pl.lit(None, pl.String).alias("delivery_box_id"),
            pl.lit("climate").alias("kind"),
            "temperature_celsius",
            "humidity_percent",
            pl.lit(None, pl.Int64).alias("shelf_count"),
            pl.lit(None, pl.Float64).alias("shelf_weight_grams"),
            "battery_percent",
        )

    def shelf_counts(self, day: int, first: int, shelf_day: ShelfDay, skus: int) -> pl.DataFrame:
        """Hourly counts of the smart shelves of the stores from ``first`` on.

        They count what is physically there and not set aside for an order. Customers take from 8 to 21 o'clock; what
        comes in the evening is on the shelf the next day. Now and then a pack stands where the shelf cannot see it.
        """
        store, number = shelf_day.row // skus, np.arange(len(shelf_day.row)) % self.shelf_sku.shape[1]
        rng = stream(self.config.seed, "shelf", day, first)
        hours = np.arange(24)
        seconds = hours * 3600 + 120
        units, gone_at = np.zeros(len(store), dtype=np.int64), np.zeros(len(store), dtype=np.int64)
        _, here, there = np.intersect1d(shelf_day.row, shelf_day.vanished.row, return_indices=True)
        units[here], gone_at[here] = shelf_day.vanished.units[there], shelf_day.vanished.at[there]
        sold = shelf_day.opening - units - shelf_day.closing
        start = midnight(self.config, day)
        count = np.round(shelf_day.opening[:, None] - sold[:, None] * np.clip((hours - 8) / 13, 0, 1)[None, :])
        count = count.astype(np.int64) - units[:, None] * (start + seconds[None, :] >= gone_at[:, None])
        count = np.maximum(count - (rng.random(count.shape) < 0.04), 0)
        at = start + np.broadcast_to(seconds, count.shape).ravel()
        where, which = np.repeat(store, 24), np.repeat(number, 24)
        return pl.DataFrame(
            {
                "sensor_id": self._shelf_ids(where, which),
                "at": at,
                "location_id": self.geo.ids.gather(pl.Series(where)),
                "shelf_count": count.ravel(),
            }
        ).select(
            "sensor_id",
            utc("at").alias("measured_at"),
            "location_id",
            pl.lit(None, pl.String).alias("delivery_box_id"),
            pl.lit("shelf_count").alias("kind"),
            pl.lit(None, pl.Float64).alias("temperature_celsius"),
            pl.lit(None, pl.Float64).alias("humidity_percent"),
            "shelf_count",
            pl.lit(None, pl.Float64).alias("shelf_weight_grams"),
            pl.lit(88.0).alias("battery_percent"),
        )

    def excursion_table(self, last_day: int) -> pl.DataFrame:
        """True excursions, joined over midnight; ``ended_at`` is the first record back in range, null while open."""
        merged: list[list[float]] = []
        open_ends: dict[int, int] = {}
        for sensor, start, end, peak, wet in sorted(self.excursions):
            at = open_ends.get(sensor)
            if at is not None and start - merged[at][2] == 60:
                middle = (LOWEST[self.room_class[sensor // 2]] + HIGHEST[self.room_class[sensor // 2]]) / 2
                merged[at][2] = end
                merged[at][3] = max(merged[at][3], peak, key=lambda t: abs(t - middle))
                merged[at][4] = max(merged[at][4], wet, key=lambda h: abs(h - 55))
            else:
                open_ends[sensor] = len(merged)
                merged.append([sensor, start, end, peak, wet])
        rows = np.array(merged, dtype=float).reshape(-1, 5)
        sensors = rows[:, 0].astype(np.int64)
        kind = self.room_class[sensors // 2]
        last_second = midnight(self.config, 0) + (last_day + 1) * DAY_SECONDS
        ended = rows[:, 2].astype(np.int64) + 60
        hot = (rows[:, 3] < LOWEST[kind]) | (rows[:, 3] > HIGHEST[kind])
        damp = (rows[:, 4] < DRIEST) | (rows[:, 4] > DAMPEST)
        return pl.DataFrame(
            {
                "sensor_id": self.ids(sensors),
                "location_id": self.geo.ids.gather(pl.Series(sensors // 6)),
                "room": [f"{CLASSES[k]}_room" for k in kind],
                "storage_class": [CLASSES[k] for k in kind],
                "started_at": rows[:, 1].astype(np.int64),
                "ended_at": np.where(ended >= last_second, 0, ended),
                "breach_kind": np.select([hot & damp, hot], ["both", "temperature"], "humidity"),
                "peak_temperature_celsius": rows[:, 3],
                "peak_humidity_percent": rows[:, 4],
                "breach_minutes": (rows[:, 2] - rows[:, 1]) / 60 + 1,
            },
            schema_overrides={"room": pl.String, "storage_class": pl.String, "breach_kind": pl.String},
        ).with_columns(utc("started_at"), utc("ended_at"))

    def fault_table(self, last_day: int) -> pl.DataFrame:
        """Truth: ``sensor_id, kind, started_at, ended_at`` of sensors that drift or stick, begun by the last day."""
        rows = self.faults.begun_by(last_day)
        return rows.select(self.ids(rows["sensor"].to_numpy()).alias("sensor_id"), "kind", "started_at", "ended_at")
