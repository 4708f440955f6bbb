"""The regulator is told of each line once, of each change once, and of nobody by name."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.prescription_reports.reporting import COLUMNS, KEY, LINKS, last_reported, write_report
from warehouse.durable_files import write_atomically
from warehouse.snapshot_manifest import Manifest
from warehouse.snapshots import Snapshot
from warehouse.zones import Zones

LEAP_DAY = date(2028, 2, 29)
SnapshotOf = Callable[..., Snapshot]


def line(order: str, store: str = "S1", compliant: bool | None = True, by_source: datetime | None = None) -> dict:
    return {
        "order_id": order, "line_number": 1, "store_id": store, "fulfilling_location_id": store, "sku_id": "K1",
        "dispensed_on": LEAP_DAY, "dispensed_at": datetime(2028, 2, 29, 15, 59, 59), "quantity": 2,
        "prescription_id": f"RX{order}", "prescription_source": "clinic", "doctor_id": "D1",
        "approving_pharmacist_id": "P1", "approved_at": datetime(2028, 2, 29, 15, 50),
        **dict.fromkeys(LINKS, compliant),
        "is_compliant": compliant, "finding_zh": None if compliant else "处方在调配当日无效", "finding_en": None,
        "source_reported_at": by_source, "placed_on": LEAP_DAY,
    }  # fmt: skip


@pytest.fixture
def zones(tmp_path: Path) -> Zones:
    return Zones(tmp_path / "data")


@pytest.fixture
def snapshot_of(tmp_path: Path) -> SnapshotOf:
    """``snapshot_of(line(...), ..., as_of=...)``: a snapshot with these audited lines and stores in two regions."""

    def make(*lines: dict, as_of: date = LEAP_DAY) -> Snapshot:
        folder = tmp_path / f"snapshot-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        times = {name: pl.Datetime("us") for name in ("dispensed_at", "approved_at", "source_reported_at")}
        audits = pl.DataFrame(
            [line("none"), *lines], schema_overrides={**times, "finding_zh": pl.String, "finding_en": pl.String}
        ).slice(1)
        stores = pl.DataFrame({"store_id": ["S1", "S2"], "region_en": ["South China", "North/China"]})
        for database, table, rows in (
            ("persons", "fct_prescription_audits", audits),
            ("warehouse", "dim_stores", stores),
        ):
            with duckdb.connect(str(folder / f"{database}.duckdb")) as connection:
                connection.register("given", rows)
                connection.execute(f"create table {table} as select * from given")
        return Snapshot(folder, Manifest("20280301T193000Z-10ac300b", "2028-03-01T19:30:00+00:00", as_of, "r", ()))

    return make


def rows_of(path: Path) -> list[dict[str, str]]:
    return pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null("")).to_dicts()


def test_the_layout_is_stable_and_every_region_has_its_file(zones: Zones, snapshot_of: SnapshotOf) -> None:
    report = write_report(zones, snapshot_of(line("O1"), line("O2", "S2", compliant=None)))
    assert [path.relative_to(zones.root).as_posix() for path in report.files] == [
        "exports/regulator/2028-02-29/North%2FChina-001.csv",
        "exports/regulator/2028-02-29/South%20China-001.csv",
    ]
    header = report.files[1].read_bytes().removeprefix(b"\xef\xbb\xbf").decode().splitlines()[0]
    assert header == (
        "record_kind,order_id,line_number,store_id,fulfilling_location_id,dispensed_on,dispensed_at,sku_id,quantity,"
        "prescription_id,prescription_source,doctor_id,approving_pharmacist_id,approved_at,is_prescription_known,"
        "is_prescription_valid,is_quantity_covered,is_doctor_licensed,is_doctor_in_scope,is_approved_before_dispensing,"
        "is_pharmacist_licensed,is_pharmacist_on_duty,is_delivery_traced,is_compliant,finding_zh,finding_en,snapshot_id"
    )
    (told,), (unknown,) = rows_of(report.files[1]), rows_of(report.files[0])
    assert told["dispensed_at"] == "2028-02-29T15:59:59Z"
    assert (told["record_kind"], told["is_compliant"], told["finding_zh"]) == ("new", "true", "")
    assert unknown["is_compliant"] == "unknown"


def test_a_line_is_told_once_and_a_change_once(zones: Zones, snapshot_of: SnapshotOf) -> None:
    first = write_report(zones, snapshot_of(line("O1"), line("O2")))
    assert first.rows == {"new": 2}
    assert write_report(zones, snapshot_of(line("O1"), line("O2"))).files == ()
    march = date(2028, 3, 1)
    second = write_report(zones, snapshot_of(line("O1", compliant=False), line("O2"), line("O3"), as_of=march))
    assert second.rows == {"new": 1, "corrected": 1}
    assert {row["order_id"]: row["record_kind"] for row in rows_of(second.files[0])} == {
        "O1": "corrected",
        "O3": "new",
    }
    assert write_report(zones, snapshot_of(line("O1", compliant=False), line("O2"), line("O3"))).files == ()
    assert first.files[0].is_file()
    # What was corrected back is a change again.
    third = write_report(zones, snapshot_of(line("O1"), line("O2"), line("O3"), as_of=march))
    assert [path.name for path in third.files] == ["South%20China-002.csv"]
    assert third.rows == {"corrected": 1}


def test_a_line_that_is_on_no_order_any_more_is_withdrawn_once(zones: Zones, snapshot_of: SnapshotOf) -> None:
    write_report(zones, snapshot_of(line("O1"), line("O2")))
    assert write_report(zones, snapshot_of(line("O2"))).rows == {"withdrawn": 1}
    assert write_report(zones, snapshot_of(line("O2"))).files == ()
    assert write_report(zones, snapshot_of(line("O1"), line("O2"))).rows == {"new": 1}


def test_what_its_source_reported_is_not_reported_again(zones: Zones, snapshot_of: SnapshotOf) -> None:
    reported = datetime(2028, 3, 1, 2, 0)
    assert write_report(zones, snapshot_of(line("O1", by_source=reported))).files == ()
    write_report(zones, snapshot_of(line("O2")))
    # The source comes later: the line was told and stays told.
    assert write_report(zones, snapshot_of(line("O2", by_source=reported))).files == ()


def test_a_run_killed_between_two_regions_is_made_good_without_telling_anything_twice(
    zones: Zones, snapshot_of: SnapshotOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = snapshot_of(line("O1"), line("O2", "S2"))

    def write_one_then_die(path: Path, writer: Callable[[Path], object], mode: int = 0o644) -> None:
        if "South" in path.name:
            raise KeyboardInterrupt
        write_atomically(path, writer, mode)

    monkeypatch.setattr("assets.prescription_reports.reporting.write_atomically", write_one_then_die)
    with pytest.raises(KeyboardInterrupt):
        write_report(zones, snapshot)
    monkeypatch.undo()
    assert write_report(zones, snapshot).rows == {"new": 1}
    told = last_reported(zones)
    assert sorted(told["order_id"]) == ["O1", "O2"]
    assert sum(len(rows_of(path)) for path in zones.regulator_exports.glob("*/*.csv")) == 2


def test_no_column_of_the_report_names_a_person() -> None:
    assert not {name for name in COLUMNS if "token" in name or "patient" in name or "phone" in name or "name" in name}
    assert KEY[0] in COLUMNS
