"""Every case of bad input the feeds' contract names, each with a file that has it."""

from __future__ import annotations

import gzip
import json

import polars as pl
import pyarrow as pa
import pytest

import assets.ingest.engine as engine
from tests.unit.assets.ingest.conftest import DAY, INVENTORY_HEADER, csv_file, json_lines, movement, order


def changed_line(**changes):
    document = order(2)
    document["lines"][0] |= changes
    return document


def changed_payment(amount):
    document = order(2)
    document["payments"][0]["amount_yuan"] = amount
    return document


def raw(document, old, new):
    text = json.dumps(document)
    assert old in text
    return text.replace(old, new, 1)


def without(key):
    document = order(2)
    del document[key]
    return document


BROKEN_ORDERS = {
    "cut off": (json.dumps(order(2))[:200], "invalid_json", None),
    "an array": ("[1, 2]", "invalid_json", None),
    "null": ("null", "invalid_json", None),
    "two objects on one line": (json.dumps(order(2)) + json.dumps(order(3)), "invalid_json", None),
    "NaN": (raw(order(2), "1200", "NaN"), "invalid_json", None),
    "number beyond floats": (raw(order(2), "10.5", "1e400"), "wrong_type", "lines[].unit_price_yuan"),
    "number of 5000 digits": (raw(order(2), "1200", "9" * 5000), "invalid_json", None),
    "integer beyond 64 bits": (raw(order(2), "1200", "9" * 25), "wrong_type", "distance_meters"),
    "nesting too deep": (raw(order(2), "null", "[" * 5000 + "]" * 5000), "invalid_json", None),
    "raw control character": (raw(order(2), "S1", "S\x01"), "invalid_json", None),
    "duplicate key": (raw(order(2), '"channel"', '"channel": "till", "channel"'), "duplicate_key", "channel"),
    "duplicate key in a line": (raw(order(2), '"quantity"', '"quantity": 1, "quantity"'), "duplicate_key", "quantity"),
    "missing id": (without("order_id"), "missing_id", "order_id"),
    "null id": (order(2, order_id=None), "missing_id", "order_id"),
    "empty id": (order(2, order_id=""), "missing_id", "order_id"),
    "number for an id": (order(2, order_id=7), "wrong_type", "order_id"),
    "text for an integer": (changed_line(quantity="2"), "wrong_type", "lines[].quantity"),
    "fraction for an integer": (changed_line(quantity=1.5), "wrong_type", "lines[].quantity"),
    "whole float for an integer": (changed_line(quantity=2.0), "wrong_type", "lines[].quantity"),
    "boolean for a number": (changed_line(unit_price_yuan=True), "wrong_type", "lines[].unit_price_yuan"),
    "text for money": (changed_line(unit_price_yuan="10.50"), "wrong_type", "lines[].unit_price_yuan"),
    "third decimal": (changed_line(unit_price_yuan=10.505), "wrong_type", "order_lines.unit_price_yuan"),
    "number among texts": (changed_line(trace_codes=["1", 2]), "wrong_type", "lines[].trace_codes[]"),
    "number first among texts": (changed_line(trace_codes=[2, "1"]), "wrong_type", "lines[].trace_codes[]"),
    "text for a list": (order(2, lines="none"), "wrong_type", "lines"),
    "text for an object": (order(2, customer="Wang"), "wrong_type", "customer"),
    "number for a flag": (order(2, is_cold_chain=0), "wrong_type", "is_cold_chain"),
    "time without offset": (order(2, placed_at="2025-03-05T10:00:00"), "wrong_type", "orders.placed_at"),
    "time that is none": (order(2, placed_at="yesterday"), "wrong_type", "orders.placed_at"),
    "30 February": (order(2, placed_at="2025-02-30T10:00:00+08:00"), "wrong_type", "orders.placed_at"),
    "missing required value": (order(2, store_id=None), "missing_value", "orders.store_id"),
    "channel nobody knows": (order(2, channel="fax"), "value_not_allowed", "orders.channel"),
    "no lines": (order(2, lines=[]), "has_lines", "orders"),
    "null for the lines": (order(2, lines=None), "has_lines", "orders"),
    "null for a line": (order(2, lines=[None]), "missing_value", "order_lines.quantity"),
    "quantity of zero": (changed_line(quantity=0), "out_of_range", "order_lines.quantity"),
    "payments that do not add up": (changed_payment(20.01), "payments_match_lines", "orders"),
    "paid before placed": (order(2, placed_at="2025-03-05T10:01:01+08:00"), "times_in_order", "orders"),
    "delivered before picked": (
        order(2, accepted_at=None, handed_over_at=None, delivered_at="2025-03-05T10:04:59+08:00"),
        "times_in_order",
        "orders",
    ),
    "nothing but a brace": ("{", "invalid_json", None),
    "empty object": ({}, "missing_id", "order_id"),
}


@pytest.mark.parametrize(("document", "rule", "place"), BROKEN_ORDERS.values(), ids=BROKEN_ORDERS.keys())
def test_a_broken_order_is_quarantined_with_its_rule_and_place_and_the_rest_goes_on(
    sandbox, outcome_of, document, rule, place
):
    summary, found = outcome_of("orders.jsonl", json_lines(order(1), document, order(3)))
    assert (summary.received, summary.valid, summary.quarantined) == (3, 2, 1)
    assert found.select("source_file", "source_position", "rule").rows() == [
        (f"orders/{DAY}/orders.jsonl", 2, rule),
    ]
    assert place is None or place in found["detail"][0]
    line = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    assert sandbox.unsealed(found["raw_encrypted"][0], found["raw_key_id"][0]) == line
    for table in ("orders", "order_lines", "order_payments"):
        assert set(sandbox.lake(table)["order_id"]) == {"O1", "O3"}, table
        assert set(sandbox.lake(table)["source_position"]) == {1, 3}, table


def test_a_bad_line_keeps_the_whole_order_out(sandbox, outcome_of):
    outcome_of("orders.jsonl", json_lines(changed_line(quantity=0)))
    for table in ("orders", "order_lines", "order_payments"):
        assert sandbox.lake(table).is_empty()


def test_the_record_id_is_kept_where_it_names_nobody(outcome_of):
    _, found = outcome_of(
        "orders.jsonl", json_lines(order(2, channel="fax"), order(3, lines="none"), without("order_id"))
    )
    assert found["record_id"].to_list() == ["O2", "O3", None]


def test_the_id_of_a_member_is_never_kept(outcome_of):
    member = {"member_id": "MB-4711", "sex": "x", "updated_at": "2025-03-05T10:00:00+08:00"}
    _, found = outcome_of("members.jsonl", json_lines(member), "members")
    assert found.select("rule", "record_id").rows() == [("value_not_allowed", None)]


def zstandard(content):
    return pa.compress(content, codec="zstd", asbytes=True)


UNREADABLE = {
    "cut gzip": ("a.jsonl.gz", gzip.compress(json_lines(*map(order, range(50))))[:-40], "truncated_file"),
    "damaged gzip": ("a.jsonl.gz", b"\x1f\x8b\x08\x00" + b"\xff" * 50, "corrupt_file"),
    "empty gzip": ("a.jsonl.gz", b"", "not_what_its_name_says"),
    "cut Zstandard": ("a.jsonl.zst", zstandard(json_lines(*map(order, range(50))))[:-20], "truncated_file"),
    "text named gzip": ("a.jsonl.gz", json_lines(order()), "not_what_its_name_says"),
    "text named Zstandard": ("a.jsonl.zst", json_lines(order()), "not_what_its_name_says"),
    "gzip named plain": ("a.jsonl", gzip.compress(json_lines(order())), "not_what_its_name_says"),
    "CSV named JSON": ("a.jsonl", b"order_id,channel\nO1,till\n", "not_what_its_name_says"),
    "GBK": ("a.jsonl", json.dumps(order(), ensure_ascii=False).encode("gbk"), "wrong_encoding"),
    "UTF-16": ("a.jsonl", json.dumps(order()).encode("utf-16"), "wrong_encoding"),
    "UTF-16 without mark": ("a.jsonl", json.dumps(order()).encode("utf-16-le"), "wrong_encoding"),
    "text named Parquet": ("a.parquet", json_lines(order()), "corrupt_file"),
    "cut Parquet": ("a.parquet", b"PAR1" + bytes(100), "truncated_file"),
    "empty Parquet": ("a.parquet", b"", "corrupt_file"),
    "CSV for nested documents": ("a.csv", b"order_id\nO1\n", "not_what_its_name_says"),
}


@pytest.mark.parametrize(("name", "content", "rule"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_file_is_quarantined_whole_and_the_others_go_on(sandbox, name, content, rule):
    path = sandbox.zones.landing_day("orders", DAY) / name
    sandbox.drop("orders", "sound.jsonl", json_lines(order(1)))
    path.write_bytes(content)
    summary = sandbox.load("orders")
    sandbox.assert_books_balance()
    assert list(summary.unreadable) == [f"orders/{DAY}/{name}"]
    assert summary.unreadable[f"orders/{DAY}/{name}"].startswith(rule)
    assert (summary.received, summary.valid, summary.quarantined) == (2, 1, 1)
    found = sandbox.quarantine()
    assert found.select("source_position", "rule", "raw_encrypted").rows() == [(None, rule, None)]
    assert sandbox.lake("orders")["order_id"].to_list() == ["O1"]


def test_a_file_cut_after_many_good_blocks_leaves_no_row_behind(sandbox, monkeypatch):
    monkeypatch.setattr("assets.ingest.json_lines.BLOCK_BYTES", 32_768)
    whole = gzip.compress(json_lines(*map(order, range(120))))
    sandbox.drop("orders", "a.jsonl", b"").unlink()
    (sandbox.zones.landing_day("orders", DAY) / "a.jsonl.gz").write_bytes(whole[:-9])
    assert sandbox.load("orders").unreadable
    assert sandbox.lake("orders").is_empty()
    assert not list(sandbox.zones.lake.rglob("*.aside"))


def test_a_csv_without_a_required_column_is_quarantined_whole(outcome_of):
    summary, found = outcome_of("m.csv", b"movement_id,quantity\nM1,2\n", "inventory")
    assert found["rule"].to_list() == ["missing_column"]
    assert "location_id" in found["detail"][0]
    assert summary.unreadable


def test_a_csv_that_names_a_column_twice_is_quarantined_whole(outcome_of):
    _, found = outcome_of("m.csv", csv_file(header="movement_id,movement_id"), "inventory")
    assert found["rule"].to_list() == ["duplicate_column"]


BROKEN_ROWS = {
    "short row": ("M2,sale,S1", "wrong_field_count"),
    "long row": (movement(2) + ",x", "wrong_field_count"),
    "quote that never closes": (movement(2).replace("SKU1", '"SKU1'), "invalid_csv"),
    "text after a quote": (movement(2).replace("SKU1", '"SKU1"x'), "invalid_csv"),
    "text for a number": (movement(2, quantity="many"), "wrong_type"),
    "fraction for an integer": (movement(2, quantity="-1.5"), "wrong_type"),
    "blank before a number": (movement(2, quantity=" -1"), "wrong_type"),
    "third decimal": (movement(2).replace("6.00", "6.001"), "wrong_type"),
    "time without offset": (movement(2).replace("+08:00", ""), "wrong_type"),
    "no id": (movement(2).replace("M2", ""), "missing_id"),
    "empty id in quotes": (movement(2).replace("M2", '""'), "missing_id"),
    "kind nobody knows": (movement(2, kind="lost"), "value_not_allowed"),
    "sale that adds stock": (movement(2, quantity="2"), "sign_matches_kind"),
}


@pytest.mark.parametrize(("row", "rule"), BROKEN_ROWS.values(), ids=BROKEN_ROWS.keys())
def test_a_broken_csv_row_is_quarantined_and_the_rest_goes_on(sandbox, outcome_of, row, rule):
    summary, found = outcome_of("m.csv.gz", csv_file(movement(1), row, movement(3), movement(4)), "inventory")
    assert (summary.received, summary.valid) == (4, 3)
    assert found.select("source_position", "rule").rows() == [(2, rule)]
    assert sandbox.lake("inventory")["movement_id"].to_list() == ["M1", "M3", "M4"]
    assert sandbox.lake("inventory")["source_position"].to_list() == [1, 3, 4]


def readings(**columns):
    base = {
        "sensor_id": ["C1", "C2"],
        "measured_at": pl.Series(["2025-03-05T02:00:00", "2025-03-05T02:01:00"])
        .str.to_datetime(time_unit="us")
        .dt.replace_time_zone("UTC"),
        "location_id": ["S1", "S1"],
        "kind": ["climate", "climate"],
        "temperature_celsius": [4.5, 5.0],
    }
    return pl.DataFrame(base | columns)


def parquet(tmp_path, frame):
    frame.write_parquet(tmp_path / "readings")
    return (tmp_path / "readings").read_bytes()


@pytest.mark.parametrize(
    ("column", "values", "rule"),
    [
        ("sensor_id", ["C1", None], "missing_id"),
        ("measured_at", None, "missing_id"),
        ("temperature_celsius", [4.5, float("nan")], "out_of_range"),
        ("temperature_celsius", [4.5, 900.0], "out_of_range"),
        ("temperature_celsius", ["4.5", "cold"], "wrong_type"),
        ("temperature_celsius", [4.5, None], "has_its_measure"),
        ("location_id", ["S1", None], "has_a_place"),
        ("shelf_count", [None, 1.5], "wrong_type"),
        ("kind", ["climate", "mood"], "value_not_allowed"),
    ],
)
def test_a_broken_reading_is_quarantined_and_the_rest_goes_on(sandbox, outcome_of, tmp_path, column, values, rule):
    frame = readings()
    if values is None:
        frame = frame.with_columns(pl.when(pl.col("sensor_id") == "C1").then(pl.col(column)).alias(column))
    else:
        frame = frame.with_columns(pl.Series(column, values))
    _, found = outcome_of("r.parquet", parquet(tmp_path, frame), "iot_readings")
    assert found.select("source_position", "rule").rows() == [(2, rule)]
    assert sandbox.lake("iot_readings")["sensor_id"].to_list() == ["C1"]


@pytest.mark.parametrize(
    ("frame", "rule"),
    [
        (readings().drop("sensor_id"), "missing_column"),
        (readings().with_columns(pl.col("measured_at").dt.replace_time_zone(None)), "wrong_type"),
        (readings(sensor_id=[1, 2]), "wrong_type"),
        (readings(temperature_celsius=[True, False]), "wrong_type"),
    ],
    ids=["no sensor_id", "time without zone", "numbers for ids", "flags for numbers"],
)
def test_a_parquet_file_with_impossible_columns_is_quarantined_whole(outcome_of, tmp_path, frame, rule):
    summary, found = outcome_of("r.parquet", parquet(tmp_path, frame), "iot_readings")
    assert found.select("source_position", "rule").rows() == [(None, rule)]
    assert summary.unreadable


def test_a_damaged_parquet_file_is_quarantined_whole(outcome_of, tmp_path):
    content = bytearray(parquet(tmp_path, pl.concat([readings()] * 500)))
    content[20:400] = bytes(380)
    _, found = outcome_of("r.parquet", bytes(content), "iot_readings")
    assert found["rule"].to_list() == ["corrupt_file"]


def test_an_unknown_column_is_kept_aside_named_and_no_crash(sandbox, outcome_of):
    document = order(2, app_build="9.4")
    document["lines"][1]["colour"] = {"name": "red"}
    summary, _ = outcome_of("orders.jsonl", json_lines(order(1), document))
    assert summary.valid == 2
    assert summary.unknown_columns == ["app_build", "lines[].colour"]
    assert sandbox.lake("file_receipts")["unknown_columns"].to_list() == [["app_build", "lines[].colour"]]
    kept = sandbox.quarantine("unknown_columns")
    assert kept.select("source_position", "column_name").rows() == [(2, "lines[].colour"), (2, "app_build")]
    values = [sandbox.unsealed(row["value_encrypted"], row["value_key_id"]) for row in kept.iter_rows(named=True)]
    assert values == ['{"name": "red"}', '"9.4"']


def test_an_unknown_csv_column_is_kept_aside(sandbox, outcome_of):
    rows = csv_file(movement(1) + ",checked", movement(2) + ",", header=f"{INVENTORY_HEADER},note")
    summary, _ = outcome_of("m.csv", rows, "inventory")
    assert (summary.valid, summary.unknown_columns) == (2, ["note"])
    kept = sandbox.quarantine("unknown_columns")
    assert [sandbox.unsealed(*pair) for pair in kept.select("value_encrypted", "value_key_id").rows()] == ["checked"]


def test_an_unknown_parquet_column_is_kept_aside(sandbox, outcome_of, tmp_path):
    summary, _ = outcome_of("r.parquet", parquet(tmp_path, readings(firmware=["1.2", None])), "iot_readings")
    assert (summary.valid, summary.unknown_columns) == (2, ["firmware"])
    assert sandbox.quarantine("unknown_columns")["source_position"].to_list() == [1]


def test_a_missing_optional_column_is_null(sandbox, outcome_of, tmp_path):
    outcome_of("r.parquet", parquet(tmp_path, readings()), "iot_readings")
    assert sandbox.lake("iot_readings")["battery_percent"].to_list() == [None, None]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_an_empty_file_is_received_with_no_records(outcome_of, name):
    feed = "orders" if name == "a.jsonl" else "inventory"
    summary, _ = outcome_of(name, b"", feed)
    assert (len(summary.files), summary.received, len(summary.unreadable)) == (1, 0, 0)


def test_what_is_no_landing_file_is_ignored_and_named(sandbox, caplog):
    sandbox.drop("orders", "orders.jsonl", json_lines(order(1)))
    sandbox.drop("orders", "说明 书.txt", b"read me")
    (sandbox.zones.landing_day("orders", DAY) / "folder.jsonl").mkdir()
    summary = sandbox.load("orders")
    assert set(summary.ignored) == {f"orders/{DAY}/说明 书.txt", f"orders/{DAY}/folder.jsonl"}
    assert "说明 书.txt" in caplog.text
    assert len(summary.files) == 1


@pytest.mark.parametrize("name", [".orders.jsonl", "_orders.jsonl", "orders.jsonl.tmp", "orders.jsonl.part"])
def test_a_file_still_being_written_is_left_alone(sandbox, name):
    sandbox.drop("orders", name, json_lines(order(1)))
    summary = sandbox.load("orders")
    assert not summary.files
    assert not summary.ignored


def test_a_file_that_changes_while_it_is_read_gets_no_receipt(sandbox, monkeypatch):
    path = sandbox.drop("orders", "orders.jsonl", json_lines(order(1)))
    check = engine.check

    def check_while_growing(*arguments):
        with path.open("ab") as file:
            file.write(json_lines(order(2)))
        return check(*arguments)

    monkeypatch.setattr(engine, "check", check_while_growing)
    assert not sandbox.load("orders").files
    assert sandbox.lake("file_receipts").is_empty()
    monkeypatch.undo()
    assert sandbox.load("orders").valid == 2
