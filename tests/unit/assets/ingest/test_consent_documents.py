"""What the feed of consents refuses, each record by the rule it breaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.assets.ingest.conftest import json_lines

CONSENT: dict[str, Any] = {
    "consent_id": "C1",
    "person": {"member_id": "M100000001", "member_card": None, "phone": "13800000000"},
    "purpose": "care",
    "action": "granted",
    "occurred_at": "2025-03-01T21:00:00+08:00",
    "channel": "store",
    "text_version": "2024-06",
    "given_by_guardian": False,
    "updated_at": "2025-03-01T21:00:00+08:00",
}
ERASURE = {"consent_id": "C2", "purpose": None, "action": "erasure_requested"}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"person": None}, "about_someone"),
        ({"purpose": None}, "purpose_unless_erasure"),
        ({"action": "erasure_requested"}, "purpose_unless_erasure"),
        ({"purpose": "fun"}, "value_not_allowed"),
        ({"action": "shrugged"}, "value_not_allowed"),
        ({"text_version": None}, "missing_value"),
        ({"given_by_guardian": None}, "missing_value"),
    ],
)
def test_a_consent_that_says_nothing_certain_is_refused(sandbox, changes: dict[str, Any], rule: str) -> None:
    sandbox.drop("consents", "c.jsonl", json_lines(CONSENT, CONSENT | ERASURE, CONSENT | changes))
    summary = sandbox.load("consents")
    assert (summary.valid, summary.quarantined) == (2, 1)
    assert sandbox.quarantine().select("source_position", "rule").rows() == [(3, rule)]
