"""Suppliers get their own rows, whole files, and no more days than are kept."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.supplier_forecasts.exporting import export_supplier_forecasts, exported_days, file_stem
from warehouse.snapshot_manifest import Manifest
from warehouse.snapshots import Snapshot
from warehouse.zones import Zones

AS_OF = date(2026, 3, 31)
MONDAY = date(2026, 4, 6)
SnapshotOf = Callable[..., Snapshot]


@pytest.fixture
def zones(tmp_path: Path) -> Zones:
    return Zones(tmp_path / "data")


@pytest.fixture
def snapshot_of(tmp_path: Path) -> SnapshotOf:
    """``snapshot_of({"V1": 3}, as_of=...)``: a snapshot in which each supplier has one SKU and so many packs a week."""

    def make(packs: dict[str, int], as_of: date = AS_OF) -> Snapshot:
        folder = tmp_path / f"snapshot-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        rows = [
            (
                supplier,
                f"SKU-{supplier}",
                "布洛芬缓释胶囊",
                "Ibuprofen",
                "20",
                MONDAY + timedelta(weeks=week),
                1.0,
                quantity,
                as_of,
            )
            for supplier, quantity in packs.items()
            for week in range(12)
        ]
        with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
            connection.execute(
                "create table fct_supplier_forecasts (supplier_id varchar, sku_id varchar, product_name_zh varchar,"
                " product_name_en varchar, pack_size varchar, week_start_date date, supply_share double,"
                " forecast_quantity bigint, as_of_date date)"
            )
            connection.execute("create table dim_suppliers (supplier_id varchar, supplier_name_zh varchar)")
            if rows:
                connection.executemany("insert into fct_supplier_forecasts values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
                connection.executemany("insert into dim_suppliers values (?, ?)", [(name, "供应商") for name in packs])
        return Snapshot(folder, Manifest("20260331T193000Z-10ac300b", "2026-03-31T19:30:00+00:00", as_of, "r", ()))

    return make


def test_each_supplier_gets_its_own_rows_and_nobody_elses(zones: Zones, snapshot_of: SnapshotOf) -> None:
    export = export_supplier_forecasts(zones, snapshot_of({"V001": 7, "V002": 4}), keep=2)
    assert export.folder == zones.root / "exports" / "suppliers" / "2026-03-31"
    assert sorted(path.name for path in export.folder.iterdir()) == [
        "V001.csv",
        "V001.parquet",
        "V002.csv",
        "V002.parquet",
    ]
    sent = pl.read_parquet(export.folder / "V001.parquet")
    assert sent["supplier_id"].unique().to_list() == ["V001"]
    assert sent["forecast_quantity"].to_list() == [7] * 12
    assert sent["week_start_date"].to_list() == [MONDAY + timedelta(weeks=week) for week in range(12)]
    assert sent["snapshot_id"].unique().to_list() == ["20260331T193000Z-10ac300b"]


def test_the_csv_file_says_what_the_parquet_file_says_and_opens_in_a_spreadsheet(
    zones: Zones, snapshot_of: SnapshotOf
) -> None:
    folder = export_supplier_forecasts(zones, snapshot_of({"V001": 7}), keep=2).folder
    assert (folder / "V001.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    read = pl.read_csv(folder / "V001.csv", try_parse_dates=True, schema_overrides={"pack_size": pl.String})
    assert read.equals(pl.read_parquet(folder / "V001.parquet"))


def test_an_export_repeated_replaces_the_day_and_drops_who_has_no_share_any_more(
    zones: Zones, snapshot_of: SnapshotOf
) -> None:
    export_supplier_forecasts(zones, snapshot_of({"V001": 7, "V002": 4}), keep=2)
    folder = export_supplier_forecasts(zones, snapshot_of({"V001": 9}), keep=2).folder
    assert sorted(path.name for path in folder.iterdir()) == ["V001.csv", "V001.parquet"]
    assert pl.read_parquet(folder / "V001.parquet")["forecast_quantity"].unique().to_list() == [9]


def test_only_the_last_days_stay(zones: Zones, snapshot_of: SnapshotOf) -> None:
    days = [AS_OF + timedelta(days=number) for number in range(4)]
    for day in days:
        export_supplier_forecasts(zones, snapshot_of({"V001": 1}, as_of=day), keep=2)
    assert exported_days(zones) == days[-2:]


def test_a_supplier_id_is_never_a_path(zones: Zones, snapshot_of: SnapshotOf) -> None:
    ids = ["../../landing/x", ".hidden", "a/b", "供应商"]
    export = export_supplier_forecasts(zones, snapshot_of(dict.fromkeys(ids, 1)), keep=1)
    names = {path.name for path in export.folder.iterdir()}
    assert names == {f"{file_stem(supplier)}.{ending}" for supplier in ids for ending in ("csv", "parquet")}
    assert not any(name.startswith(".") for name in names)
    assert {path for path in zones.root.rglob("*") if path.is_file()} == set(export.folder.iterdir())


def test_an_export_that_breaks_off_leaves_the_file_that_was_there(
    zones: Zones, snapshot_of: SnapshotOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = export_supplier_forecasts(zones, snapshot_of({"V001": 7}), keep=1).folder
    before = (folder / "V001.parquet").read_bytes()

    def break_off(self: pl.DataFrame, path: Path) -> None:
        path.write_bytes(b"half a file")
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", break_off)
    with pytest.raises(OSError, match="disk full"):
        export_supplier_forecasts(zones, snapshot_of({"V001": 8}), keep=1)
    assert (folder / "V001.parquet").read_bytes() == before
    assert {path.name for path in folder.iterdir()} == {"V001.csv", "V001.parquet"}


def test_keeping_nothing_is_refused(zones: Zones, snapshot_of: SnapshotOf) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        export_supplier_forecasts(zones, snapshot_of({"V001": 1}), keep=0)
    assert exported_days(zones) == []
