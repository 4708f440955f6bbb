"""Pharmacists and doctors: licences, who is on duty when, and the personnel system's documents about both.

Every store has three pharmacists in three shifts round the clock (on site or at the screen), who change shifts weekly,
and a fourth whose licence has lapsed. Doctors belong to the whole chain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.clock import DAY_SECONDS, iso, midnight, utc
from simulator.config import ChainConfig
from simulator.geography import Geography
from simulator.purchasing import LineVersions
from simulator.streams import scramble, stream

Ints = NDArray[np.int64]
SHIFTS = 3
_SHIFT_SECONDS = DAY_SECONDS // SHIFTS
_FIRST_SHIFT = 6 * 3600
#: The pharmacist of a store whose licence has lapsed.
LAPSED = 4
_CHANGED = 0.03
_SENT_LATE = 0.01
_LATE_DAYS = 3
#: Day on which the licence of the first doctor runs out, and day on which its renewal is told.
_RENEWED_FROM, _RENEWAL_TOLD = 10, 14
#: ATC classes of the specialists; general practitioners prescribe everything.
SPECIALITIES = [("C",), ("A10", "H03"), ("D",), ("R", "J01"), ("N05", "N06")]
_NO_DUTIES = pl.List(pl.Struct({"staff_id": pl.String, "starts_at": pl.String, "ends_at": pl.String}))
_NO_LICENCES = pl.List(
    pl.Struct(
        {
            "licence_number": pl.String,
            "valid_from_date": pl.String,
            "valid_until_date": pl.String,
            "prescription_classes": pl.List(pl.String),
            "atc_prefixes": pl.List(pl.String),
        }
    )
)
_COLUMNS = [
    "staff_record_id",
    "kind",
    "staff_id",
    "role",
    "licences",
    "location_id",
    "roster_date",
    "duties",
    "updated_at",
]


def pharmacist_ids(geo: Geography, location: Ints, number: Ints) -> pl.Series:
    """``P``, the store's five digits and the number within the store, from 1."""
    store = pl.Series(location - geo.first_store + 100_001).cast(pl.String).str.slice(1)
    return "P" + store + "-" + pl.Series(number).cast(pl.String)


def doctor_ids(number: Ints) -> pl.Series:
    """``D`` and four digits."""
    return "D" + pl.Series(number + 10_001).cast(pl.String).str.slice(1)


def licence_numbers(staff_id: pl.Series) -> pl.Series:
    """The number of a person's first licence."""
    return "L" + staff_id


@dataclass
class Staff:
    """Who works when. Doctors are numbered: general practitioners, specialists, and last the one without a licence."""

    config: ChainConfig
    geo: Geography
    general: int = field(init=False)

    def __post_init__(self) -> None:
        """One general practitioner for every ten stores, and three more."""
        self.general = 3 + self.geo.stores // 10

    @property
    def lapsed_doctor(self) -> int:
        """Number of the doctor whose licence has lapsed."""
        return self.general + len(SPECIALITIES)

    def on_duty(self, location: Ints, at: Ints) -> Ints:
        """Number of the pharmacist on duty at each location and second."""
        since = at - midnight(self.config, 0) - _FIRST_SHIFT
        roster_day, second = since // DAY_SECONDS, since % DAY_SECONDS
        shift = second // _SHIFT_SECONDS
        number = _planned(roster_day, shift)
        for day in np.unique(roster_day).tolist():
            changed, in_shift, handover, _ = self._changes(int(day))
            mine = np.flatnonzero(roster_day == day)
            store = location[mine] - self.geo.first_store
            relieved = changed[store] & (shift[mine] == in_shift[store]) & (second[mine] >= handover[store])
            number[mine] = np.where(relieved, _planned(day, (shift[mine] - 1) % SHIFTS), number[mine])
        return number

    def due(self, day: int) -> LineVersions | None:
        """Records sent on a day: licences on the first one, rosters the evening before and confirmed the day after."""
        told = [self._licences(day)] if day in (0, _RENEWAL_TOLD) else []
        for roster_day in [0, 1] if day == 0 else [day + 1]:
            late = self._changes(roster_day)[3]
            told.append(self._rosters(roster_day, ~late, day, 61_200, is_final=False))
        for ago, is_late in ((1, False), (_LATE_DAYS, True)):
            # The night before the first day belongs to a roster, too.
            if day - ago >= -1:
                late = self._changes(day - ago)[3]
                stores = late if is_late else ~late
                told.append(self._rosters(day - ago, stores, day, 28_800, is_final=True))
        told = [part for part in told if len(part.rows)]
        if not told:
            return None
        return LineVersions(
            pl.concat([part.rows for part in told]),
            pl.concat([part.text for part in told]),
            pl.concat([part.older for part in told]),
            np.concatenate([part.newer_day for part in told]),
        )

    def _changes(self, roster_day: int) -> tuple[NDArray[np.bool_], Ints, Ints, NDArray[np.bool_]]:
        """Per store: if a shift changed hands, which one, at which second of the roster; if the roster is told late."""
        rng = stream(self.config.seed, "rosters", roster_day)
        n = self.geo.stores
        changed, shift = rng.random(n) < _CHANGED, rng.integers(0, SHIFTS, n)
        handover = shift * _SHIFT_SECONDS + 3600 * rng.integers(1, 8, n)
        return changed, shift, handover, rng.random(n) < _SENT_LATE

    def _rosters(
        self, roster_day: int, stores: NDArray[np.bool_], day: int, second: int, *, is_final: bool
    ) -> LineVersions:
        """Rosters of a day for some stores: as planned, or as it came about."""
        late = self._changes(roster_day)[3]
        store = np.flatnonzero(stores)
        flat = self._roster_frame(roster_day, store, midnight(self.config, day) + second, is_final)
        text = _texts(flat)
        is_new_version = is_final & ~late[store] & (roster_day >= 0)
        planned_at = midnight(self.config, max(roster_day - 1, 0)) + 61_200
        planned = _texts(self._roster_frame(roster_day, store, planned_at, False))
        older = pl.select(pl.when(pl.Series(is_new_version, dtype=pl.Boolean)).then(planned)).to_series()
        newer = np.where(~late[store] & (not is_final), roster_day + 1, -1)
        return LineVersions(_truth_rows(flat), text, older, newer)

    def _roster_frame(self, roster_day: int, store: Ints, told_at: int, is_final: bool) -> pl.DataFrame:
        changed, in_shift, handover, _ = self._changes(roster_day)
        begin = midnight(self.config, roster_day) + _FIRST_SHIFT
        parts = []
        for shift in range(SHIFTS):
            own = _planned(np.full(len(store), roster_day), np.full(len(store), shift))
            split = changed[store] & (in_shift[store] == shift) & is_final
            start = np.full(len(store), begin + shift * _SHIFT_SECONDS)
            end = start + _SHIFT_SECONDS
            until = np.where(split, begin + handover[store], end)
            parts.append((np.arange(len(store)), own, start, until))
            relief = _planned(np.full(len(store), roster_day), np.full(len(store), (shift - 1) % SHIFTS))
            rows = np.flatnonzero(split)
            parts.append((rows, relief[rows], until[rows], end[rows]))
        row, number, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
        duties = (
            pl.DataFrame(
                {
                    "row": row,
                    "staff_id": pharmacist_ids(self.geo, store[row] + self.geo.first_store, number),
                    "starts_at": start,
                    "ends_at": end,
                }
            )
            .sort("row", "starts_at")
            .with_columns(iso("starts_at"), iso("ends_at"))
            .group_by("row", maintain_order=True)
            .agg(pl.struct("staff_id", "starts_at", "ends_at").alias("duties"))
        )
        date_text = self.config.day(roster_day).isoformat()
        location = self.geo.ids.gather(pl.Series(store + self.geo.first_store))
        return (
            pl.DataFrame({"row": np.arange(len(store)), "location_id": location})
            .join(duties, on="row", how="left", maintain_order="left")
            .select(
                pl.format("R-{}-{}", "location_id", pl.lit(date_text)).alias("staff_record_id"),
                pl.lit("roster").alias("kind"),
                pl.lit(None, dtype=pl.String).alias("staff_id"),
                pl.lit(None, dtype=pl.String).alias("role"),
                pl.lit(None, dtype=_NO_LICENCES).alias("licences"),
                "location_id",
                pl.lit(date_text).alias("roster_date"),
                "duties",
                pl.lit(told_at, dtype=pl.Int64).alias("updated_at"),
            )
        )

    def _licences(self, day: int) -> LineVersions:
        """Licences of everybody on the first day, then the one that was renewed."""
        flat = self._licence_frame(midnight(self.config, day) + 3600, is_renewed=day > 0)
        if day > 0:
            renewed = flat["staff_id"] == doctor_ids(np.zeros(1, dtype=np.int64))[0]
            earlier = self._licence_frame(midnight(self.config, 0) + 3600, is_renewed=False).filter(renewed)
            flat = flat.filter(renewed)
            return LineVersions(_truth_rows(flat), _texts(flat), _texts(earlier), np.full(len(flat), -1))
        newer = np.where(flat["staff_id"] == doctor_ids(np.zeros(1, dtype=np.int64))[0], _RENEWAL_TOLD, -1)
        older = pl.Series([None] * len(flat), dtype=pl.String)
        return LineVersions(_truth_rows(flat), _texts(flat), older, newer)

    def _licence_frame(self, told_at: int, *, is_renewed: bool) -> pl.DataFrame:
        stores = np.repeat(np.arange(self.geo.first_store, len(self.geo.level)), LAPSED)
        number = np.tile(np.arange(1, LAPSED + 1), self.geo.stores)
        doctor = np.arange(self.lapsed_doctor + 1)
        ids = pl.concat([pharmacist_ids(self.geo, stores, number), doctor_ids(doctor)])
        is_doctor = np.arange(len(ids)) >= len(stores)
        has_lapsed = np.concatenate([number == LAPSED, doctor == self.lapsed_doctor])
        age = 200 + (scramble(np.arange(len(ids)), 71) % np.uint64(900)).astype(np.int64)
        until = np.where(has_lapsed, -30, 5 * 365 - age)
        until[len(stores)] = _RENEWED_FROM - 1
        records = []
        for place, staff_id in enumerate(ids):
            scope: list[str] | None = None
            if is_doctor[place]:
                field_number = place - len(stores) - self.general
                scope = list(SPECIALITIES[field_number]) if 0 <= field_number < len(SPECIALITIES) else []
            first = self._licence(f"L{staff_id}", -int(age[place]), int(until[place]), scope)
            renewal = is_renewed and place == len(stores)
            more = [self._licence(f"L{staff_id}-2", _RENEWED_FROM, _RENEWED_FROM + 1825, scope)] if renewal else []
            records.append([first, *more])
        return pl.DataFrame({"staff_id": ids, "licences": pl.Series(records, dtype=_NO_LICENCES)}).select(
            pl.format("L-{}", "staff_id").alias("staff_record_id"),
            pl.lit("licences").alias("kind"),
            "staff_id",
            pl.Series("role", np.where(is_doctor, "doctor", "pharmacist")),
            "licences",
            pl.lit(None, dtype=pl.String).alias("location_id"),
            pl.lit(None, dtype=pl.String).alias("roster_date"),
            pl.lit(None, dtype=_NO_DUTIES).alias("duties"),
            pl.lit(told_at, dtype=pl.Int64).alias("updated_at"),
        )

    def _licence(self, number: str, first: int, last: int, scope: list[str] | None) -> dict[str, object]:
        start = self.config.start_day
        return {
            "licence_number": number,
            "valid_from_date": (start + timedelta(days=first)).isoformat(),
            "valid_until_date": (start + timedelta(days=last)).isoformat(),
            "prescription_classes": None if scope is None else ["rx"],
            "atc_prefixes": scope,
        }


def _planned(roster_day: Ints | int, shift: Ints) -> Ints:
    """Number of the pharmacist who is meant to work a shift; the shifts change hands with the week."""
    return (shift + (np.asarray(roster_day) + 7000) // 7) % SHIFTS + 1


def _texts(flat: pl.DataFrame) -> pl.Series:
    if flat.is_empty():
        return pl.Series("text", [], dtype=pl.String)
    return flat.with_columns(iso("updated_at")).select(pl.struct(_COLUMNS).struct.json_encode().alias("text"))["text"]


def _truth_rows(flat: pl.DataFrame) -> pl.DataFrame:
    return flat.select("staff_record_id", "kind", "staff_id", "location_id", "roster_date", utc("updated_at"))
