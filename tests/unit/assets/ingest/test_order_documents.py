"""What the orders feed refuses of refunds, shipments and substitutes, each document by the rule it breaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.assets.ingest.conftest import json_lines, order

# The order has 2 packs on line 1, 1 pack on line 2, and was paid 29.07 yuan at 10:00 local time.
REFUND: dict[str, Any] = {
    "refund_id": "R1",
    "refunded_at": "2025-03-06T09:00:00+08:00",
    "amount_yuan": 14.07,
    "reason": None,
    "lines": [{"line_number": 1, "quantity": 1}],
}
SHIPMENT: dict[str, Any] = {
    "shipment_number": 1,
    "location_id": "S1",
    "courier_company": None,
    "handed_over_at": "2025-03-05T10:12:00+08:00",
    "delivered_at": "2025-03-05T10:20:00+08:00",
    "line_numbers": [1],
}
SECOND = SHIPMENT | {"shipment_number": 2, "line_numbers": [2]}


def substituted(sku_id: str | None) -> dict[str, Any]:
    document = order(2)
    document["lines"][0]["substituted_for_sku_id"] = sku_id
    return document


@pytest.mark.parametrize(
    "document",
    [
        order(2, refunds=[REFUND, REFUND | {"refund_id": "R2", "amount_yuan": 15.0}]),
        order(2, refunds=[REFUND | {"amount_yuan": 29.07, "lines": [{"line_number": 2, "quantity": 1}]}]),
        order(2, refunds=[REFUND | {"lines": None}], shipments=None),
        order(2, refunds=None, shipments=[SHIPMENT, SECOND]),
        order(2, shipments=[SHIPMENT | {"delivered_at": None}]),
        substituted("SKU7"),
        substituted(None),
    ],
)
def test_what_can_be_is_taken(outcome_of, document):
    summary, quarantined = outcome_of("a.jsonl", json_lines(document))
    assert summary.valid == 1, quarantined["detail"]


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (order(2, refunds=[REFUND, REFUND | {"refund_id": "R2", "amount_yuan": 15.01}]), "refunds_within_payments"),
        (order(2, refunds=[REFUND, REFUND]), "numbers_are_unique"),
        (order(2, refunds=[REFUND | {"refund_id": None}]), "missing_value"),
        (order(2, refunds=[None]), "missing_value"),
        (order(2, refunds=[REFUND | {"amount_yuan": -1.0}]), "out_of_range"),
        (order(2, refunds=[REFUND | {"amount_yuan": 1.005}]), "wrong_type"),
        (order(2, refunds=[REFUND | {"refunded_at": "2025-03-05T09:00:00+08:00"}]), "refunded_after_payment"),
        (order(2, refunds=[REFUND | {"lines": [{"line_number": 3, "quantity": 1}]}]), "refunded_line_exists"),
        (order(2, refunds=[REFUND | {"lines": [{"line_number": 1, "quantity": 3}]}]), "refunded_within_sold"),
        (
            order(2, refunds=[REFUND | {"refund_id": n, "lines": [{"line_number": 2, "quantity": 1}]} for n in "AB"]),
            "refunded_within_sold",
        ),
        (order(2, refunds=[REFUND | {"lines": [{"line_number": 1, "quantity": 0}]}]), "out_of_range"),
        (order(2, shipments=[SHIPMENT, SECOND | {"line_numbers": [1, 2]}]), "shipment_lines_exist"),
        (order(2, shipments=[SHIPMENT | {"line_numbers": [1, 3]}]), "shipment_lines_exist"),
        (order(2, shipments=[SHIPMENT | {"line_numbers": []}]), "has_lines"),
        (order(2, shipments=[SHIPMENT, SECOND | {"shipment_number": 1}]), "numbers_are_unique"),
        (order(2, shipments=[SHIPMENT | {"delivered_at": "2025-03-05T10:11:59+08:00"}]), "times_in_order"),
        (order(2, lines=[order()["lines"][0]] * 2), "numbers_are_unique"),
        (substituted("SKU1"), "substitute_is_another_product"),
    ],
)
def test_what_cannot_be_is_quarantined_by_the_rule_it_breaks(outcome_of, document, rule):
    summary, quarantined = outcome_of("a.jsonl", json_lines(order(1), document))
    assert (summary.valid, summary.quarantined) == (1, 1)
    assert rule in quarantined["detail"].item(), quarantined["detail"].item()
