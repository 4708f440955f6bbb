"""What the feeds of points, offers and surveys refuse, each record by the rule it breaks, and what they keep."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.assets.ingest.conftest import json_lines

AT = "2025-03-01T21:00:00+08:00"
ENTRY: dict[str, Any] = {
    "entry_id": "LP1",
    "account": "M100000001",
    "person": {"member_card": "880000000001", "phone": None},
    "kind": "earned",
    "points": 88,
    "reason": "order",
    "order_id": "O1",
    "occurred_at": AT,
    "expires_on": "2026-02-28",
    "updated_at": AT,
}
OFFER: dict[str, Any] = {
    "offer_id": "OF1",
    "person": {"external_user_id": "wmAAAA1", "unionid": None, "phone": None},
    "offer_kind": "check_up",
    "offer_code": "CHK-BASIC",
    "bundle_code": None,
    "channel": "wecom",
    "status": "taken",
    "shown_at": AT,
    "taken_at": "2025-03-03T21:00:00+08:00",
    "declined_at": None,
    "updated_at": "2025-03-03T21:00:00+08:00",
}
RESPONSE: dict[str, Any] = {
    "response_id": "SV1",
    "person": {"external_user_id": None, "unionid": "oUnio1", "phone": "13800000000"},
    "journey": "o2o_purchase",
    "score": 3,
    "open_answer": "送得太慢。我叫王芳，电话13800000000",
    "order_id": "O1",
    "community_id": None,
    "answered_at": AT,
    "updated_at": AT,
}
SOUND = {"loyalty": ENTRY, "offers": OFFER, "surveys": RESPONSE}


@pytest.mark.parametrize(
    ("feed", "changes", "rule"),
    [
        ("loyalty", {"points": 0}, "sign_by_kind"),
        ("loyalty", {"points": -5}, "sign_by_kind"),
        ("loyalty", {"points": -5, "kind": "redeemed", "expires_on": None}, "sign_by_kind"),
        ("loyalty", {"kind": "redeemed"}, "only_earned_points_expire"),
        ("loyalty", {"kind": "found"}, "value_not_allowed"),
        ("loyalty", {"account": None}, "missing_value"),
        ("loyalty", {"points": 1.5}, "wrong_type"),
        ("offers", {"taken_at": None}, "status_has_its_time"),
        ("offers", {"status": "declined"}, "status_has_its_time"),
        ("offers", {"taken_at": "2025-02-01T21:00:00+08:00"}, "times_in_order"),
        ("offers", {"person": None}, "shown_to_someone"),
        ("offers", {"offer_code": None}, "missing_value"),
        ("surveys", {"score": 11}, "out_of_range"),
        ("surveys", {"score": None}, "missing_value"),
        ("surveys", {"order_id": None}, "about_its_journey"),
        ("surveys", {"journey": "community_service"}, "about_its_journey"),
        ("surveys", {"journey": "o3o"}, "value_not_allowed"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(sandbox, feed: str, changes: dict[str, Any], rule: str) -> None:
    sandbox.drop(feed, "f.jsonl", json_lines(SOUND[feed], SOUND[feed] | changes))
    summary = sandbox.load(feed)
    assert (summary.valid, summary.quarantined) == (1, 1)
    assert sandbox.quarantine().select("source_position", "rule").rows() == [(2, rule)]


def test_an_adjustment_has_a_sign(sandbox) -> None:
    taken_back = ENTRY | {"kind": "adjusted", "points": -44, "expires_on": None}
    sandbox.drop("loyalty", "f.jsonl", json_lines(taken_back, taken_back | {"entry_id": "LP2", "points": 44}))
    assert sandbox.load("loyalty").valid == 2


def test_of_an_open_answer_the_lake_has_the_themes_and_no_word(sandbox) -> None:
    sandbox.drop("surveys", "f.jsonl", json_lines(RESPONSE, RESPONSE | {"response_id": "SV2", "open_answer": None}))
    sandbox.load("surveys")
    rows = sandbox.lake("surveys").sort("response_id")
    assert rows["theme_codes"].to_list() == [["delivery_time"], None]
    assert rows["answer_language"].to_list() == ["zh", None]
    assert "open_answer" not in rows.columns
    for path in sandbox.zones.root.rglob("*"):
        if path.is_file() and "landing" not in path.parts:
            content = path.read_bytes()
            assert not any(word.encode() in content for word in ("王芳", "13800000000", "太慢")), path


def test_no_pattern_a_source_sends_can_name_a_theme(sandbox) -> None:
    sandbox.drop("surveys", "f.jsonl", json_lines(RESPONSE | {"open_answer": None, "theme_codes": ["price"]}))
    sandbox.load("surveys")
    assert sandbox.lake("surveys")["theme_codes"].to_list() == [None]
