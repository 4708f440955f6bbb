"""A day of readings, every point every minute, aggregated by the project's models beside a bare scan of the same files.

``python -m benchmarks.climate_day [--points 60000] [--root FOLDER]`` lays a lake with one day of readings into a data
root (in ``--root``, where it is used again, or in a scratch folder), then measures in processes of their own: (a) a
scan of the columns the models need, with the simplest aggregates there are, (b) ``dbt run`` of the climate states and
excursions and all they stand on, nothing being there yet. Prints wall seconds, CPU seconds, peak memory and the load of
the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from assets.feeds import FEEDS
from assets.ingest.engine import IngestKeys, ingest_days
from assets.models import DBT_PROJECT_DIR, dbt_environment, dbt_executable
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.zones import Zones

DAY = date(2026, 3, 2)
MINUTES = 1440
POINTS_PER_LOCATION = 6
POINTS_PER_FILE = 3000
POINTS = 60_000
WALL_SECONDS, MEMORY_GIGABYTES = 90, 6
"""What a day of 60 000 points may take on two cores."""
CLASSES = [("ambient", 20.0), ("cool", 12.0), ("cold", 5.0)]
#: Degrees on top while a point is out of range: above the limit of every class.
_HEAT_CELSIUS = 12.0
_EXCURSION_SHARE, _GAP_SHARE = 0.02, 0.02
MODELS = ("+fct_storage_climate", "+fct_climate_excursions")


@dataclass(frozen=True)
class Planted:
    """What was done to each point: minute numbers from (inclusive) to (exclusive), equal where nothing was done."""

    sensor_ids: list[str]
    hot_from: np.ndarray
    hot_to: np.ndarray
    silent_from: np.ndarray
    silent_to: np.ndarray


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    wall_seconds: float
    cpu_seconds: float
    peak_gigabytes: float

    def line(self, label: str) -> str:
        """A line of the report."""
        return (
            f"  {label:<34}{self.wall_seconds:>9.1f} s wall{self.cpu_seconds:>9.1f} s CPU{self.peak_gigabytes:>8.2f} GB"
        )


def plant(points: int) -> Planted:
    """Draw excursions and silences; a point has at most one of each, the silence in the afternoon."""
    rng = np.random.default_rng(20260302)
    hot, silent = rng.random(points) < _EXCURSION_SHARE, rng.random(points) < _GAP_SHARE
    hot_from = rng.integers(60, 400, points)
    silent_from = rng.integers(800, 1000, points)
    return Planted(
        [f"P{number:06d}" for number in range(points)],
        hot_from,
        hot_from + np.where(hot, rng.integers(30, 240, points), 0),
        silent_from,
        silent_from + np.where(silent, rng.integers(60, 300, points), 0),
    )


def _location_ids(points: int) -> list[str]:
    return [f"S{number // POINTS_PER_LOCATION:05d}" for number in range(points)]


def _land_register(zones: Zones, planted: Planted) -> None:
    points = len(planted.sensor_ids)
    locations = sorted(set(_location_ids(points)))
    updated_at = f"{DAY.isoformat()}T00:30:00+08:00"
    stores = pl.DataFrame({"location_id": locations}).with_columns(
        name_zh=pl.lit("店"), name_en=pl.lit("store"), kind=pl.lit("store"), region_zh=pl.lit("区"),
        region_en=pl.lit("region"), city_zh=pl.lit("市"), city_en=pl.lit("city"), latitude=pl.lit(30.0),
        longitude=pl.lit(120.0), parent_location_id=pl.lit(None, pl.String), opened_on=pl.lit(DAY.isoformat()),
        closed_on=pl.lit(None, pl.String), opens_at=pl.lit("08:00"), closes_at=pl.lit("22:00"),
        updated_at=pl.lit(updated_at),
    )  # fmt: skip
    storage = [CLASSES[number % POINTS_PER_LOCATION // 2][0] for number in range(points)]
    sensors = pl.DataFrame(
        {
            "sensor_id": planted.sensor_ids,
            "location_id": _location_ids(points),
            "room": [f"{name}_room" for name in storage],
            "storage_class": storage,
        }
    ).with_columns(
        kind=pl.lit("climate"), sku_id=pl.lit(None, pl.String), installed_on=pl.lit(DAY.isoformat()),
        removed_on=pl.lit(None, pl.String), calibrated_on=pl.lit(None, pl.String), updated_at=pl.lit(updated_at),
    )  # fmt: skip
    for feed, rows in (("stores", stores), ("sensors", sensors)):
        folder = zones.landing_day(feed, DAY)
        folder.mkdir(parents=True, exist_ok=True)
        rows.write_csv(folder / f"{feed}.csv")
    ingest_days(zones, IngestKeys.load(zones), FEEDS.values(), DAY, DAY)


def _readings(planted: Planted, first: int, last: int, source_file: str, file_id: str) -> pl.DataFrame:
    rng = np.random.default_rng(first)
    count = last - first
    minute = np.arange(MINUTES)[None, :]
    base = np.array([CLASSES[number % POINTS_PER_LOCATION // 2][1] for number in range(first, last)])
    celsius = base[:, None] + rng.normal(0, 0.2, (count, MINUTES))
    hot = (minute >= planted.hot_from[first:last, None]) & (minute < planted.hot_to[first:last, None])
    told = ~((minute >= planted.silent_from[first:last, None]) & (minute < planted.silent_to[first:last, None]))
    point, at = np.nonzero(told)
    local_midnight = datetime.combine(DAY, datetime.min.time(), UTC) - timedelta(hours=8)
    start = int(local_midnight.timestamp()) * 1_000_000
    ids = pl.Series(planted.sensor_ids[first:last])
    places = pl.Series(_location_ids(last)[first:])
    return pl.DataFrame(
        {
            "sensor_id": ids.gather(pl.Series(point)),
            "measured_at": pl.Series(start + at * 60_000_000).cast(pl.Datetime("us", "UTC")),
            "location_id": places.gather(pl.Series(point)),
            "delivery_box_id": pl.repeat(None, len(at), dtype=pl.String, eager=True),
            "kind": pl.repeat("climate", len(at), eager=True),
            "temperature_celsius": np.where(hot, celsius + _HEAT_CELSIUS, celsius).round(2)[told],
            "humidity_percent": rng.normal(55, 2, (count, MINUTES)).round(1)[told],
            "shelf_count": pl.repeat(None, len(at), dtype=pl.Int64, eager=True),
            "shelf_weight_grams": pl.repeat(None, len(at), dtype=pl.Float64, eager=True),
            "battery_percent": pl.repeat(90.0, len(at), eager=True),
            "source_file": pl.repeat(source_file, len(at), eager=True),
            "source_position": np.arange(1, len(at) + 1),
            "file_id": pl.repeat(file_id, len(at), eager=True),
        }
    )


def prepare(zones: Zones, points: int) -> Planted:
    """Lay the lake of one day into an empty data root: readings as ingest leaves them, with their receipts."""
    planted = plant(points)
    _land_register(zones, planted)
    receipts = next((zones.lake / "file_receipts" / f"arrived_on={DAY.isoformat()}").glob("*.parquet"))
    template = pl.read_parquet(receipts).head(1)
    folder = zones.lake / "iot_readings" / f"arrived_on={DAY.isoformat()}"
    folder.mkdir(parents=True, exist_ok=True)
    told = []
    for first in range(0, points, POINTS_PER_FILE):
        last = min(first + POINTS_PER_FILE, points)
        file_id = f"{first:032x}"
        source_file = f"iot_readings/{DAY.isoformat()}/readings-{first:06d}.parquet"
        rows = _readings(planted, first, last, source_file, file_id)
        rows.write_parquet(folder / f"{file_id}.parquet", compression="zstd", compression_level=1)
        told.append(
            template.with_columns(
                receipt_id=pl.lit(file_id), feed=pl.lit("iot_readings"), source_file=pl.lit(source_file),
                file_id=pl.lit(file_id), received_count=pl.lit(rows.height, pl.Int64),
                valid_count=pl.lit(rows.height, pl.Int64), quarantined_count=pl.lit(0, pl.Int64),
            ).cast(template.schema)
        )  # fmt: skip
    pl.concat(told).write_parquet(receipts.with_name("readings.parquet"))
    return planted


def _measured(command: list[str], environment: dict[str, str]) -> Cost:
    """Run a process and say what it took; peak memory is that of the greatest process so far: run small ones first."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=PROJECT_ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:4])} failed\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, after.ru_maxrss / 2**20)


def _dbt(settings: Settings, *arguments: str) -> list[str]:
    target = str(settings.data_root / "dbt_target")
    folders = ["--project-dir", str(DBT_PROJECT_DIR), "--target-path", target, "--log-path", target]
    return [dbt_executable(), *arguments, *folders]


def aggregate(settings: Settings) -> Cost:
    """Build the climate states and excursions with the project's models; seeds and parsing come before the clock."""
    settings.zones.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
    settings.zones.warehouse_file.unlink(missing_ok=True)
    environment = dbt_environment(settings)
    _measured(_dbt(settings, "seed"), environment)
    return _measured(_dbt(settings, "run", "--select", *MODELS), environment)


def scan(zones: Zones) -> Cost:
    """Read the columns that the models need and aggregate them as simply as can be."""
    files = zones.lake / "iot_readings" / f"arrived_on={DAY.isoformat()}" / "*.parquet"
    query = (
        "set threads = 2; select count(*), count(distinct sensor_id), min(measured_at), max(measured_at),"
        f" sum(temperature_celsius), sum(humidity_percent), max(source_position) from read_parquet('{files}')"
    )
    return _measured([sys.executable, "-c", f'import duckdb; print(duckdb.sql("{query}").fetchall())'], {})


def node_seconds(settings: Settings) -> list[tuple[str, float]]:
    """The models of the last run with their seconds, the longest first."""
    results = json.loads((settings.data_root / "dbt_target" / "run_results.json").read_text())["results"]
    seconds = [(row["unique_id"].split(".")[-1], float(row["execution_time"])) for row in results]
    return sorted(seconds, key=lambda entry: -entry[1])


def main(arguments: list[str] | None = None) -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.climate_day",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--root", type=Path, help="keep the data root in this folder")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(data_root=(options.root or Path(scratch)) / f"climate-{options.points}")
        zones = settings.zones
        if not zones.lake.exists():
            print(f"Writing a day of {options.points * MINUTES:,} readings", flush=True)
            prepare(zones, options.points)
        size = sum(file.stat().st_size for file in (zones.lake / "iot_readings").rglob("*.parquet")) / 2**30
        load = os.getloadavg()[0]
        bare, own = scan(zones), aggregate(settings)
        with duckdb.connect(zones.warehouse_file, read_only=True) as connection:
            [(readings,)] = connection.sql("select sum(reading_count) from fct_storage_climate").fetchall()
            [(excursions,)] = connection.sql("select count(*) from fct_climate_excursions").fetchall()
        print(f"{readings:,} readings of {options.points:,} points ({size:.2f} GB), {excursions:,} excursions; "
              f"load of the machine before: {load:.1f}")  # fmt: skip
        print(bare.line("bare scan of the same Parquet"))
        print(own.line("climate states and excursions"))
        print(f"  ratio of CPU seconds: {own.cpu_seconds / bare.cpu_seconds:.1f}; "
              f"aim for {POINTS:,} points: below {WALL_SECONDS} s and {MEMORY_GIGABYTES} GB")  # fmt: skip
        for model, seconds in node_seconds(settings)[:5]:
            print(f"    {model:<40}{seconds:>8.1f} s")


if __name__ == "__main__":
    main()
