"""The truth about faults is true: every one lies where it says, and every record arrives whole when it says."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from .conftest import Written

KINDS = {"duplicate", "late", "malformed", "unknown_column", "truncated_file"}
ALL = {
    "orders", "inventory", "iot_readings", "community_activity", "community_events", "members", "purchase_orders",
    "signal_decisions", "delivery_claims", "service_tickets", "prescriptions", "staff", "content",
    "loyalty", "offers", "surveys", "health_measurements", "identity_decisions", "consents",
}  # fmt: skip
SMALL = {
    "community_events", "purchase_orders", "signal_decisions", "delivery_claims", "service_tickets", "prescriptions",
    "staff", "content", "loyalty", "offers", "surveys", "health_measurements", "consents",
}  # fmt: skip
"""Feeds of which a twentieth, in a small chain, is only a handful of records."""
RARE = {"identity_decisions"}
"""Feeds of which many a day has no record at all."""
IDS = {
    "orders": "order_id",
    "inventory": "movement_id",
    "community_activity": "event_id",
    "community_events": "community_event_id",
    "members": "member_id",
    "purchase_orders": "purchase_order_line_id",
    "signal_decisions": "decision_id",
    "delivery_claims": "claim_id",
    "service_tickets": "ticket_id",
    "prescriptions": "prescription_id",
    "staff": "staff_record_id",
    "content": "content_id",
    "loyalty": "entry_id",
    "offers": "offer_id",
    "surveys": "response_id",
    "health_measurements": "measurement_id",
    "identity_decisions": "decision_id",
    "consents": "consent_id",
}


def lines_of(path: Path) -> list[str] | None:
    """Records of a text file, None if it cannot be read."""
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    except EOFError:
        return None
    return lines[1:] if ".csv" in path.name else lines


@pytest.fixture(scope="module")
def faults(faulty: Written) -> pl.DataFrame:
    return faulty.table("faults")


@pytest.fixture(scope="module")
def texts(faulty: Written) -> dict[str, list[str] | None]:
    found = {}
    for feed in IDS:
        for path in (faulty.landing / feed).rglob("*.gz"):
            found[path.relative_to(faulty.landing).as_posix()] = lines_of(path)
    return found


def parsed(line: str, feed: str) -> dict[str, Any]:
    if feed != "inventory":
        return json.loads(line)
    names = (
        "movement_id,movement_kind,location_id,sku_id,lot_id,expiry_date,quantity,unit_cost_yuan,occurred_at,order_id,"
        "counterparty_location_id,purchase_order_line_id,updated_at"
    )
    return dict(zip(names.split(","), line.split(","), strict=False))


def test_all_kinds_occur_at_five_percent(faults: pl.DataFrame) -> None:
    kinds = faults.group_by("feed").agg(pl.col("kind").unique())
    seen = {row["feed"]: set(row["kind"]) for row in kinds.to_dicts()}
    assert ALL - SMALL - RARE <= set(seen) <= ALL
    for feed in ALL - SMALL - RARE:
        assert seen[feed] >= KINDS - {"truncated_file"}, feed
    assert "stale_version" in seen["orders"]
    assert {"orders", "iot_readings"} & {feed for feed, own in seen.items() if "truncated_file" in own}


def test_a_careless_sender_gets_everything_wrong_that_can_be(run: Callable[..., Written]) -> None:
    faults = run(fault_rate=0.5, days=24).table("faults")
    for feed in SMALL:
        assert set(faults.filter(pl.col("feed") == feed)["kind"]) >= KINDS, feed
    of_lines = faults.filter(pl.col("feed") == "purchase_orders")
    assert "stale_version" in set(of_lines["kind"])
    assert {"unknown_supplier", "promised_after_order", "positive_quantity"} <= set(of_lines["expected_rule"])
    of_both = faults.filter(pl.col("feed").is_in(list(SMALL)))
    assert {"invalid_json", "wrong_type", "missing_id", "unknown_store", "unknown_sku"} <= set(of_both["expected_rule"])
    assert "unknown_kind" in set(faults.filter(pl.col("feed") == "signal_decisions")["expected_rule"])
    assert set(faults.filter(pl.col("kind") == "malformed", pl.col("feed") == "orders")["expected_rule"]) >= {
        "invalid_json",
        "wrong_type",
        "missing_id",
        "payments_match_lines",
        "times_in_order",
        "has_lines",
        "positive_quantity",
        "unknown_store",
        "unknown_sku",
    }


def test_a_cut_file_cannot_be_read_and_comes_whole_the_next_day(faulty: Written, faults: pl.DataFrame) -> None:
    cut = faults.filter(pl.col("kind") == "truncated_file")
    assert len(cut)
    for row in cut.to_dicts():
        path = faulty.landing / row["source_file"]
        if row["feed"] == "iot_readings":
            with pytest.raises(pl.exceptions.ComputeError):
                pl.read_parquet(path)
        else:
            assert lines_of(path) is None
        name, dot, ending = path.name.partition(".")
        whole = list((faulty.landing / row["feed"]).glob(f"*/{name}-whole{dot}{ending}"))
        last = faulty.config.day(faulty.config.days - 1)
        assert len(whole) == (0 if row["arrived_on"] == last else 1)


def test_every_fault_lies_at_its_position(faults: pl.DataFrame, texts: dict[str, list[str] | None]) -> None:
    for row in faults.filter(pl.col("feed").is_in(list(IDS)) & pl.col("position").is_not_null()).to_dicts():
        lines = texts[row["source_file"]]
        assert lines is not None
        line = lines[row["position"] - 1]
        assert row["source_file"].split("/")[1] == row["arrived_on"].isoformat()
        if row["expected_rule"] == "invalid_json":
            with pytest.raises(json.JSONDecodeError):
                json.loads(line)
            continue
        document = parsed(line, row["feed"])
        if row["expected_rule"] == "missing_id":
            assert not document.get(IDS[row["feed"]])
        else:
            assert document[IDS[row["feed"]]] == row["record_id"]
        if row["kind"] == "unknown_column":
            assert (
                "app_build" in line
                or row["source_file"].endswith("-noted.csv.gz")
                or "-noted-whole" in row["source_file"]
            )


def test_first_valid_copy_of_every_record_arrives_when_the_truth_says(
    faulty: Written, faults: pl.DataFrame, texts: dict[str, list[str] | None]
) -> None:
    broken = set(faults.filter(pl.col("kind") == "malformed").select("source_file", "position").iter_rows())
    last = faulty.config.day(faulty.config.days - 1)
    for feed, key in IDS.items():
        first: dict[tuple[str, datetime], date] = {}
        for name, lines in texts.items():
            if not name.startswith(feed + "/"):
                continue
            for position, line in enumerate(lines or [], start=1):
                if (name, position) not in broken:
                    document = parsed(line, feed)
                    version = (document[key], datetime.fromisoformat(document["updated_at"]))
                    day = date.fromisoformat(name.split("/")[1])
                    first[version] = min(first.get(version, day), day)
        said = {(row[key], row["updated_at"]): row["arrives_on"] for row in faulty.table(feed).iter_rows(named=True)}
        assert first == {version: day for version, day in said.items() if day <= last}, feed


def test_first_valid_copy_of_every_reading_arrives_when_the_truth_says(faulty: Written, faults: pl.DataFrame) -> None:
    broken = faults.filter(pl.col("kind") == "malformed", pl.col("feed") == "iot_readings").select(
        "source_file", "position"
    )
    unreadable = set(faults.filter(pl.col("kind") == "truncated_file")["source_file"])
    parts = []
    for path in (faulty.landing / "iot_readings").rglob("*.parquet"):
        name = path.relative_to(faulty.landing).as_posix()
        if name not in unreadable:
            part = pl.read_parquet(path, columns=["sensor_id", "measured_at"]).with_row_index("position", offset=1)
            parts.append(
                part.select(
                    "sensor_id", "measured_at", pl.col("position").cast(pl.Int64), pl.lit(name).alias("source_file")
                )
            )
    valid = pl.concat(parts).join(broken, on=["source_file", "position"], how="anti")
    first = valid.group_by("sensor_id", "measured_at").agg(
        pl.col("source_file").str.split("/").list.get(1).str.to_date().min().alias("day")
    )
    said = faulty.table("iot_readings").filter(pl.col("arrives_on") <= faulty.config.day(faulty.config.days - 1))
    both = said.join(first, on=["sensor_id", "measured_at"], how="full")
    assert both.filter(pl.col("day").ne_missing(pl.col("arrives_on"))).is_empty()
    assert len(first) == len(said)


def test_a_copy_with_an_unknown_reference_is_older_than_the_right_one(
    faulty: Written, faults: pl.DataFrame, texts: dict[str, list[str] | None]
) -> None:
    said = {(row["order_id"], row["updated_at"]) for row in faulty.table("orders").iter_rows(named=True)}
    unknown = faults.filter(pl.col("feed") == "orders", pl.col("expected_rule").is_in(["unknown_store", "unknown_sku"]))
    assert len(unknown)
    for row in unknown.to_dicts():
        lines = texts[row["source_file"]]
        assert lines is not None
        document = json.loads(lines[row["position"] - 1])
        assert (document["order_id"], datetime.fromisoformat(document["updated_at"])) not in said


def test_a_stale_version_arrives_after_a_newer_one(
    faulty: Written, faults: pl.DataFrame, texts: dict[str, list[str] | None]
) -> None:
    stale = faults.filter(pl.col("kind") == "stale_version")
    versions = {feed: faulty.table(feed) for feed in stale["feed"].unique()}
    assert "orders" in versions
    for row in stale.to_dicts():
        lines = texts[row["source_file"]]
        assert lines is not None
        sent = datetime.fromisoformat(json.loads(lines[row["position"] - 1])["updated_at"])
        of_record = pl.col(IDS[row["feed"]]) == row["record_id"]
        newer = versions[row["feed"]].filter(of_record & (pl.col("updated_at") > sent))
        assert newer["arrives_on"].min() < row["arrived_on"]
