"""Changes of segments since the last exported day, as files."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets.segment_push.exporting import (
    CHANGES,
    MEMBERS,
    SegmentExport,
    export_segment_changes,
    exported_days,
    forget_in_exports,
)
from warehouse.snapshot_manifest import Manifest
from warehouse.snapshots import Snapshot
from warehouse.zones import Zones

MONDAY = date(2026, 3, 30)
Segments = Mapping[str, Collection[str]]
ExportOf = Callable[..., SegmentExport]


@pytest.fixture
def zones(tmp_path: Path) -> Zones:
    return Zones(tmp_path / "data")


@pytest.fixture
def export_of(tmp_path: Path, zones: Zones) -> ExportOf:
    """``export_of({"ann": ["lapsing"]}, day)``: export a snapshot in which persons are in these segments."""

    def export(of: Segments, day: date, keep: int = 7) -> SegmentExport:
        folder = tmp_path / f"snapshot-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        rows = [
            (person, code, f"{code} 名", f"{code} name", f"{person} 因", f"{person} because")
            for person, codes in of.items()
            for code in codes
        ]
        with duckdb.connect(str(folder / "persons.duckdb")) as connection:
            connection.execute(
                "create table fct_person_segments (person_token varchar, segment_code varchar, segment_name_zh varchar,"
                " segment_name_en varchar, segment_reason_zh varchar, segment_reason_en varchar)"
            )
            if rows:
                connection.executemany("insert into fct_person_segments values (?, ?, ?, ?, ?, ?)", rows)
        manifest = Manifest(f"snapshot of {day}", "2026-03-31T19:30:00+00:00", day, "r", ())
        return export_segment_changes(zones, Snapshot(folder, manifest), keep)

    return export


def changes_of(export: SegmentExport) -> list[tuple[str, str, str]]:
    rows = pl.read_parquet(export.folder / f"{CHANGES}.parquet")
    return rows.select("person_token", "segment_code", "change").rows()


def test_changes_are_what_came_and_what_went_since_the_last_exported_day(export_of: ExportOf) -> None:
    first = export_of({"ann": ["lapsing"], "bob": ["newcomer"]}, MONDAY)
    assert first.changed_since is None
    assert changes_of(first) == [("ann", "lapsing", "added"), ("bob", "newcomer", "added")]
    # Nothing ran on the two days between: what changed in them is told all the same.
    later = export_of({"ann": ["high_value", "lapsing"]}, MONDAY + timedelta(days=3))
    assert later.changed_since == MONDAY
    assert (later.added, later.removed) == (1, 1)
    assert changes_of(later) == [("ann", "high_value", "added"), ("bob", "newcomer", "removed")]


def test_a_day_exported_again_says_the_same_unless_its_segments_changed(export_of: ExportOf) -> None:
    export_of({"ann": ["lapsing"]}, MONDAY)
    tuesday = MONDAY + timedelta(days=1)
    once = changes_of(export_of({"ann": ["newcomer"]}, tuesday))
    assert changes_of(export_of({"ann": ["newcomer"]}, tuesday)) == once
    assert changes_of(export_of({}, tuesday)) == [("ann", "lapsing", "removed")]


def test_the_changes_of_all_days_add_up_to_the_segments_of_the_last(export_of: ExportOf) -> None:
    days: list[Segments] = [
        {"ann": ["a", "b"], "bob": ["a"]},
        {"ann": ["b"], "cid": ["a", "c"]},
        {},
        {"bob": ["b"], "cid": ["a"], "dan": ["a", "b", "c"]},
    ]
    held: set[tuple[str, str]] = set()
    for number, of in enumerate(days):
        for person, code, change in changes_of(export_of(of, MONDAY + timedelta(days=number))):
            key = (person, code)
            assert (key in held) == (change == "removed")
            held ^= {key}
        assert held == {(person, code) for person, codes in of.items() for code in codes}


def test_the_table_for_people_holds_the_same_rows(export_of: ExportOf) -> None:
    export = export_of({"ann": ["lapsing"], "bob": []}, MONDAY)
    read = pl.read_csv(export.folder / f"{CHANGES}.csv", try_parse_dates=True)
    assert read["segment_reason_zh"].to_list() == ["ann 因"]
    assert read.columns == pl.read_parquet(export.folder / f"{CHANGES}.parquet").columns


def test_no_more_days_are_kept_than_asked_for_and_the_one_before_always(export_of: ExportOf, zones: Zones) -> None:
    for number in range(5):
        export_of({"ann": ["a"]}, MONDAY + timedelta(days=number), keep=1)
    assert exported_days(zones) == [MONDAY + timedelta(days=3), MONDAY + timedelta(days=4)]
    with pytest.raises(ValueError, match="keep is 0"):
        export_of({}, MONDAY, keep=0)


def test_files_can_be_read_by_their_owner_alone(export_of: ExportOf) -> None:
    export = export_of({"ann": ["lapsing"]}, MONDAY)
    assert {path.stat().st_mode & 0o777 for path in export.folder.iterdir()} == {0o600}
    assert {path.name for path in export.folder.iterdir()} == {
        f"{CHANGES}.parquet",
        f"{CHANGES}.csv",
        f"{MEMBERS}.parquet",
    }


def test_a_forgotten_person_is_in_no_file_and_comes_up_in_no_later_change(export_of: ExportOf, zones: Zones) -> None:
    export_of({"ann": ["lapsing"], "bob": ["newcomer"]}, MONDAY)
    export_of({"ann": ["newcomer"], "bob": ["newcomer"]}, MONDAY + timedelta(days=1))
    # Twice among the members and three times among the changes.
    assert forget_in_exports(zones, ["ann"]) == 5
    for path in zones.segment_exports.rglob("*"):
        if path.suffix == ".parquet":
            assert "ann" not in pl.read_parquet(path)["person_token"]
        elif path.is_file():
            assert b"ann" not in path.read_bytes()
    after = export_of({"bob": ["newcomer"]}, MONDAY + timedelta(days=2))
    assert changes_of(after) == []
