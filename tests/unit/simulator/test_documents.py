"""Rules that every clean document keeps."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from simulator.sensors import DAMPEST, DRIEST, HIGHEST, LOWEST

from .conftest import Written

STEPS = ["placed_at", "paid_at", "accepted_at", "picked_at", "handed_over_at", "delivered_at"]


@pytest.fixture(scope="module")
def documents(clean: Written) -> list[dict[str, Any]]:
    found = []
    for path in sorted((clean.landing / "orders").rglob("*.gz")):
        found += [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    return found


def test_payments_add_up_to_the_lines_less_the_coupon(documents: list[dict[str, Any]]) -> None:
    for order in documents:
        due = sum(line["quantity"] * line["unit_price_yuan"] - line["discount_yuan"] for line in order["lines"])
        due -= order["coupon"]["amount_yuan"] if order["coupon"] else 0
        paid = sum(payment["amount_yuan"] for payment in order["payments"])
        assert paid == pytest.approx(due if order["paid_at"] else 0, abs=0.001), order["order_id"]


def test_steps_happen_in_order_and_before_the_version_is_sent(documents: list[dict[str, Any]]) -> None:
    for order in documents:
        times = [order[step] for step in STEPS if order[step]]
        assert times == sorted(times), order["order_id"]
        assert max([*times, order["cancelled_at"] or ""]) <= order["updated_at"]


def test_prescriptions_are_reviewed_between_payment_and_acceptance(documents: list[dict[str, Any]]) -> None:
    accepted = [order for order in documents if order["accepted_at"]]
    rx = [order for order in accepted if any(line["prescription_id"] for line in order["lines"])]
    assert 0.1 < len(rx) / len(accepted) < 0.7
    assert all(order["paid_at"] <= order["reviewed_at"] <= order["accepted_at"] for order in rx)


def test_lines_are_numbered_from_one_and_positive(documents: list[dict[str, Any]]) -> None:
    for order in documents:
        assert [line["line_number"] for line in order["lines"]] == list(range(1, len(order["lines"]) + 1))
        assert all(line["quantity"] > 0 for line in order["lines"])
    # A pack that was not scanned is one of the things that go wrong.
    missing = [
        line["quantity"] - len(line["trace_codes"]) for o in documents for line in o["lines"] if line["trace_codes"]
    ]
    assert set(missing) <= {0, 1}
    assert sum(missing) < 0.01 * len(missing)


def test_a_version_lies_in_the_folder_of_its_local_day(clean: Written) -> None:
    for path in (clean.landing / "orders").rglob("*.gz"):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            assert json.loads(line)["updated_at"][:10] == path.parent.name


def test_orders_over_midnight_are_sent_on_both_days(documents: list[dict[str, Any]]) -> None:
    days: dict[str, set[str]] = {}
    for order in documents:
        days.setdefault(order["order_id"], set()).add(order["updated_at"][:10])
    crossing = [o for o in documents if o["delivered_at"] and o["delivered_at"][:10] > o["paid_at"][:10]]
    assert crossing
    assert all(order["paid_at"][:10] in days[order["order_id"]] for order in crossing)


def test_refunds_days_later_send_the_whole_order_again(documents: list[dict[str, Any]]) -> None:
    late = [o for o in documents if o["refunds"] and not o["cancelled_at"]]
    assert late
    assert all(order["lines"] and order["payments"] for order in late)
    assert any(order["refunds"][-1]["refunded_at"][:10] > order["delivered_at"][:10] for order in late)


def test_refunds_are_whole_partial_and_in_instalments_and_never_above_what_was_paid(
    documents: list[dict[str, Any]],
) -> None:
    shares = []
    for order in documents:
        back = round(sum(refund["amount_yuan"] for refund in order["refunds"] or []), 2)
        paid = round(sum(payment["amount_yuan"] for payment in order["payments"]), 2)
        sold = {line["line_number"]: line["quantity"] for line in order["lines"]}
        packs = [line for refund in order["refunds"] or [] for line in refund["lines"]]
        assert back <= paid
        assert all(line["quantity"] <= sold[line["line_number"]] for line in packs)
        shares += [back / paid] if back else []
    assert 1.0 in shares
    assert any(share < 1 for share in shares)
    assert any(len(order["refunds"] or []) == 2 for order in documents)


def test_every_line_that_went_by_courier_is_in_one_parcel_and_some_orders_are_split(
    documents: list[dict[str, Any]],
) -> None:
    for order in documents:
        carried = sorted(number for parcel in order["shipments"] or [] for number in parcel["line_numbers"])
        by_courier = order["courier_company"] and order["handed_over_at"]
        assert carried == ([line["line_number"] for line in order["lines"]] if by_courier else [])
        if by_courier:
            assert max(parcel["handed_over_at"] for parcel in order["shipments"] or []) == order["handed_over_at"]
    assert any(len(order["shipments"] or []) == 2 for order in documents)


def test_a_substitute_is_like_what_had_run_out_and_needs_no_prescription(clean: Written) -> None:
    products = pl.read_csv(clean.landing / "products/2026-01-01/products-2026-01-01.csv")
    lines = clean.table("order_lines").filter(pl.col("substituted_for_sku_id").is_not_null())
    drugs = products.select("sku_id", pl.col("atc_code").str.head(4).alias("subgroup"), "prescription_class")
    both = lines.join(drugs, on="sku_id").join(
        drugs, left_on="substituted_for_sku_id", right_on="sku_id", suffix="_asked"
    )
    assert len(both) == len(lines) > 0
    assert both.filter(pl.col("subgroup") != pl.col("subgroup_asked")).is_empty()
    assert both.filter(pl.col("prescription_class").is_in(["rx"])).is_empty()
    assert both.filter(pl.col("sku_id") == pl.col("substituted_for_sku_id")).is_empty()


def test_nothing_that_is_banned_is_sold_online(clean: Written) -> None:
    products = pl.read_csv(clean.landing / "products/2026-01-01/products-2026-01-01.csv")
    banned = products.filter("is_online_banned")
    assert banned["special_class"].n_unique() > 1
    lines = clean.table("order_lines").join(clean.table("orders").select("order_id", "channel").unique(), on="order_id")
    assert lines.filter((pl.col("channel") != "till") & pl.col("sku_id").is_in(banned["sku_id"].implode())).is_empty()


def test_sales_move_the_lots_that_the_lines_name(clean: Written) -> None:
    final = (
        clean.table("orders")
        .filter(pl.col("handed_over_at").is_not_null())
        .select("order_id", "fulfilling_location_id", "updated_at")
    )
    lines = clean.table("order_lines").join(final, on=["order_id", "updated_at"]).unique(["order_id", "line_number"])
    wanted = lines.group_by("order_id", "sku_id", "lot_id", pl.col("fulfilling_location_id").alias("location_id")).agg(
        pl.col("quantity").sum()
    )
    moved = (
        clean.table("inventory")
        .filter(pl.col("movement_kind") == "sale")
        .group_by("order_id", "sku_id", "lot_id", "location_id")
    )
    both = wanted.join(
        moved.agg((-pl.col("quantity").sum()).alias("moved")),
        on=["order_id", "sku_id", "lot_id", "location_id"],
        how="left",
    )
    assert len(both) > 1000
    assert both.filter(pl.col("moved").ne_missing(pl.col("quantity"))).is_empty()


def test_trace_codes_are_unique_packs(clean: Written) -> None:
    lines = clean.table("order_lines").unique(["order_id", "line_number"], keep="last", maintain_order=True)
    codes = lines["trace_codes"].explode().drop_nulls()
    repeated = codes.filter(codes.is_duplicated())
    assert len(codes) - len(repeated) > 1000
    assert sorted(repeated) == sorted(clean.table("codes_sold_twice")["trace_code"])
    assert set(codes.str.len_chars().unique()) == {20}


def test_breaches_are_recorded_every_minute_and_calm_every_ten(clean: Written) -> None:
    register = pl.read_csv(clean.landing / "sensors/2026-01-01/sensors-2026-01-01.csv").select(
        "sensor_id", "storage_class"
    )
    assert register.filter(pl.col("storage_class").is_not_null()).group_by("sensor_id").len()["len"].max() == 1
    limits = pl.DataFrame({"storage_class": ["ambient", "cool", "cold"], "low": LOWEST, "high": HIGHEST})
    readings = (
        clean.table("iot_readings")
        .filter(pl.col("kind") == "climate")
        .join(register, on="sensor_id")
        .join(limits, on="storage_class")
    )
    out = (pl.col("temperature_celsius") < pl.col("low")) | (pl.col("temperature_celsius") > pl.col("high"))
    out = out | (pl.col("humidity_percent") < DRIEST) | (pl.col("humidity_percent") > DAMPEST)
    wait = (pl.col("measured_at").shift(-1).over("sensor_id") - pl.col("measured_at")).dt.total_minutes()
    steps = readings.sort("sensor_id", "measured_at").with_columns(out.alias("out"), wait.alias("wait"))
    assert steps.filter("out")["wait"].max() == 1
    assert steps.filter(~pl.col("out"))["wait"].median() == 10
    assert steps.filter(pl.col("wait") > 30).height > 0
    assert readings.group_by("location_id").agg(pl.col("sensor_id").n_unique())["sensor_id"].min() >= 2
    breach = pl.read_parquet(clean.truth / "excursions.parquet")
    assert steps.filter("out").height == breach["breach_minutes"].sum() > 0


def test_an_order_over_the_counter_names_nobody_or_a_member(documents: list[dict[str, Any]]) -> None:
    till = [order for order in documents if order["channel"] == "till"]
    assert any(order["customer"] is None for order in till)
    assert all(order["customer"] is None or order["customer"]["member_card"] for order in till)
    assert all(datetime.fromisoformat(order["placed_at"]).utcoffset() for order in till)
