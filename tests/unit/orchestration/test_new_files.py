import os
from datetime import date
from pathlib import Path

import polars as pl

from orchestration.jobs import SETTLED_SECONDS, days_with_new_files
from warehouse.zones import Zones

NOW = 1_800_000_000.0
FIRST_DAY = date(2026, 1, 1)


def drop(zones: Zones, feed: str, day: str, name: str, age_seconds: float = 3600, content: str = "x") -> Path:
    path = zones.landing / feed / day / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, (NOW - age_seconds, NOW - age_seconds))
    return path


def give_receipt(zones: Zones, source_file: str, byte_count: int) -> None:
    folder = zones.lake_day("file_receipts", date(2026, 3, 1))
    folder.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame({"source_file": [source_file], "byte_count": [byte_count]})
    frame.write_parquet(folder / f"{len(list(folder.iterdir()))}.parquet")


def test_days_whose_files_have_no_receipt_are_found(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    drop(zones, "orders", "2026-03-01", "a.jsonl")
    drop(zones, "inventory", "2026-03-02", "b.csv")
    assert list(days_with_new_files(zones, FIRST_DAY, NOW)) == [date(2026, 3, 1), date(2026, 3, 2)]


def test_a_file_with_its_receipt_is_not_asked_for_again(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    drop(zones, "orders", "2026-03-01", "a.jsonl")
    give_receipt(zones, "orders/2026-03-01/a.jsonl", 1)
    assert days_with_new_files(zones, FIRST_DAY, NOW) == {}


def test_a_file_sent_again_under_its_name_with_another_size_is_new(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    drop(zones, "orders", "2026-03-01", "a.jsonl", content="xx")
    give_receipt(zones, "orders/2026-03-01/a.jsonl", 1)
    assert list(days_with_new_files(zones, FIRST_DAY, NOW)) == [date(2026, 3, 1)]


def test_a_file_still_being_written_waits(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    drop(zones, "orders", "2026-03-01", "a.jsonl", age_seconds=SETTLED_SECONDS - 1)
    drop(zones, "orders", "2026-03-02", ".hidden.jsonl")
    assert days_with_new_files(zones, FIRST_DAY, NOW) == {}


def test_folders_that_are_no_day_or_before_the_first_are_left_alone(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    drop(zones, "orders", "old", "a.jsonl")
    drop(zones, "orders", "2025-12-31", "a.jsonl")
    assert days_with_new_files(zones, FIRST_DAY, NOW) == {}


def test_one_more_file_changes_the_digest_of_its_day(tmp_path: Path) -> None:
    zones = Zones(tmp_path)
    drop(zones, "orders", "2026-03-01", "a.jsonl")
    before = days_with_new_files(zones, FIRST_DAY, NOW)
    drop(zones, "orders", "2026-03-01", "b.jsonl")
    assert days_with_new_files(zones, FIRST_DAY, NOW)[date(2026, 3, 1)] != before[date(2026, 3, 1)]
