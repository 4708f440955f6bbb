"""The regulator's report as CSV files: each prescription line once, again only when something about it changed.

The files are their own ledger: what was reported is what stands in them, so they are added to and never changed or
removed (prescriptions are kept for five years). Nobody is named in them. The layout is :data:`COLUMNS`, in that order;
a new column may only be added at the end.

Belongs here: which lines go into which file, and in what form. Does not belong here: how a line is judged
(``fct_prescription_audits``) and how a file reaches the regulator.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.supplier_forecasts.exporting import file_stem
from warehouse.durable_files import remove_leftovers, sync_folder, write_atomically
from warehouse.snapshots import Snapshot
from warehouse.zones import Zones

KEY = ["order_id", "line_number"]
LINKS = [
    "is_prescription_known",
    "is_prescription_valid",
    "is_quantity_covered",
    "is_doctor_licensed",
    "is_doctor_in_scope",
    "is_approved_before_dispensing",
    "is_pharmacist_licensed",
    "is_pharmacist_on_duty",
    "is_delivery_traced",
]
_TIMES = ["dispensed_at", "approved_at"]
_REPORTED = [
    *KEY,
    "store_id",
    "fulfilling_location_id",
    "dispensed_on",
    "dispensed_at",
    "sku_id",
    "quantity",
    "prescription_id",
    "prescription_source",
    "doctor_id",
    "approving_pharmacist_id",
    "approved_at",
    *LINKS,
    "is_compliant",
    "finding_zh",
    "finding_en",
]
COLUMNS = ["record_kind", *_REPORTED, "snapshot_id"]
"""Columns of a file. ``record_kind`` is ``new``, ``corrected`` or ``withdrawn`` (it is on no order any more); times are
UTC as ISO 8601, links ``true``, ``false`` or ``unknown``, what is not there is empty."""


@dataclass(frozen=True)
class Report:
    """What one run wrote."""

    folder: Path
    files: tuple[Path, ...]
    rows: dict[str, int]
    """Lines by ``record_kind``."""


def as_reported(audits: pl.DataFrame) -> pl.DataFrame:
    """Audited lines as the texts of the report, one row per line."""
    return (
        audits.select(_REPORTED)
        .with_columns(
            pl.col(*_TIMES).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            pl.col(*LINKS, "is_compliant").cast(pl.String).fill_null("unknown"),
        )
        .with_columns(pl.all().cast(pl.String).fill_null(""))
    )


def lines_to_report(current: pl.DataFrame, by_source: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Lines that the regulator has not been told of as they are now, with their ``record_kind``.

    Args:
        current: every audited line, as :func:`as_reported` gives it.
        by_source: key of the lines whose prescription was reported by its own source; they are not reported for the
            first time here.
        reported: what was last reported of each line, :data:`COLUMNS`.
    """
    told = reported.filter(pl.col("record_kind") != "withdrawn")
    new = current.join(told, on=KEY, how="anti").join(by_source, on=KEY, how="anti")
    corrected = current.join(told.select(KEY), on=KEY).join(told, on=_REPORTED, how="anti")
    withdrawn = told.join(current, on=KEY, how="anti").select(_REPORTED)
    return pl.concat(
        rows.with_columns(record_kind=pl.lit(kind))
        for kind, rows in (("new", new), ("corrected", corrected), ("withdrawn", withdrawn))
    )


def last_reported(zones: Zones) -> pl.DataFrame:
    """What was last reported of each line, one row per line (:data:`COLUMNS`, all texts)."""
    files = sorted(zones.regulator_exports.glob("*/*.csv"), key=_turn)
    empty = pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    rows = [pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null("")) for path in files]
    return pl.concat([empty, *rows]).unique(KEY, keep="last", maintain_order=True)


def write_report(zones: Zones, snapshot: Snapshot) -> Report:
    """Write ``exports/regulator/<as-of day>/<region>-<number>.csv`` with what is not reported yet.

    A region for which there is nothing to tell gets no file. A run that was killed half way is made good by the next
    one: a file is there as a whole or not at all, and what is in it is not told again.
    """
    with snapshot.connect("persons") as connection:
        audits = connection.sql("from fct_prescription_audits order by order_id, line_number").pl()
    with snapshot.connect() as connection:
        regions = connection.sql("select store_id, region_en from dim_stores").pl()
    by_source = as_reported(audits.filter(pl.col("source_reported_at").is_not_null())).select(KEY)
    rows = (
        lines_to_report(as_reported(audits), by_source, last_reported(zones))
        .join(regions, on="store_id", how="left")
        .with_columns(snapshot_id=pl.lit(snapshot.snapshot_id), region_en=pl.col("region_en").fill_null("unknown"))
        .sort("region_en", *KEY)
    )
    folder = zones.regulator_exports / snapshot.manifest.as_of_date.isoformat()
    files = []
    for (region,), part in rows.group_by("region_en", maintain_order=True):
        folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder)
        stem = file_stem(str(region))
        path = folder / f"{stem}-{len(list(folder.glob(f'{stem}-*.csv'))) + 1:03d}.csv"
        lines = part.select(COLUMNS)
        # Spreadsheets take a CSV file without this mark for one in the machine's own encoding.
        write_atomically(path, lambda target, lines=lines: lines.write_csv(target, include_bom=True))
        files.append(path)
    if files:
        sync_folder(folder)
    return Report(folder, tuple(files), dict(rows.group_by("record_kind").len().sort("record_kind").iter_rows()))


def _turn(path: Path) -> tuple[str, str]:
    """Files in the order in which they were written: by day, then by the number at the end of the name."""
    return path.parent.name, path.stem.rpartition("-")[2]
