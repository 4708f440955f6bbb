"""Documents of the platforms, one sample each, become the rows that were worked out from them by hand."""

from __future__ import annotations

import copy
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.feeds import FEEDS
from assets.feeds.base import POSITION, DocumentShape
from assets.feeds.orders import STATUSES
from assets.feeds.platforms import SHAPES, eleme, jd_daojia, meituan, till, wechat_store
from assets.ingest.checking import Checked, check
from assets.ingest.json_lines import raw_type, read_json_lines

SAMPLES = Path(__file__).with_name("platform_orders")
PLATFORMS = ["eleme", "jd_daojia", "meituan", "till", "wechat_store"]
FEED = FEEDS["orders"]


def sample(platform: str) -> dict[str, Any]:
    return json.loads((SAMPLES / f"{platform}.json").read_text(encoding="utf-8"))


def with_value(platform: str, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A sample with one value changed."""
    document = copy.deepcopy(sample(platform))
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return document


def taken(*documents: dict[str, Any]) -> Checked:
    """What the door lets through of documents in one file."""
    lines = "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()
    found = [check(FEED, batch) for batch in read_json_lines(io.BytesIO(lines), FEED)]
    assert len(found) == 1
    return found[0]


def at(clock: str, day: int = 5) -> datetime:
    """UTC time of a clock in China on a day of March 2025."""
    local = datetime.fromisoformat(f"2025-03-{day:02d}T{clock}+08:00")
    return local.astimezone(UTC)


TIMES = [
    "placed_at",
    "paid_at",
    "reviewed_at",
    "accepted_at",
    "picked_at",
    "handed_over_at",
    "delivered_at",
    "cancelled_at",
    "promised_at",
    "updated_at",
]
# Times in the order of TIMES.
RIDDEN = [
    at("10:00:00"),
    at("10:00:20"),
    at("10:01:30"),
    at("10:01:00"),
    at("10:08:00"),
    at("10:12:00"),
    at("10:24:10"),
]
ORDERS: dict[str, dict[str, Any]] = {
    "meituan": {
        "order_id": "24581032571314888",
        "channel": "meituan",
        "store_id": "S00001",
        "fulfilling_location_id": "S00002",
        # A virtual number names nobody.
        "phone": None,
        "delivery_mode": "instant",
        "status": "delivered",
        "courier_company": "美团配送",
        "coupon_yuan": Decimal("5.00"),
        "times": [*RIDDEN, None, at("10:30:20"), at("09:03:20", 6)],
    },
    "eleme": {
        "order_id": "2100170426395197452",
        "channel": "eleme",
        "store_id": "S00001",
        "fulfilling_location_id": "S00002",
        "phone": "17865218840",
        "platform_user_id": "el-77",
        "delivery_mode": "booked",
        "status": "delivered",
        "courier_company": "蜂鸟即配",
        "coupon_yuan": Decimal("3.64"),
        "times": [*RIDDEN, None, at("10:30:20"), at("09:00:00", 6)],
    },
    "jd_daojia": {
        "order_id": "100001016163423",
        "channel": "jd_daojia",
        "store_id": "S00001",
        "fulfilling_location_id": "S00002",
        "phone": "13900001111",
        "platform_user_id": "JD_x81",
        "delivery_mode": "instant",
        "status": "delivered",
        "courier_company": "达达同城送",
        "coupon_yuan": Decimal("5.60"),
        "times": [*RIDDEN, None, at("10:45:00"), at("10:24:10")],
    },
    "wechat_store": {
        "order_id": "3704612354559743232",
        "channel": "mini_program",
        "store_id": "S00001",
        "fulfilling_location_id": "S00002",
        "member_card": "880001",
        "openid": "OPENID",
        "unionid": "UNIONID",
        "delivery_mode": "instant",
        "status": "delivered",
        "courier_company": "达达快送",
        "coupon_yuan": Decimal("3.00"),
        "coupon_code": "C300",
        "times": [*RIDDEN, None, at("10:30:20"), at("09:03:20", 6)],
    },
    "till": {
        "order_id": "T2025030500017",
        "channel": "till",
        "store_id": "S00001",
        "fulfilling_location_id": "S00001",
        "member_card": "880001",
        "delivery_mode": "in_store",
        "status": "delivered",
        "courier_company": None,
        "is_cold_chain": True,
        "coupon_yuan": None,
        "times": [at("10:00:00"), at("10:00:20"), None, None, None, None, at("10:00:25"), None, None, at("10:00:25")],
    },
}
CODES = ["80000110003000000170", "80000110003000000171"]
NO = None
# line, product, packs, price, discount, cost, lot, trace codes, prescription, instead of
LINES: dict[str, list[tuple[Any, ...]]] = {
    "meituan": [
        (1, "SKU00012", 2, "19.80", "3.96", "11.39", "00012-003", CODES, NO, NO),
        (2, "SKU00031", 1, "17.46", "0.00", "9.00", "00031-001", [], NO, "SKU00077"),
    ],
    "eleme": [
        (1, "SKU00012", 2, "19.80", "3.96", "11.39", "00012-003", CODES, NO, NO),
        (2, "SKU00031", 1, "16.00", "0.00", "9.00", "00031-001", [], "RX9", NO),
    ],
    "jd_daojia": [
        (1, "SKU00012", 2, "19.80", NO, "11.39", "00012-003", CODES, NO, NO),
        (2, "SKU00031", 1, "16.00", NO, "9.00", "00031-001", [], NO, NO),
    ],
    "wechat_store": [
        (1, "SKU00012", 2, "19.80", NO, "11.39", "00012-003", CODES, NO, NO),
        (2, "SKU00031", 1, "16.00", NO, "9.00", "00031-001", [], NO, NO),
    ],
    "till": [
        (1, "SKU00012", 2, "19.80", "0.00", "11.39", "00012-003", CODES, NO, NO),
        (2, "SKU00031", 1, "16.00", "1.00", "9.00", NO, [], "RX9", NO),
    ],
}
# What insurers pay comes off what the platform took: 48.10, 48.00, 50.00, 52.60 less 12.00.
PAYMENTS = {
    "meituan": [("platform_pay", "36.10"), ("medical_insurance", "12.00")],
    "eleme": [("platform_pay", "36.00"), ("medical_insurance", "12.00")],
    "jd_daojia": [("cash", "38.00"), ("medical_insurance", "12.00")],
    "wechat_store": [("wechat_pay", "40.60"), ("medical_insurance", "12.00")],
    "till": [("medical_insurance", "12.00"), ("cash", "42.60")],
}
WORDS = {
    "meituan": (("status",), meituan.STATUS, 77),
    "eleme": (("order", "status"), eleme.STATUS, 77),
    "jd_daojia": (("orderStatus",), jd_daojia.STATUS, 77),
    "wechat_store": (("status",), wechat_store.STATUS, 77),
    "till": (("state",), till.STATE, "?"),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_document_becomes_the_rows_worked_out_from_it(platform: str) -> None:
    found = taken(sample(platform))
    assert found.problems == []
    (order,) = found.tables["orders"].to_dicts()
    expected = dict(ORDERS[platform])
    times = dict(zip(TIMES, expected.pop("times"), strict=True))
    assert {name: order[name] for name in times} == times
    assert {name: order[name] for name in expected} == expected
    lines = found.tables["order_lines"].select(
        "line_number",
        "sku_id",
        "quantity",
        "unit_price_yuan",
        "discount_yuan",
        "unit_cost_yuan",
        "lot_id",
        "trace_codes",
        "prescription_id",
        "substituted_for_sku_id",
    )
    money = [
        [Decimal(cell) if 3 <= place <= 5 and cell else cell for place, cell in enumerate(row)]
        for row in LINES[platform]
    ]
    assert [list(row) for row in lines.rows()] == money
    payments = found.tables["order_payments"].select("payment_method", "amount_yuan").rows()
    assert payments == [(method, Decimal(amount)) for method, amount in PAYMENTS[platform]]


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name != "till"])
def test_refunds_and_parcels_come_from_the_order_hub(platform: str) -> None:
    found = taken(sample(platform))
    (refund,) = found.tables["order_refunds"].select("refund_id", "refunded_at", "amount_yuan").rows()
    assert refund == ("RF1", at("09:00:00", 6), Decimal("9.50"))
    (line,) = found.tables["order_refund_lines"].select("line_number", "refunded_quantity").rows()
    assert line == (2, 1)
    (parcel,) = found.tables["order_shipments"].select("location_id", "delivered_at", "line_numbers").rows()
    assert parcel == ("S00002", at("10:24:10"), [1, 2])


@pytest.mark.parametrize(
    ("platform", "code", "meaning"),
    [(platform, code, meaning) for platform, (_, words, _) in WORDS.items() for code, meaning in words.items()],
)
def test_every_status_word_has_the_meaning_of_its_table(platform: str, code: str, meaning: str) -> None:
    path, _, other = WORDS[platform]
    found = taken(
        with_value(platform, path, type(other)(code)) | ({"logistics_status": None} if platform == "meituan" else {})
    )
    assert meaning in STATUSES
    assert found.tables["orders"]["status"].to_list() == [meaning], found.problems


@pytest.mark.parametrize(
    ("code", "meaning"), [(0, "accepted"), (10, "accepted"), (20, "handed_over"), (40, "delivered")]
)
def test_a_confirmed_order_of_meituan_is_as_far_as_its_courier(code: int, meaning: str) -> None:
    found = taken(with_value("meituan", ("status",), 4) | {"logistics_status": code})
    assert found.tables["orders"]["status"].to_list() == [meaning]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_unknown_status_word_is_quarantined(platform: str) -> None:
    path, _, unknown = WORDS[platform]
    found = taken(with_value(platform, path, unknown))
    assert found.valid == 0
    (problem,) = found.problems
    assert (problem.rule, problem.detail) == ("value_not_allowed", "orders.status (value_not_allowed)")
    assert problem.record_id == ORDERS[platform]["order_id"]


@pytest.mark.parametrize(
    ("platform", "path", "value", "rule"),
    [
        ("meituan", ("order_send_time",), 1741140000123, "wrong_type"),  # milliseconds where seconds belong
        ("eleme", ("order", "create_time"), "yesterday", "wrong_type"),
        ("jd_daojia", ("orderStartTime",), "05.03.2025 10:00", "wrong_type"),
        ("till", ("openedMs",), 1741140000, "wrong_type"),  # seconds where milliseconds belong
        ("meituan", ("pay_type",), "9", "value_not_allowed"),
        ("meituan", ("total",), 52.61, "payments_match_lines"),
        ("eleme", ("order", "user_fee"), 5201, "payments_match_lines"),
        ("jd_daojia", ("orderBuyerPayableMoney",), 5651, "payments_match_lines"),
        ("wechat_store", ("order_detail", "price_info", "order_price"), 5761, "payments_match_lines"),
        ("till", ("items",), [], "has_lines"),
        ("wechat_store", ("order_id",), None, "missing_id"),
        ("jd_daojia", ("orderId",), "100001016163423", "wrong_type"),
    ],
)
def test_what_is_wrong_in_a_platforms_document_is_quarantined_by_the_rules_of_all(
    platform: str, path: tuple[str, ...], value: Any, rule: str
) -> None:
    found = taken(with_value(platform, path, value))
    assert [problem.rule for problem in found.problems] == [rule], found.problems


def test_the_scene_tells_the_official_account_from_the_mini_program() -> None:
    found = taken(with_value("wechat_store", ("order_detail", "ext_info", "order_scene"), 6))
    assert found.tables["orders"]["channel"].to_list() == ["official_account"]


def test_a_file_may_hold_every_shape_and_every_record_keeps_its_position() -> None:
    documents = [sample(platform) for platform in PLATFORMS]
    lines = "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()
    batches = list(read_json_lines(io.BytesIO(lines), FEED))
    rows = [
        row
        for batch in batches
        for row in check(FEED, batch).tables["orders"].select("source_position", "order_id").rows()
    ]
    assert sorted(rows) == [(place, ORDERS[name]["order_id"]) for place, name in enumerate(PLATFORMS, start=1)]
    assert sum(batch.received for batch in batches) == len(PLATFORMS)
    assert all(
        batch.raw_texts([position]).keys() == {position}
        for batch in batches
        for position in batch.documents["source_position"]
    )


def test_a_document_of_no_known_shape_is_quarantined_with_the_next_step() -> None:
    found = taken({"bestellnummer": "7", "positionen": []})
    (problem,) = found.problems
    assert problem.rule == "unknown_shape"
    assert "add the shape" in problem.detail


def test_a_marker_within_a_text_makes_no_document_of_that_shape() -> None:
    noted = with_value("till", ("cashier",), 'he said "wm_order_id_view": 1')
    assert taken(noted).tables["orders"]["channel"].to_list() == ["till"]


def test_no_document_carries_the_marker_of_another_shape() -> None:
    for platform in PLATFORMS:
        text = json.dumps(sample(platform))
        assert [shape.name for shape in SHAPES if f'"{shape.marker}":' in text] == [platform]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_gives_every_column_of_the_document(shape: DocumentShape) -> None:
    schema = {POSITION: pl.Int64()} | {name: raw_type(dtype) for name, dtype in shape.document.items()}
    adapted = shape.adapt(pl.DataFrame(schema=schema))
    assert set(adapted.columns) == {POSITION, *FEED.document}
