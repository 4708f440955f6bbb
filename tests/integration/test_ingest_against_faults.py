"""Ingest against the simulator's faults: what was broken is quarantined at its place, and nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.feeds import FEEDS
from assets.ingest.engine import IngestKeys, ingest_days
from warehouse.zones import Zones

FIRST_DAY = date(2025, 3, 1)
DAYS = 8
# Faults of these kinds are settled in the warehouse, where reference rows that come later are at hand.
SETTLED_LATER = [
    "unknown_store",
    "unknown_sku",
    "unknown_community",
    "unknown_sensor",
    "unknown_supplier",
    "unknown_order",
]
# The simulator says what it did, ingest what it found.
RULES = {
    "unknown_channel": "value_not_allowed",
    "unknown_kind": "value_not_allowed",
    "positive_quantity": "out_of_range",
    "unreadable_file": "truncated_file",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Zones of a simulated chain after every arrival day was loaded, with the faults it sent."""
    root = tmp_path_factory.mktemp("chain")
    command = [sys.executable, "-m", "simulator", "--landing", str(root / "landing"), "--truth", str(root / "truth")]
    options = {
        "stores": 3,
        "skus": 60,
        "members": 300,
        "start-day": FIRST_DAY,
        "days": DAYS,
        "seed": 11,
        "fault-rate": 0.05,
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    subprocess.run(
        [*command, *arguments], check=True, capture_output=True, env=os.environ | {"POLARS_MAX_THREADS": "1"}
    )
    zones = Zones(root)
    last = max(date.fromisoformat(path.name) for path in zones.landing.glob("*/*"))
    summaries = ingest_days(zones, IngestKeys.load(zones), FEEDS.values(), FIRST_DAY - timedelta(days=1), last)
    # A file cut off on the last day would have come whole on the day after.
    faults = pl.read_parquet(root / "truth" / "faults" / "*.parquet").filter(pl.col("arrived_on") <= last)
    return zones, summaries, faults


def read(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "*" / "*.parquet", hive_partitioning=True)


def test_what_was_sent_broken_is_quarantined_at_its_place_and_nothing_else(loaded):
    zones, _, faults = loaded
    sent_broken = faults.filter(
        pl.col("kind").is_in(["malformed", "truncated_file"]) & ~pl.col("expected_rule").is_in(SETTLED_LATER)
    )
    expected = sent_broken.select("source_file", "position", pl.col("expected_rule").replace(RULES).alias("rule"))
    found = read(zones.quarantine / "records").select(
        "source_file", pl.col("source_position").alias("position"), "rule"
    )
    assert len(expected) > 50
    assert set(found.rows()) == set(expected.rows())
    assert len(found) == len(expected)


def test_every_faulty_kind_of_the_simulator_was_met(loaded):
    _, _, faults = loaded
    met = {"duplicate", "late", "malformed", "unknown_column", "stale_version", "truncated_file"}
    assert met <= set(faults["kind"])


def test_the_books_of_every_file_balance(loaded):
    zones, summaries, _ = loaded
    receipts = read(zones.lake / "file_receipts")
    assert (receipts["received_count"] == receipts["valid_count"] + receipts["quarantined_count"]).all()
    landed = {path.relative_to(zones.landing).as_posix() for path in zones.landing.glob("*/*/*")}
    assert set(receipts["source_file"]) == landed
    for feed in FEEDS.values():
        rows = read(zones.lake / feed.tables[0].name).height
        repeated = receipts.filter((pl.col("feed") == feed.name) & pl.col("is_repeated_file"))["valid_count"].sum()
        assert rows + repeated == summaries[feed.name].valid, feed.name


def test_unknown_columns_are_those_the_simulator_added(loaded):
    zones, _, faults = loaded
    expected = faults.filter(pl.col("kind") == "unknown_column").select("source_file", "position", "expected_rule")
    found = read(zones.quarantine / "unknown_columns").select("source_file", "source_position", "column_name")
    assert set(expected.rows()) <= set(found.rows())


def test_every_order_version_of_the_truth_is_in_the_lake_from_the_day_it_arrived(loaded):
    zones, summaries, _ = loaded
    truth = pl.read_parquet(zones.root / "truth" / "orders" / "*.parquet")
    arrived = truth.filter(pl.col("arrives_on") <= max(summaries["orders"].days))
    lake = read(zones.lake / "orders").group_by("order_id", "updated_at").agg(pl.col("arrived_on").min())
    joined = arrived.join(lake, on=["order_id", "updated_at"], how="left")
    assert joined.filter(pl.col("arrived_on").is_null() | (pl.col("arrived_on") != pl.col("arrives_on"))).is_empty()
