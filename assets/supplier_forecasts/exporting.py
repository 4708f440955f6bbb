"""Each supplier's share of the forecast as files it can be sent: Parquet for its systems, CSV for its people.

Belongs here: which rows go into which file, and the life of the files. Does not belong here: how the share is computed
(``fct_supplier_forecasts``) and how files reach a supplier.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import polars as pl

from warehouse.durable_files import remove_leftovers, sync_folder, write_atomically
from warehouse.snapshots import Snapshot
from warehouse.zones import Zones

_ROWS_SQL = """
select
    forecasts.supplier_id, suppliers.supplier_name_zh, forecasts.sku_id, forecasts.product_name_zh,
    forecasts.product_name_en, forecasts.pack_size, forecasts.week_start_date, forecasts.forecast_quantity,
    forecasts.as_of_date
from fct_supplier_forecasts as forecasts
inner join dim_suppliers as suppliers using (supplier_id)
order by forecasts.supplier_id, forecasts.sku_id, forecasts.week_start_date
"""


@dataclass(frozen=True)
class SupplierExport:
    """What one export wrote."""

    folder: Path
    suppliers: int
    rows: int
    """Supplier x SKU x week."""


def file_stem(supplier_id: str) -> str:
    """File name of a supplier, without its ending: the id with all but letters, digits, ``_``, ``-`` and ``~`` escaped.

    Ids come from outside; escaped, no id is a path, a hidden file or another supplier's name.
    """
    return quote(supplier_id, safe="").replace(".", "%2E")


def supplier_frames(forecasts: pl.DataFrame, snapshot_id: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each ``supplier_id`` with its rows alone.

    Args:
        forecasts: rows of all suppliers, with a column ``supplier_id``.
        snapshot_id: where the figures come from; becomes the last column, so that both sides can name it.
    """
    marked = forecasts.with_columns(snapshot_id=pl.lit(snapshot_id))
    for (supplier_id,), frame in marked.group_by("supplier_id", maintain_order=True):
        yield str(supplier_id), frame


def export_supplier_forecasts(zones: Zones, snapshot: Snapshot, keep: int) -> SupplierExport:
    """Write ``exports/suppliers/<as-of day>/<supplier>.parquet`` and ``.csv`` from a published snapshot.

    Each file is replaced in one step; files of suppliers that have no share any more are removed, and of the days the
    last ``keep`` stay.

    Raises:
        ValueError: ``keep`` is below 1.
    """
    if keep < 1:
        raise ValueError(f"keep is {keep}; the day just exported must stay, so pass 1 or more")
    with snapshot.connect() as connection:
        forecasts = connection.sql(_ROWS_SQL).pl()
    folder = zones.supplier_exports_day(snapshot.manifest.as_of_date)
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    written: set[Path] = set()
    for supplier_id, frame in supplier_frames(forecasts, snapshot.snapshot_id):
        parquet, csv = (folder / f"{file_stem(supplier_id)}.{ending}" for ending in ("parquet", "csv"))
        write_atomically(parquet, frame.write_parquet)
        # Spreadsheets take a CSV file without this mark for one in the machine's own encoding.
        write_atomically(csv, lambda path, rows=frame: rows.write_csv(path, include_bom=True))
        written |= {parquet, csv}
    for path in set(folder.iterdir()) - written:
        path.unlink()
    sync_folder(folder)
    _prune(zones, keep)
    return SupplierExport(folder, len(written) // 2, forecasts.height)


def exported_days(zones: Zones) -> list[date]:
    """As-of days that have files, oldest first."""
    if not zones.supplier_exports.is_dir():
        return []
    return sorted(date.fromisoformat(path.name) for path in zones.supplier_exports.iterdir())


def _prune(zones: Zones, keep: int) -> None:
    for day in exported_days(zones)[:-keep]:
        shutil.rmtree(zones.supplier_exports_day(day))
