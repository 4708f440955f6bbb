"""Loading again changes nothing, and a run that dies is healed by the next."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta

import polars as pl
import pytest

from assets.ingest.receipts import Receipts
from tests.unit.assets.ingest.conftest import DAY, Sandbox, json_lines, order


class KilledError(Exception):
    """Stands for the end of the process."""


def test_loading_a_day_again_writes_nothing(sandbox):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1), order(2, channel="fax")))
    first = sandbox.load("orders")
    before = {path: path.stat().st_mtime_ns for path in sandbox.zones.root.rglob("*.parquet")}
    again = sandbox.load("orders")
    assert {path: path.stat().st_mtime_ns for path in sandbox.zones.root.rglob("*.parquet")} == before
    assert (first.new_files, again.new_files) == (1, 0)
    assert (again.received, again.valid, again.rules) == (2, 1, {"value_not_allowed": 1})


def test_an_unreadable_file_stays_reported_when_loaded_again(sandbox):
    sandbox.drop("orders", "a.jsonl", b"no json")
    first = sandbox.load("orders").unreadable
    assert first
    assert sandbox.load("orders").unreadable == first


def test_a_run_killed_between_lake_and_receipt_is_healed(sandbox, monkeypatch):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1), order(2, channel="fax")))

    def killed(self, outcome):
        raise KilledError

    monkeypatch.setattr(Receipts, "write", killed)
    with pytest.raises(KilledError):
        sandbox.load("orders")
    assert len(sandbox.lake("orders")) == 1
    assert sandbox.lake("file_receipts").is_empty()
    half_done = sandbox.files()
    monkeypatch.undo()
    assert sandbox.load("orders").new_files == 1
    assert {name: content for name, content in sandbox.files().items() if name in half_done} == half_done
    sandbox.assert_books_balance()


def test_a_process_killed_while_writing_leaves_nothing_that_counts(sandbox, monkeypatch):
    sandbox.drop("orders", "a.jsonl", json_lines(*map(order, range(50))))
    script = (
        "import os, sys, pathlib, datetime\n"
        "from assets.feeds import FEEDS\n"
        "from assets.ingest import engine, writing\n"
        "from warehouse.zones import Zones\n"
        "writing.ParquetAside.commit = lambda self: os._exit(9)\n"
        "zones = Zones(pathlib.Path(sys.argv[1]))\n"
        "engine.ingest_day(zones, engine.IngestKeys.load(zones), FEEDS['orders'], datetime.date(2025, 3, 5))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(sandbox.zones.root)], check=False)
    assert done.returncode == 9
    leftovers = list(sandbox.zones.lake.rglob(".*.aside"))
    assert leftovers
    assert sandbox.lake("orders").is_empty()
    # The clean-up spares files younger than a minute; nobody can set a ctime, so the clock moves.
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 120)
    assert sandbox.load("orders").valid == 50
    assert not list(sandbox.zones.lake.rglob(".*.aside"))


def test_an_uncommitted_quarantine_file_of_an_earlier_attempt_goes_away(sandbox):
    path = sandbox.drop("orders", "a.jsonl", json_lines(order(1)))
    sandbox.load("orders")
    file_id = sandbox.lake("orders")["file_id"][0]
    for receipt in sandbox.zones.lake_day("file_receipts", DAY).glob("*.parquet"):
        receipt.unlink()
    stale = sandbox.zones.quarantine_day("records", DAY) / f"{file_id}.parquet"
    stale.parent.mkdir(parents=True, exist_ok=True)
    stale.write_bytes(b"of an older rule")
    sandbox.load("orders")
    assert path.exists()
    assert not stale.exists()


def test_the_same_content_under_two_names_is_one_lake_file_and_two_receipts(sandbox):
    content = json_lines(order(1), order(2, channel="fax"))
    sandbox.drop("orders", "a.jsonl", content)
    sandbox.drop("orders", "b.jsonl", content)
    summary = sandbox.load("orders")
    sandbox.assert_books_balance()
    receipts = sandbox.lake("file_receipts").sort("source_file")
    assert receipts["is_repeated_file"].to_list() == [False, True]
    assert receipts["file_id"].n_unique() == 1
    assert receipts["received_count"].to_list() == [2, 2]
    assert sandbox.lake("orders")["source_file"].to_list() == [f"orders/{DAY}/a.jsonl"]
    assert (summary.received, summary.valid) == (4, 2)


def test_the_same_content_is_loaded_under_a_right_name_after_a_wrong_one(sandbox):
    # Regression: a file that its wrong name made unreadable also kept the renamed one out, as its repetition.
    sandbox.drop("orders", "a.parquet", json_lines(order(1)))
    sandbox.drop("orders", "b.jsonl", json_lines(order(1)))
    summary = sandbox.load("orders")
    assert (len(summary.unreadable), summary.valid) == (1, 1)
    sandbox.assert_books_balance()


def test_the_same_content_on_two_days_is_loaded_on_both(sandbox):
    later = DAY + timedelta(days=1)
    for day in (DAY, later):
        sandbox.drop("orders", "a.jsonl", json_lines(order(1)), day)
        sandbox.load("orders", day)
    assert [len(sandbox.lake("orders", day)) for day in (DAY, later)] == [1, 1]


def test_a_file_replaced_under_its_name_is_loaded_as_a_new_one(sandbox):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1)))
    sandbox.load("orders")
    sandbox.drop("orders", "a.jsonl", json_lines(order(2)))
    assert sandbox.load("orders").new_files == 1
    assert set(sandbox.lake("orders")["order_id"]) == {"O1", "O2"}
    assert sandbox.lake("file_receipts").height == 2


def test_the_same_bytes_and_keys_give_the_same_files(sandbox, tmp_path):
    shutil.copytree(sandbox.zones.root, tmp_path / "twin")
    twin = Sandbox(tmp_path / "twin")
    for box in (sandbox, twin):
        box.drop("orders", "a.jsonl.gz", json_lines(order(1, note="x"), order(2, channel="fax"), "{"))
        box.load("orders")
    assert sandbox.files() == twin.files()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_we_may_not_read_is_named_and_tried_again(sandbox):
    path = sandbox.drop("orders", "a.jsonl", json_lines(order(1)))
    path.chmod(0)
    assert "permission" in sandbox.load("orders").unreadable[f"orders/{DAY}/a.jsonl"]
    path.chmod(0o600)
    assert sandbox.load("orders").valid == 1


def test_a_full_disk_is_raised_and_gets_no_receipt(sandbox, monkeypatch):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1)))

    def full(self, rows):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assets.ingest.writing.ParquetAside.append", full)
    with pytest.raises(OSError, match="No space"):
        sandbox.load("orders")
    assert sandbox.lake("file_receipts").is_empty()
    assert pl.read_parquet(list(sandbox.zones.lake.glob("orders/*/*.parquet"))).is_empty()
