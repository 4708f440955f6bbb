"""Formats, compressions and spellings of sound files."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import dataframely as dy
import polars as pl
import pyarrow as pa
import pytest

from assets.feeds.base import LandedRow, flat_feed
from assets.ingest.checking import check
from assets.ingest.reading import format_of, read_batches
from tests.public_data import PUBLIC_DATA, why_absent
from tests.unit.assets.ingest.conftest import csv_file, json_lines, movement, order

SPECTRUM = PUBLIC_DATA / "csv_spectrum"
SPECTRUM_ABSENT = why_absent("csv_spectrum")


def supplier_file(tmp_path, kind):
    rows = {
        "supplier_id": ["P1", "P2"],
        "name_zh": ["国药, 控股", '上药 "一"'],
        "name_en": ["Sinopharm\nHolding", None],
        "agreed_lead_time_days": [7, None],
        "updated_at": ["2025-03-05T10:00:00+08:00", "2025-03-05T02:00:00.5Z"],
    }
    frame = pl.DataFrame(rows)
    if kind == "csv":
        return frame.write_csv().encode()
    if kind == "jsonl":
        return json_lines(*frame.iter_rows(named=True))
    frame.write_parquet(tmp_path / "frame")
    return (tmp_path / "frame").read_bytes()


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
def test_every_format_and_compression_gives_the_same_rows(sandbox, tmp_path, kind, compression):
    content = supplier_file(tmp_path, kind)
    if compression == ".gz":
        content = gzip.compress(content)
    elif compression == ".zst":
        content = pa.compress(content, codec="zstd", asbytes=True)
    path = sandbox.drop("suppliers", "placeholder", b"")
    path.rename(path.with_name(f"供应商 list.{kind}{compression}")).write_bytes(content)
    assert sandbox.load("suppliers").quarantined == 0
    assert sandbox.lake("suppliers").drop("source_file", "file_id").rows() == [
        ("P1", "国药, 控股", "Sinopharm\nHolding", 7, datetime(2025, 3, 5, 2, tzinfo=UTC), 1),
        ("P2", '上药 "一"', None, None, datetime(2025, 3, 5, 2, 0, 0, 500000, tzinfo=UTC), 2),
    ]


def test_a_gzip_file_of_several_members_is_read_to_its_end(sandbox):
    path = sandbox.drop("orders", "a.jsonl", b"")
    path.rename(path.with_suffix(".jsonl.gz")).write_bytes(
        gzip.compress(json_lines(order(1))) + gzip.compress(json_lines(order(2)))
    )
    assert sandbox.load("orders").valid == 2


def test_byte_order_mark_blank_lines_and_crlf_are_no_records(sandbox):
    lines = json_lines(order(1), "", "  ", order(2)).replace(b"\n", b"\r\n")
    sandbox.drop("orders", "a.jsonl", b"\xef\xbb\xbf" + lines)
    rows = b"\xef\xbb\xbf" + csv_file(movement(1), "", movement(2)).replace(b"\n", b"\r\n")
    sandbox.drop("inventory", "m.csv", rows)
    assert (sandbox.load("orders").valid, sandbox.load("inventory").valid) == (2, 2)
    assert sandbox.lake("orders")["source_position"].to_list() == [1, 2]
    assert sandbox.lake("inventory")["source_position"].to_list() == [1, 2]


def test_the_last_line_needs_no_line_end(sandbox):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1), order(2)).rstrip(b"\n"))
    sandbox.drop("inventory", "m.csv", csv_file(movement(1)).rstrip(b"\n"))
    assert (sandbox.load("orders").valid, sandbox.load("inventory").valid) == (2, 1)


def test_an_order_becomes_its_row_and_the_rows_of_what_it_carries(sandbox):
    refund = {
        "refund_id": "R1",
        "refunded_at": "2025-03-06T09:00:00+08:00",
        "amount_yuan": 9.5,
        "reason": "broken",
        "lines": [{"line_number": 1, "quantity": 1}],
    }
    shipment = {
        "shipment_number": 1,
        "location_id": "S1",
        "courier_company": "达达",
        "handed_over_at": "2025-03-05T10:12:00+08:00",
        "delivered_at": "2025-03-05T10:25:00+08:00",
        "line_numbers": [1, 2],
    }
    refunded = order(
        2,
        customer=None,
        refunds=[refund, refund | {"refund_id": "R2", "amount_yuan": 1, "reason": None, "lines": []}],
        shipments=[shipment],
        guidance={"pharmacist_id": "PH1", "kind": "call", "sent_at": "2025-03-05T11:00:00+08:00"},
    )
    sandbox.drop("orders", "a.jsonl", json_lines(order(1), refunded))
    sandbox.load("orders")
    first, second = sandbox.lake("orders").to_dicts()
    assert first["delivered_at"] == datetime(2025, 3, 5, 2, 25, tzinfo=UTC)
    assert (first["coupon_code"], first["coupon_yuan"], first["distance_meters"]) == ("C5", Decimal("5.00"), 1200)
    assert second["phone_token"] is None
    assert second["guidance_pharmacist_id"] == "PH1"
    lines = sandbox.lake("order_lines").filter(pl.col("order_id") == "O1")
    assert lines["unit_price_yuan"].to_list() == [Decimal("10.50"), Decimal("14.07")]
    assert lines["trace_codes"].to_list() == [["810", "811"], []]
    payments = sandbox.lake("order_payments").filter(pl.col("order_id") == "O1")
    assert payments.select("payment_number", "payment_method", "amount_yuan").rows() == [
        (1, "wechat_pay", Decimal("20.00")),
        (2, "medical_insurance", Decimal("9.07")),
    ]
    refunds = sandbox.lake("order_refunds")
    at = datetime(2025, 3, 6, 1, tzinfo=UTC)
    assert refunds.select("order_id", "refund_id", "refunded_at", "amount_yuan", "refund_reason").rows() == [
        ("O2", "R1", at, Decimal("9.50"), "broken"),
        ("O2", "R2", at, Decimal("1.00"), None),
    ]
    refunded_lines = sandbox.lake("order_refund_lines")
    assert refunded_lines.select("refund_id", "line_number", "refunded_quantity").rows() == [("R1", 1, 1)]
    shipments = sandbox.lake("order_shipments")
    assert shipments.select("order_id", "shipment_number", "location_id", "line_numbers").rows() == [
        ("O2", 1, "S1", [1, 2])
    ]


def test_blocks_of_any_size_give_the_same_rows(sandbox, monkeypatch):
    documents = [order(1), order(2, channel="fax"), "{", order(3, app_build="9"), order(4)]
    sandbox.drop("orders", "a.jsonl", json_lines(*documents))
    sandbox.load("orders")
    whole = {name: content for name, content in sandbox.files().items() if "1970" not in name}
    for path in [*sandbox.zones.lake.rglob("*.parquet"), *sandbox.zones.quarantine.rglob("*.parquet")]:
        if "1970" not in str(path):
            path.unlink()
    monkeypatch.setattr("assets.ingest.json_lines.BLOCK_BYTES", 700)
    sandbox.load("orders")
    rows = pl.concat([sandbox.lake("orders").select("order_id", "source_position")])
    assert rows.rows() == [("O1", 1), ("O3", 4), ("O4", 5)]
    assert sandbox.quarantine()["source_position"].to_list() == [2, 3]
    assert sandbox.files().keys() >= whole.keys()


def test_a_schema_file_makes_every_table_readable_before_anything_arrived(sandbox):
    for table in ("orders", "members", "file_receipts"):
        assert sandbox.lake(table, date(1970, 1, 1)).is_empty()
    assert sandbox.lake("orders").schema["placed_at"] == pl.Datetime("us", "UTC")
    assert sandbox.lake("orders").schema["coupon_yuan"] == pl.Decimal(12, 2)


@pytest.mark.skipif(SPECTRUM_ABSENT is not None, reason=str(SPECTRUM_ABSENT))
@pytest.mark.parametrize("name", sorted(path.stem for path in SPECTRUM.glob("csvs/*.csv")) or ["absent"])
def test_awkward_csv_reads_as_its_json_twin(name):
    twin = json.loads((SPECTRUM / "json" / f"{name}.json").read_text(encoding="utf-8"))
    columns = {key: dy.String(nullable=True) for key in twin[0]}
    schema = type("SpectrumRow", (LandedRow,), columns)
    feed = flat_feed("spectrum", schema, tuple(columns)[:1], "team:test", "Awkward CSV")
    path = SPECTRUM / "csvs" / f"{name}.csv"
    landing_format = format_of(path.name)
    assert landing_format is not None
    rows = [
        row
        for batch in read_batches(path, landing_format, feed)
        for row in check(feed, batch).tables["spectrum"].to_dicts()
    ]
    # An empty field is a missing value here; CSV cannot tell them apart.
    expected = [{key: value.replace("\r\n", "\n") or None for key, value in row.items()} for row in twin]
    found = [
        {key: value and value.replace("\r\n", "\n") for key, value in row.items() if key in columns} for row in rows
    ]
    assert found == expected
