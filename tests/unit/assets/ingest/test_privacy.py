"""No identifier leaves the door in clear, however wrong the record that carries it."""

from __future__ import annotations

import json
import logging

import polars as pl
import pytest

from assets.ingest.replay import export_quarantined
from tests.unit.assets.ingest.conftest import DAY, csv_file, json_lines, movement, order
from warehouse.tokens import token_of
from warehouse.vault import Vault

PLANTED = ["13987654321", "MC-PLANTED-77", "unionid-planted", "openid-planted", "wm-planted", "MB-PLANTED", "张planted"]
CUSTOMER = {
    "member_card": PLANTED[1],
    "phone": PLANTED[0],
    "unionid": PLANTED[2],
    "openid": PLANTED[3],
    "platform_user_id": "P",
}


def texts_of(sandbox):
    """Everything written, file names and decoded Parquet values included."""
    for path in [*sandbox.zones.lake.rglob("*"), *sandbox.zones.quarantine.rglob("*")]:
        yield path.name
        if path.suffix == ".parquet":
            yield path.read_bytes().decode("latin-1")
            frame = pl.read_parquet(path, hive_partitioning=False)
            yield str(frame.select(pl.exclude(pl.Binary)).to_dicts())
            yield from (
                value.decode("latin-1") for column in frame.select(pl.col(pl.Binary)) for value in column if value
            )


def test_planted_identifiers_are_found_nowhere(sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    sound = order(1, customer=CUSTOMER)
    broken = [
        order(2, customer=CUSTOMER, channel="fax"),
        order(3, customer=CUSTOMER | {"phone": 13987654321}),
        order(4, customer=PLANTED[0]),
        order(5, customer=CUSTOMER | {PLANTED[0]: 1}),
        json.dumps(order(6, customer=CUSTOMER))[:400],
        json.dumps(order(7)).replace('"channel"', f'"{PLANTED[0]}": 1, "{PLANTED[0]}": 2, "channel"'),
        order(8, **{PLANTED[0]: "x", "note": PLANTED[0]}),
    ]
    sandbox.drop("orders", "a.jsonl", json_lines(sound, *broken))
    member = {
        "member_id": PLANTED[5],
        "member_card": PLANTED[1],
        "phone": PLANTED[0],
        "openids": [PLANTED[3]],
        "external_user_id": PLANTED[4],
        "name": PLANTED[6],
        "updated_at": "2025-03-05T10:00:00+08:00",
    }
    sandbox.drop("members", "m.jsonl", json_lines(member, member | {"sex": PLANTED[0]}, member | {"updated_at": "?"}))
    sandbox.drop("inventory", "i.csv", csv_file(movement(1).replace("SKU1", f'"{PLANTED[0]}'), movement(2)))
    summaries = [sandbox.load(feed) for feed in ("orders", "members", "inventory")]
    assert [summary.quarantined for summary in summaries] == [5, 2, 1]
    seen = [*texts_of(sandbox), caplog.text, *map(str, summaries), *(summary.as_line() for summary in summaries)]
    for planted in PLANTED:
        assert not [text for text in seen if planted in text], planted


def test_tokens_stand_in_and_the_key_id_lies_beside_them(sandbox):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1, customer=CUSTOMER | {"phone": "+86 139-8765-4321"})))
    member = {"member_id": "MB1", "phone": PLANTED[0], "openids": [PLANTED[3]], "updated_at": "2025-03-05T10:00:00Z"}
    sandbox.drop("members", "m.jsonl", json_lines(member))
    sandbox.load("orders")
    sandbox.load("members")
    key = sandbox.keys.token
    found = sandbox.lake("orders").row(0, named=True)
    assert found["phone_token"] == token_of(key, "phone", PLANTED[0])
    assert found["token_key_id"] == key.key_id
    member_row = sandbox.lake("members").row(0, named=True)
    assert member_row["phone_token"] == found["phone_token"]
    assert member_row["openid_tokens"] == [found["openid_token"]]
    assert "name" not in member_row


def test_replayed_records_are_as_received_for_their_owner_only_and_load_once_repaired(sandbox, tmp_path):
    sandbox.drop("orders", "a.jsonl", json_lines(order(1), order(2, channel="fax"), "{"))
    sandbox.load("orders")
    written = export_quarantined(sandbox.zones, "orders", DAY, tmp_path / "repair.jsonl")
    assert written == {tmp_path / "repair.jsonl": 2}
    repair = tmp_path / "repair.jsonl"
    assert repair.stat().st_mode & 0o777 == 0o600
    assert repair.read_text().splitlines() == [json.dumps(order(2, channel="fax"), ensure_ascii=False), "{"]
    sandbox.drop("orders", "repaired.jsonl", repair.read_bytes().replace(b"fax", b"till").replace(b"\n{\n", b"\n"))
    assert sandbox.load("orders").valid == 2


def test_replayed_csv_records_come_under_their_header(sandbox, tmp_path):
    sandbox.drop("inventory", "a.csv", csv_file(movement(1, quantity="many"), movement(2), "M3,sale"))
    sandbox.load("inventory")
    export_quarantined(sandbox.zones, "inventory", DAY, tmp_path / "repair")
    content = (tmp_path / "repair.csv").read_bytes()
    assert content == csv_file(movement(1, quantity="many"), "M3,sale")
    sandbox.drop("inventory", "b.csv", content.replace(b"many", b"-3"))
    sandbox.load("inventory")
    assert set(sandbox.lake("inventory")["movement_id"]) == {"M1", "M2"}


def test_replayed_readings_load_as_json_lines(sandbox, tmp_path):
    frame = pl.DataFrame(
        {
            "sensor_id": ["C1"],
            "measured_at": pl.Series(["2025-03-05T02:00:00Z"]).str.to_datetime(time_zone="UTC"),
            "location_id": ["S1"],
            "kind": ["mood"],
            "temperature_celsius": [4.5],
        }
    )
    path = sandbox.drop("iot_readings", "r.parquet", b"")
    frame.write_parquet(path)
    sandbox.load("iot_readings")
    export_quarantined(sandbox.zones, "iot_readings", DAY, tmp_path / "repair")
    content = (tmp_path / "repair.jsonl").read_bytes()
    sandbox.drop("iot_readings", "s.jsonl", content.replace(b"mood", b"climate"))
    assert sandbox.load("iot_readings").valid == 1
    assert sandbox.lake("iot_readings")["temperature_celsius"].to_list() == [4.5]


def test_every_identifier_in_the_lake_is_in_the_vault_and_what_was_refused_is_not(sandbox):
    refused = {"phone": "13700000000"}
    sandbox.drop(
        "orders", "a.jsonl", json_lines(order(1, customer=CUSTOMER), order(2, channel="fax", customer=refused))
    )
    member = {"member_id": "MB1", "phone": "+86 139-8765-4321", "openids": [PLANTED[3], ""], "name": PLANTED[6]}
    older, newer = ({"updated_at": f"2025-03-0{day}T10:00:00Z"} for day in (4, 5))
    sandbox.drop("members", "m.jsonl", json_lines(member | newer, member | {"name": "old"} | older))
    sandbox.load("orders")
    sandbox.load("members")

    asked = {
        ("phone", PLANTED[0]),
        ("phone", "13700000000"),
        ("member_id", "MB1"),
        *zip(CUSTOMER, CUSTOMER.values(), strict=True),
    }
    tokens = [token_of(sandbox.keys.token, kind, text) for kind, text in asked]
    opened = Vault(sandbox.zones).identifiers_of(tokens, reader="test", purpose="test")
    found = set(opened.select("identifier_kind", "identifier").rows())
    assert found == asked - {("phone", "13700000000")} | {("name", PLANTED[6])}


def test_entries_are_in_the_vault_before_the_lake_has_their_tokens(sandbox, monkeypatch):
    def full_disk(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(Vault, "hand_over", full_disk)
    sandbox.drop("orders", "a.jsonl", json_lines(order(1, customer=CUSTOMER)))
    with pytest.raises(OSError, match="no space"):
        sandbox.load("orders")
    assert sandbox.lake("orders").is_empty()
    assert sandbox.lake("file_receipts").is_empty()
    monkeypatch.undo()
    assert sandbox.load("orders").valid == 1
