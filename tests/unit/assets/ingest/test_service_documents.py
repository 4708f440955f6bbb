"""What the feeds of delivery claims and service tickets refuse, each record by the rule it breaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.assets.ingest.conftest import json_lines

CLAIM: dict[str, Any] = {
    "claim_id": "DC1",
    "order_id": "O1",
    "claim_kind": "damage",
    "courier_company": "顺丰同城",
    "liable_party": "courier",
    "claimed_yuan": 40.5,
    "settled_yuan": 30.0,
    "opened_at": "2025-03-01T21:00:00+08:00",
    "settled_at": "2025-03-03T09:00:00+08:00",
    "outcome": "paid",
    "updated_at": "2025-03-03T09:00:00+08:00",
}
OPEN_CLAIM = {"liable_party": None, "settled_yuan": None, "settled_at": None, "outcome": None}
TICKET: dict[str, Any] = {
    "ticket_id": "ST1",
    "order_id": "O1",
    "customer": {"external_user_id": None, "unionid": "oUnio1", "phone": "13800000000"},
    "topic": "refund",
    "ticket_channel": "wecom",
    "opened_at": "2025-03-01T21:00:00+08:00",
    "first_answered_at": "2025-03-01T21:02:00+08:00",
    "resolved_at": "2025-03-02T09:00:00+08:00",
    "outcome": "solved",
    "updated_at": "2025-03-02T09:00:00+08:00",
}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"settled_at": "2025-02-28T09:00:00+08:00"}, "times_in_order"),
        ({"outcome": None, "settled_yuan": None}, "outcome_when_settled"),
        ({"settled_yuan": None}, "paid_by_someone"),
        ({"liable_party": None}, "paid_by_someone"),
        ({"outcome": "rejected"}, "paid_by_someone"),
        ({"claim_kind": "bad_luck"}, "value_not_allowed"),
        ({"claimed_yuan": -1.0}, "out_of_range"),
        ({"order_id": None}, "missing_value"),
    ],
)
def test_a_claim_that_contradicts_itself_is_refused(sandbox, changes: dict[str, Any], rule: str) -> None:
    sound = [CLAIM, CLAIM | OPEN_CLAIM | {"claim_id": "DC2"}]
    sandbox.drop("delivery_claims", "c.jsonl", json_lines(*sound, CLAIM | changes))
    summary = sandbox.load("delivery_claims")
    assert (summary.valid, summary.quarantined) == (2, 1)
    assert sandbox.quarantine().select("source_position", "rule").rows() == [(3, rule)]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"order_id": None, "customer": None}, "about_someone"),
        ({"first_answered_at": "2025-03-01T20:00:00+08:00"}, "times_in_order"),
        ({"resolved_at": "2025-03-01T21:01:00+08:00"}, "times_in_order"),
        ({"outcome": None}, "outcome_when_resolved"),
        ({"topic": "the weather"}, "value_not_allowed"),
        ({"opened_at": None}, "missing_value"),
    ],
)
def test_a_ticket_that_contradicts_itself_is_refused(sandbox, changes: dict[str, Any], rule: str) -> None:
    sound = [TICKET, TICKET | {"ticket_id": "ST2", "order_id": None}]
    sandbox.drop("service_tickets", "t.jsonl", json_lines(*sound, TICKET | changes))
    summary = sandbox.load("service_tickets")
    assert (summary.valid, summary.quarantined) == (2, 1)
    assert sandbox.quarantine().select("source_position", "rule").rows() == [(3, rule)]
