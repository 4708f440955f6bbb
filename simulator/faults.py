"""The honest and the dishonest post: which copy of a record arrives when, in which file, and what is wrong with it.

Nothing is lost for good: what is late, broken or cut off arrives whole on a later day, if need be after the last day
simulated. Files with re-sent copies (``...-resent-...``) are never cut off themselves.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.breaking import INVENTORY_COLUMNS, break_csv, break_json, widen_json
from simulator.config import ChainConfig
from simulator.streams import stream
from simulator.writers import Landing, parquet, zipped

DUPLICATE, LATE, MALFORMED, UNKNOWN_COLUMN, STALE = 1, 2, 3, 4, 5
KINDS = ["clean", "duplicate", "late", "malformed", "unknown_column", "stale_version"]
_SHARE = np.cumsum([0.28, 0.24, 0.24, 0.14, 0.10])
TRUNCATED = "truncated_file"
#: Days after the newest version by which a held-back older one arrives: later than any other delay can be.
_HELD_BACK_DAYS = 4
FAULT_SCHEMA = {
    "feed": pl.String,
    "source_file": pl.String,
    "position": pl.Int64,
    "record_id": pl.String,
    "kind": pl.String,
    "expected_rule": pl.String,
    "arrived_on": pl.Date,
}


@dataclass
class Fresh:
    """Records due for the first time. ``newer_day``: day of the next version of the same record, -1 = none; ``older``:
    text of the version before, null = none."""

    stem: NDArray[np.object_]
    record_id: list[str]
    text: list[str]
    newer_day: NDArray[np.int64]
    older: list[str | None]

    @staticmethod
    def plain(stem: str, record_id: pl.Series, text: pl.Series) -> Fresh:
        """Records of which only one version exists."""
        n = len(text)
        return Fresh(np.full(n, stem, dtype=object), record_id.to_list(), text.to_list(), np.full(n, -1), [None] * n)

    @staticmethod
    def nothing(stem: str) -> Fresh:
        """No record is due; what was held back may be."""
        return Fresh.plain(stem, pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String))


def draw_kinds(n: int, rate: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Fault kind per record (0 = clean), ``rate`` of them faulty."""
    draw = rng.random(n)
    kind = 1 + np.searchsorted(_SHARE, draw / rate) if rate > 0 else np.zeros(n, dtype=np.int64)
    return np.where(draw < rate, np.minimum(kind, 5), 0)


@dataclass
class TextPost:
    """Delivers one feed of text records (JSON lines or CSV rows), one block of stores at a time."""

    feed: str
    config: ChainConfig
    landing: Landing
    first_written_day: int
    faults: list[dict[str, object]]
    _later: dict[tuple[int, int], list[tuple[str, str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    _whole: dict[tuple[int, int], list[tuple[str, list[str], bool]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def _is_csv(self) -> bool:
        return self.feed == "inventory"

    def _file(self, lines: list[str], widened: bool = False) -> bytes:
        if self._is_csv:
            lines = [",".join(INVENTORY_COLUMNS) + (",batch_note" if widened else ""), *lines]
        return zipped(lines)

    def _note(self, day: int, path: str, position: int | None, record: str | None, kind: str, rule: str) -> None:
        self.faults.append(
            {
                "feed": self.feed,
                "source_file": path,
                "position": position,
                "record_id": record,
                "kind": kind,
                "expected_rule": rule,
                "arrived_on": self.config.day(day),
            }
        )

    def deliver(self, day: int, block: int, fresh: Fresh) -> list[date]:
        """Deliver what is due on a day; return per fresh record the first day on which a valid copy has arrived."""
        n = len(fresh.text)
        rng = stream(self.config.seed, f"faults {self.feed}", day, block)
        kinds = draw_kinds(n, self.config.fault_rate, rng)
        if not any(fresh.older) and not (fresh.newer_day >= 0).any():
            kinds[kinds == STALE] = DUPLICATE
        arrival = np.full(n, day)
        files: dict[tuple[str, bool], list[tuple[str, int, str, str]]] = {
            (s, False): [] for s in sorted(set(fresh.stem.tolist()))
        }
        extra: list[tuple[tuple[str, bool], tuple[str, int, str, str]]] = []
        faulty = kinds > 0
        for stem in sorted(set(fresh.stem.tolist())):
            for i in np.flatnonzero((fresh.stem == stem) & ~faulty).tolist():
                files[stem, False].append((fresh.text[i], i, "", ""))
        for i in np.flatnonzero(faulty).tolist():
            home = (str(fresh.stem[i]), False)
            text, record = fresh.text[i], fresh.record_id[i]
            kind = int(kinds[i])
            early = fresh.newer_day[i] >= 0
            if kind == STALE and not early and fresh.older[i] is None:
                kind = DUPLICATE
            # An early version that is late or broken would arrive after the newer one and so be a stale version.
            if early and kind in (LATE, MALFORMED):
                kind = STALE
            delay = int(rng.integers(1, 4))
            spot = int(rng.integers(0, len(files[home]) + 1))
            if kind == DUPLICATE:
                files[home].insert(spot, (text, i, "", ""))
                again = (text, i, "duplicate", "repeated")
                if delay == 1:
                    extra.append((home, again))
                else:
                    self._later[day + delay - 1, block].append((text, record, "duplicate", "repeated"))
            elif kind == LATE:
                arrival[i] = day + delay
                self._later[day + delay, block].append((text, record, "late", "late"))
            elif kind == MALFORMED:
                broken, rule = break_csv(self.feed, text, rng) if self._is_csv else break_json(self.feed, text, rng)
                files[home].insert(spot, (broken, i, "malformed", rule))
                arrival[i] = day + 1 + (delay > 1)
                self._later[int(arrival[i]), block].append((text, record, "", ""))
            elif kind == UNKNOWN_COLUMN:
                if self._is_csv:
                    files.setdefault((home[0], True), []).append(
                        (text + ",checked by hand", i, "unknown_column", "batch_note")
                    )
                else:
                    files[home].insert(spot, (widen_json(text), i, "unknown_column", "app_build"))
            elif early:
                arrival[i] = int(fresh.newer_day[i]) + _HELD_BACK_DAYS
                self._later[int(arrival[i]), block].append((text, record, "stale_version", "stale"))
            else:
                files[home].insert(spot, (text, i, "", ""))
                # A day after the last on which that older version itself may first arrive.
                self._later[day + _HELD_BACK_DAYS + 1, block].append(
                    (fresh.older[i] or "", record, "stale_version", "stale")
                )
        for key, entry in extra:
            files[key].append(entry)
        for (stem, widened), entries in files.items():
            self._send(day, block, stem, widened, entries, fresh.record_id, arrival, rng)
        self._send_again(day, block)
        return [self.config.day(int(d)) for d in arrival]

    def _send(
        self,
        day: int,
        block: int,
        stem: str,
        widened: bool,
        entries: list[tuple[str, int, str, str]],
        records: list[str],
        arrival: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> None:
        if not entries:
            return
        stamp, ending = self.config.day(day).isoformat(), "csv.gz" if self._is_csv else "jsonl.gz"
        name = f"{stem}-{stamp}-{block:03d}{'-noted' if widened else ''}"
        cut = rng.random() < self.config.fault_rate and len(entries) > 3
        arrives, final_name = day, f"{name}.{ending}"
        if cut:
            arrives, final_name = day + 1, f"{name}-whole.{ending}"
            index = np.array([i for _, i, kind, _ in entries if kind not in ("malformed",)], dtype=np.int64)
            arrival[index] = np.maximum(arrival[index], arrives)
            self._whole[arrives, block].append((final_name, [e[0] for e in entries], widened))
            if day >= self.first_written_day:
                whole = self._file([e[0] for e in entries], widened)
                path = self.landing.write(self.feed, self.config.day(day), f"{name}.{ending}", whole[: len(whole) // 2])
                self._note(day, path, None, None, TRUNCATED, "unreadable_file")
        elif day >= self.first_written_day:
            self.landing.write(
                self.feed, self.config.day(day), final_name, self._file([e[0] for e in entries], widened)
            )
        if arrives >= self.first_written_day:
            path = f"{self.feed}/{self.config.day(arrives).isoformat()}/{final_name}"
            for position, (_, i, kind, rule) in enumerate(entries, start=1):
                if kind:
                    self._note(arrives, path, position, records[i], kind, rule)

    def _send_again(self, day: int, block: int) -> None:
        whole, later = self._whole.pop((day, block), []), self._later.pop((day, block), [])
        if day < self.first_written_day:
            return
        today = self.config.day(day)
        for name, lines, widened in whole:
            self.landing.write(self.feed, today, name, self._file(lines, widened))
        if later:
            ending = "csv.gz" if self._is_csv else "jsonl.gz"
            name = f"{self.feed}-resent-{today.isoformat()}-{block:03d}.{ending}"
            path = self.landing.write(self.feed, today, name, self._file([entry[0] for entry in later]))
            for position, (_, record, kind, rule) in enumerate(later, start=1):
                if kind:
                    self._note(day, path, position, record, kind, rule)


#: Kind and rule by tag; -1 tags the second copy of a duplicate. What is malformed names its own rule.
_READING_FAULTS = {
    -1: ("duplicate", "repeated"),
    LATE: ("late", "late"),
    UNKNOWN_COLUMN: ("unknown_column", "firmware"),
    MALFORMED: ("malformed", ""),
}
_READING_BREACHES = ("missing_id", "unknown_sensor", "unknown_kind")


@dataclass
class FramePost:
    """Delivers the ``iot_readings`` feed (Parquet), one block of stores at a time."""

    config: ChainConfig
    landing: Landing
    first_written_day: int
    found: list[pl.DataFrame] = field(default_factory=list)  # faults delivered and not yet told to the truth
    _later: dict[tuple[int, int], list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))
    _whole: dict[tuple[int, int], list[tuple[str, pl.DataFrame]]] = field(default_factory=lambda: defaultdict(list))

    def deliver(self, day: int, block: int, stem: str, fresh: pl.DataFrame) -> pl.Series:
        """Deliver the readings of a day; return per reading the first day on which a valid copy has arrived."""
        n = len(fresh)
        rng = stream(self.config.seed, f"faults {stem}", day, block)
        kinds = draw_kinds(n, self.config.fault_rate, rng)
        kinds[kinds == STALE] = DUPLICATE
        delay = rng.integers(1, 4, n)
        arrival = np.full(n, day)
        arrival[kinds == LATE] += delay[kinds == LATE]
        arrival[kinds == MALFORMED] += 1 + (delay[kinds == MALFORMED] > 1)
        variant = rng.integers(0, 3, n)
        # No register knows the sensors of boxes, so that none of them is unknown.
        variant[(variant == 1) & fresh["location_id"].is_null().to_numpy()] = 2
        tagged = fresh.with_columns(pl.Series("_kind", kinds), pl.Series("_rule", variant))
        bad = pl.col("_kind") == MALFORMED
        today = tagged.filter(pl.col("_kind") != LATE).with_columns(
            pl.when(bad & (pl.col("_rule") == 0))
            .then(pl.lit(None, pl.String))
            .when(bad & (pl.col("_rule") == 1))
            .then(pl.lit("X9999999"))
            .otherwise("sensor_id")
            .alias("sensor_id"),
            pl.when(bad & (pl.col("_rule") == 2)).then(pl.lit("barometric_mood")).otherwise("kind").alias("kind"),
        )
        noted = today.filter(pl.col("_kind") == UNKNOWN_COLUMN)
        repeats = tagged.filter((pl.Series(kinds) == DUPLICATE) & (pl.Series(delay) == 1)).with_columns(
            pl.lit(-1, pl.Int64).alias("_kind")
        )
        plain = pl.concat([today.filter(pl.col("_kind") != UNKNOWN_COLUMN), repeats])
        for gap in range(1, 4):
            for kind, mask in (
                (-1, (kinds == DUPLICATE) & (delay > 1) & (delay - 1 == gap)),
                (LATE, (kinds == LATE) & (delay == gap)),
                (0, (kinds == MALFORMED) & (arrival - day == gap)),
            ):
                if mask.any():
                    self._later[day + gap, block].append(
                        tagged.filter(pl.Series(mask)).with_columns(pl.lit(kind, pl.Int64).alias("_kind"))
                    )
        stamp = self.config.day(day).isoformat()
        cut = rng.random() < self.config.fault_rate
        if cut:
            here = np.isin(kinds, [0, DUPLICATE, STALE])
            arrival[here] = np.maximum(arrival[here], day + 1)
            self._whole[day + 1, block].append((f"{stem}-{stamp}-{block:03d}-whole.parquet", plain))
        if day >= self.first_written_day:
            self._write(day, f"{stem}-{stamp}-{block:03d}.parquet", plain, cut)
            if len(noted):
                self._write(
                    day,
                    f"{stem}-{stamp}-{block:03d}-noted.parquet",
                    noted.with_columns(pl.lit("fw 2.1").alias("firmware")),
                    False,
                )
        return pl.Series([self.config.day(d) for d in range(day, day + 5)]).gather(pl.Series(arrival - day))

    def send_again(self, day: int, block: int) -> None:
        """Deliver what was due on earlier days and arrives on this one."""
        whole, later = self._whole.pop((day, block), []), self._later.pop((day, block), [])
        if day < self.first_written_day:
            return
        for name, frame in whole:
            self._write(day, name, frame, False)
        if later:
            self._write(
                day,
                f"iot_readings-resent-{self.config.day(day).isoformat()}-{block:03d}.parquet",
                pl.concat(later),
                False,
            )

    def _write(self, day: int, name: str, frame: pl.DataFrame, cut: bool) -> None:
        content = parquet(frame.drop("_kind", "_rule"))
        path = self.landing.write(
            "iot_readings", self.config.day(day), name, content[: len(content) // 2] if cut else content
        )
        whole = {"feed": "iot_readings", "source_file": path, "arrived_on": self.config.day(day)}
        if cut:
            row = {**whole, "position": None, "record_id": None, "kind": TRUNCATED, "expected_rule": "unreadable_file"}
            self.found.append(pl.DataFrame([row], schema=FAULT_SCHEMA))
            return
        faulty = frame.with_row_index("position", offset=1).filter(pl.col("_kind").is_in(list(_READING_FAULTS)))
        if faulty.is_empty():
            return
        rule = pl.when(pl.col("_kind") == MALFORMED).then(
            pl.col("_rule").replace_strict(dict(enumerate(_READING_BREACHES)), return_dtype=pl.String)
        )
        kind = pl.col("_kind")
        self.found.append(
            faulty.with_columns(
                *(pl.lit(value).alias(name) for name, value in whole.items()),
                pl.col("position").cast(pl.Int64),
                pl.concat_str(
                    pl.col("sensor_id").fill_null(""),
                    pl.lit("@"),
                    pl.col("measured_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
                ).alias("record_id"),
                kind.replace_strict({k: v[0] for k, v in _READING_FAULTS.items()}, return_dtype=pl.String).alias(
                    "kind"
                ),
                rule.otherwise(
                    kind.replace_strict({k: v[1] for k, v in _READING_FAULTS.items()}, return_dtype=pl.String)
                ).alias("expected_rule"),
            ).select(pl.col(name).cast(dtype) for name, dtype in FAULT_SCHEMA.items())
        )
