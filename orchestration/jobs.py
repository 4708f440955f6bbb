"""The daily job and what starts it: the nightly schedule and the sensor on the landing zone."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl

from assets.feeds import FEEDS
from assets.ingest.asset import lake_key
from warehouse.settings import Settings
from warehouse.zones import Zones

DAILY_JOB_NAME = "daily"
REBUILD_JOB_NAME = "rebuild"
LANDING_SENSOR_SECONDS = 60
SETTLED_SECONDS = 30
"""A file younger than this may still be being written; the next tick takes it."""
DAYS_PER_TICK = 31
"""Most arrival days one tick asks for, so that a dropped archive does not flood the queue."""


def build_daily_job() -> dg.UnresolvedAssetJobDefinition:
    """Everything from landing to snapshot for one arrival day, or for a range of them as one run.

    In-process: each step in its own process would cost about seven seconds of imports, more than most steps take.
    """
    return dg.define_asset_job(
        DAILY_JOB_NAME,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Ingest the day's files, build the warehouse, check it, publish a snapshot.",
    )


def build_rebuild_job() -> dg.UnresolvedAssetJobDefinition:
    """Everything that is made from the lake, without loading anything: what an erasure runs."""
    loaded = [lake_key(table) for feed in FEEDS.values() for table in feed.lake_tables]
    return dg.define_asset_job(
        REBUILD_JOB_NAME,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*loaded),
        executor_def=dg.in_process_executor,
        description="Build the warehouse from what the lake holds, check it, publish a snapshot.",
    )


def build_daily_schedule(settings: Settings, job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Yesterday's arrivals at half past midnight, local time."""

    @dg.schedule(
        name="daily_schedule",
        job=job,
        cron_schedule="30 0 * * *",
        execution_timezone=settings.timezone,
        description="Loads the arrival day that has just ended.",
    )
    def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        local = context.scheduled_execution_time.astimezone(ZoneInfo(settings.timezone))
        day = (local.date() - timedelta(days=1)).isoformat()
        return dg.RunRequest(run_key=day, partition_key=day)

    return daily_schedule


def received_files(zones: Zones) -> set[tuple[str, int]]:
    """Landing-relative path and byte count of every file that already has a receipt."""
    receipts = list((zones.lake / "file_receipts").glob("*/*.parquet"))
    if not receipts:
        return set()
    frame = pl.read_parquet(receipts, columns=["source_file", "byte_count"], hive_partitioning=False)
    return set(frame.iter_rows())


def days_with_new_files(zones: Zones, first_day: date, now: float) -> dict[date, str]:
    """Arrival days that hold files without a receipt, each with a digest of those files.

    ``now`` is seconds since the epoch; files touched within :data:`SETTLED_SECONDS` wait for the next look.
    """
    known = received_files(zones)
    new_files: dict[date, list[str]] = {}
    for path in zones.landing.glob("*/*/*"):
        day = _parse_day(path.parent)
        if day is None or day < first_day or not path.is_file() or path.name.startswith((".", "_")):
            continue
        status = path.stat()
        source_file = path.relative_to(zones.landing).as_posix()
        if now - status.st_mtime < SETTLED_SECONDS or (source_file, status.st_size) in known:
            continue
        new_files.setdefault(day, []).append(f"{source_file} {status.st_size} {status.st_mtime_ns}")
    return {
        day: hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()[:16]
        for day, files in sorted(new_files.items())
    }


def _parse_day(folder: Path) -> date | None:
    try:
        return date.fromisoformat(folder.name)
    except ValueError:
        return None


def build_landing_sensor(settings: Settings, job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Starts the daily job for every arrival day that has files ingest has not seen."""

    @dg.sensor(
        name="landing_sensor",
        job=job,
        minimum_interval_seconds=LANDING_SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Looks for files in the landing zone that have no receipt yet.",
    )
    def landing_sensor() -> dg.SensorResult | dg.SkipReason:
        now = datetime.now(tz=ZoneInfo(settings.timezone))
        days = days_with_new_files(settings.zones, settings.first_arrival_day, now.timestamp())
        due = {day: digest for day, digest in days.items() if day <= now.date()}
        if not due:
            return dg.SkipReason("Every file in the landing zone has its receipt.")
        return dg.SensorResult(
            run_requests=[
                # The digest keeps a file that cannot be taken up from being asked for again every minute.
                dg.RunRequest(run_key=f"{day}-{digest}", partition_key=day.isoformat())
                for day, digest in list(due.items())[:DAYS_PER_TICK]
            ]
        )

    return landing_sensor
