"""Sensors that tell wrong: some drift away from what is, some go on showing one value."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.clock import midnight, utc
from simulator.config import ChainConfig
from simulator.streams import stream

Ints = NDArray[np.int64]
#: Faults are drawn anew in every period of so many days; each ends within its period.
_PERIOD_DAYS = 28
_SHARE = 0.01
_COLD = 2
_DRIFT_DAYS, _DRIFT_DAILY_CELSIUS, _DRIFT_MOST_CELSIUS = 14, 0.35, 2.6
#: Long enough that a whole local day lies in it.
_SHORTEST_STUCK_MINUTES, _LONGEST_STUCK_MINUTES = 2 * 1440, 4 * 1440


@dataclass(frozen=True)
class _Period:
    drifting: Ints
    drift_from: Ints  # day number
    sign: Ints
    stuck: Ints
    stuck_from: Ints  # minute since the first midnight of the chain
    stuck_minutes: Ints


@dataclass
class SensorFaults:
    """Which sensors drift or stick, and when. Room r has sensors 2 r and 2 r + 1, of which one at most is at fault."""

    config: ChainConfig
    room_class: Ints
    _periods: dict[int, _Period] = field(default_factory=dict)

    def _period(self, day: int) -> _Period:
        number = day // _PERIOD_DAYS
        if number not in self._periods:
            rng = stream(self.config.seed, "sensor faults", number)
            first = number * _PERIOD_DAYS
            rooms = rng.permutation(len(self.room_class))
            # In a cold room the drift would soon pass for a breach.
            mild = rooms[self.room_class[rooms] != _COLD]
            count = max(1, round(_SHARE * 2 * len(self.room_class)))
            drifting, stuck = mild[:count], np.setdiff1d(rooms, mild[:count])
            stuck = rng.permutation(stuck)[:count]
            self._periods[number] = _Period(
                2 * drifting + rng.integers(0, 2, len(drifting)),
                first + rng.integers(3, 10, len(drifting)),
                rng.choice([-1, 1], len(drifting)),
                2 * stuck + rng.integers(0, 2, len(stuck)),
                (first + 3) * 1440 + rng.integers(0, 12 * 1440, len(stuck)),
                rng.integers(_SHORTEST_STUCK_MINUTES, _LONGEST_STUCK_MINUTES, len(stuck)),
            )
        return self._periods[number]

    def drift(self, sensors: Ints, day: int) -> NDArray[np.float64]:
        """Degrees Celsius by which the sensors tell too much on a day."""
        period = self._period(day)
        age = day - period.drift_from + 1
        amount = np.minimum(age * _DRIFT_DAILY_CELSIUS, _DRIFT_MOST_CELSIUS) * period.sign
        everywhere = np.zeros(2 * len(self.room_class))
        everywhere[period.drifting] = np.where((age > 0) & (age <= _DRIFT_DAYS), amount, 0.0)
        return everywhere[sensors]

    def is_stuck(self, sensors: Ints, day: int, minute: Ints) -> NDArray[np.bool_]:
        """Whether the sensors stick at minutes of a day; ``minute`` broadcasts with one row per sensor."""
        period = self._period(day)
        begin, end = np.zeros(2 * len(self.room_class)), np.zeros(2 * len(self.room_class))
        begin[period.stuck], end[period.stuck] = period.stuck_from, period.stuck_from + period.stuck_minutes
        at = day * 1440 + minute
        return (at >= begin[sensors][:, None]) & (at < end[sensors][:, None])

    def begun_by(self, last_day: int) -> pl.DataFrame:
        """``sensor, kind, started_at, ended_at`` of the faults that begin up to a day."""
        zero = midnight(self.config, 0)
        parts = []
        for number in range(last_day // _PERIOD_DAYS + 1):
            period = self._period(number * _PERIOD_DAYS)
            for kind, sensor, begin, minutes in (
                ("drift", period.drifting, period.drift_from * 1440, np.full(len(period.drifting), _DRIFT_DAYS * 1440)),
                ("stuck", period.stuck, period.stuck_from, period.stuck_minutes),
            ):
                parts.append(
                    pl.DataFrame(
                        {
                            "sensor": sensor.astype(np.int64),
                            "kind": pl.repeat(kind, len(sensor), eager=True),
                            "started_at": zero + 60 * begin,
                            "ended_at": zero + 60 * (begin + minutes),
                        }
                    )
                )
        rows = pl.concat(parts).filter(pl.col("started_at") < zero + 86_400 * (last_day + 1))
        return rows.with_columns(utc("started_at"), utc("ended_at"))
