"""Who came into which segment, and who left it, since the as-of day before: ``exports/segments/<as-of day>/``.

    fct_segment_changes.parquet, .csv   the difference, one row per person x segment
    person_segments.parquet             the segments as of that day, which the next difference is taken from

The difference needs what was published before, so it is state and no dbt model: the warehouse is a pure function of the
lake and the as-of day. It is taken from the last earlier day that was exported and not from the day before by calendar,
so that no change is lost where a day had no run; writing a day again writes the same.

Belongs here: the difference, and the life of the files. Does not belong here: who is in which segment
(``fct_person_segments``) and what WeCom is told (:mod:`assets.segment_push.tagging`).
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from warehouse.durable_files import remove_leftovers, sync_folder, write_atomically
from warehouse.snapshots import Snapshot
from warehouse.zones import Zones

CHANGES = "fct_segment_changes"
MEMBERS = "person_segments"
KEY = ["person_token", "segment_code"]
MEMBERS_SCHEMA = pl.Schema(
    {
        "person_token": pl.String,
        "segment_code": pl.String,
        "segment_name_zh": pl.String,
        "segment_name_en": pl.String,
        "segment_reason_zh": pl.String,
        "segment_reason_en": pl.String,
    }
)
"""Columns of :data:`MEMBERS`; those of :data:`CHANGES` are these, with ``change`` (``added`` or ``removed``),
``changed_since`` (the day compared with, null for the first), ``as_of_date`` and ``snapshot_id``."""

_MEMBERS_SQL = f"select {', '.join(MEMBERS_SCHEMA)} from fct_person_segments order by {', '.join(KEY)}"


@dataclass(frozen=True)
class SegmentExport:
    """What one export wrote."""

    folder: Path
    changed_since: date | None
    added: int
    removed: int


def segment_changes(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``now`` alone as ``added`` and rows of ``before`` alone as ``removed``, in order of the key.

    A row whose reason alone changed is no change. Reasons of what was removed are those of the day it last held.
    """
    return pl.concat(
        [
            now.join(before, on=KEY, how="anti").with_columns(change=pl.lit("added")),
            before.join(now, on=KEY, how="anti").with_columns(change=pl.lit("removed")),
        ]
    ).sort(KEY)


def export_segment_changes(zones: Zones, snapshot: Snapshot, keep: int) -> SegmentExport:
    """Write the files of the snapshot's as-of day; of the days the last ``keep`` stay, and the one before this.

    Raises:
        ValueError: ``keep`` is below 1.
    """
    if keep < 1:
        raise ValueError(f"keep is {keep}; the day just exported must stay, so pass 1 or more")
    with snapshot.connect("persons") as connection:
        now = connection.sql(_MEMBERS_SQL).pl().cast(dict(MEMBERS_SCHEMA))
    as_of = snapshot.manifest.as_of_date
    earlier = [day for day in exported_days(zones) if day < as_of]
    since = earlier[-1] if earlier else None
    before = pl.read_parquet(_file(zones, since, MEMBERS)) if since else MEMBERS_SCHEMA.to_frame()
    changes = segment_changes(before, now).with_columns(
        changed_since=pl.lit(since, pl.Date), as_of_date=pl.lit(as_of), snapshot_id=pl.lit(snapshot.snapshot_id)
    )
    folder = zones.segment_exports / as_of.isoformat()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    remove_leftovers(folder)
    write_atomically(_file(zones, as_of, CHANGES), changes.write_parquet, mode=0o600)
    # Spreadsheets take a CSV file without this mark for one in the machine's own encoding.
    csv = folder / f"{CHANGES}.csv"
    write_atomically(csv, lambda path: changes.write_csv(path, include_bom=True), mode=0o600)
    # Last: a day counts as exported once this is there.
    write_atomically(_file(zones, as_of, MEMBERS), now.write_parquet, mode=0o600)
    sync_folder(folder)
    for day in exported_days(zones)[: -max(keep, 2)]:
        shutil.rmtree(zones.segment_exports / day.isoformat())
    counts = dict(changes.group_by("change").len().iter_rows())
    return SegmentExport(folder, since, counts.get("added", 0), counts.get("removed", 0))


def exported_days(zones: Zones) -> list[date]:
    """As-of days whose files are whole, oldest first."""
    return sorted(date.fromisoformat(path.parent.name) for path in zones.segment_exports.glob(f"*/{MEMBERS}.parquet"))


def forget_in_exports(zones: Zones, person_tokens: Collection[str]) -> int:
    """Take persons out of the files of every day; returns the rows removed."""
    removed = 0
    for folder in sorted(path for path in zones.segment_exports.glob("*") if path.is_dir()):
        remove_leftovers(folder)
        for path in sorted(folder.glob("*.parquet")):
            rows = pl.read_parquet(path)
            kept = rows.filter(~pl.col("person_token").is_in(list(person_tokens)))
            if kept.height == rows.height:
                continue
            removed += rows.height - kept.height
            if path.stem == CHANGES:
                csv = path.with_suffix(".csv")
                write_atomically(csv, lambda aside, rows=kept: rows.write_csv(aside, include_bom=True), mode=0o600)
            write_atomically(path, kept.write_parquet, mode=0o600)
    return removed


def _file(zones: Zones, day: date, name: str) -> Path:
    return zones.segment_exports / day.isoformat() / f"{name}.parquet"
