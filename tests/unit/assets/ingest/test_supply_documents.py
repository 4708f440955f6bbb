"""What the feeds of purchase orders and of decisions on signals refuse, each record by the rule it breaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.assets.ingest.conftest import json_lines

LINE: dict[str, Any] = {
    "purchase_order_line_id": "PO1-1",
    "purchase_order_id": "PO1",
    "supplier_id": "V1",
    "location_id": "DC1",
    "sku_id": "SKU1",
    "ordered_quantity": 40,
    "unit_price_yuan": 6.5,
    "ordered_at": "2025-03-01T21:00:00+08:00",
    "promised_dispatch_on": "2025-03-03",
    "promised_receipt_on": "2025-03-05",
    "dispatched_at": "2025-03-03T15:00:00+08:00",
    "dispatched_quantity": 40,
    "received_at": "2025-03-05T20:40:00+08:00",
    "received_quantity": 38,
    "cancelled_at": None,
    "updated_at": "2025-03-05T20:40:00+08:00",
}
NOT_SENT_YET = {
    "dispatched_at": None,
    "dispatched_quantity": None,
    "received_at": None,
    "received_quantity": None,
    "updated_at": "2025-03-01T21:00:00+08:00",
}
DECISION: dict[str, Any] = {
    "decision_id": "SD1",
    "signal_kind": "replenishment",
    "signal_date": "2025-03-04",
    "location_id": "S1",
    "sku_id": "SKU1",
    "source_location_id": None,
    "decision": "approved",
    "decided_quantity": None,
    "reason_code": None,
    "decided_at": "2025-03-05T09:10:00+08:00",
    "updated_at": "2025-03-05T09:10:00+08:00",
}
CHANGED = {"decision": "changed", "decided_quantity": 12, "reason_code": "no_shelf_space"}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"dispatched_at": "2025-02-28T15:00:00+08:00"}, "times_in_order"),
        ({"received_at": "2025-03-02T15:00:00+08:00"}, "times_in_order"),
        (NOT_SENT_YET | {"cancelled_at": "2025-02-28T15:00:00+08:00"}, "times_in_order"),
        ({"promised_receipt_on": "2025-03-02"}, "promised_after_order"),
        ({"received_quantity": None}, "quantity_of_each_step"),
        (NOT_SENT_YET | {"dispatched_quantity": 3}, "quantity_of_each_step"),
        ({"ordered_quantity": 0}, "out_of_range"),
        ({"supplier_id": None}, "missing_value"),
    ],
)
def test_a_purchase_order_line_that_contradicts_itself_is_refused(sandbox, changes: dict[str, Any], rule: str) -> None:
    sound = [LINE, LINE | NOT_SENT_YET | {"purchase_order_line_id": "PO1-2"}]
    sandbox.drop("purchase_orders", "p.jsonl", json_lines(*sound, LINE | changes))
    summary = sandbox.load("purchase_orders")
    assert (summary.valid, summary.quarantined) == (2, 1)
    refused = sandbox.quarantine()
    assert refused.select("source_position", "rule").rows() == [(3, rule)]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"decided_quantity": 12}, "quantity_when_changed"),
        (CHANGED | {"decided_quantity": None}, "quantity_when_changed"),
        (CHANGED | {"reason_code": None}, "reason_unless_approved"),
        ({"decision": "refused"}, "reason_unless_approved"),
        ({"decision": "refused", "reason_code": "did_not_like_it"}, "value_not_allowed"),
        ({"signal_kind": "transfer"}, "transfer_has_source"),
        ({"signal_date": None}, "missing_value"),
    ],
)
def test_a_decision_that_does_not_say_what_was_decided_is_refused(sandbox, changes: dict[str, Any], rule: str) -> None:
    transfer = {
        "signal_kind": "transfer",
        "source_location_id": "S2",
        "decision": "refused",
        "reason_code": "source_short",
    }
    sound = [DECISION, DECISION | CHANGED, DECISION | transfer]
    sandbox.drop("signal_decisions", "d.jsonl", json_lines(*sound, DECISION | changes))
    summary = sandbox.load("signal_decisions")
    assert (summary.valid, summary.quarantined) == (3, 1)
    refused = sandbox.quarantine()
    assert refused.select("source_position", "rule").rows() == [(4, rule)]
