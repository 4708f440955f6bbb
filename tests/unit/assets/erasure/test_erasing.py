"""An erasure in the files: what goes, what stays, what is counted, and what happens when it is cut off."""

from __future__ import annotations

import json
from datetime import timedelta

import polars as pl
import pytest

from assets.erasure.cases import open_cases
from assets.erasure.decisions import DECISIONS
from assets.erasure.engine import ErasureBlockedError
from assets.erasure.proofs import PUBLIC_KEY_FILE, is_genuine, read_public_key
from assets.erasure.requests import pending_requests
from assets.feeds import FEEDS
from tests.byte_search import files_with, spellings, token_bytes
from tests.unit.assets.erasure.conftest import (
    ERASED_AT,
    JOHN,
    MARY,
    NEXT_DAY,
    OWN_PHONE,
    SHARED_PHONE,
    Household,
    customer,
    member,
)
from tests.unit.assets.ingest.conftest import order
from warehouse.vault import Vault

MARYS_OWN = [*(text for name, text in MARY.items() if name != "phone"), OWN_PHONE]


def marys_traces(home: Household) -> dict[str, set[bytes]]:
    """Files of any zone with an identifier or token that is Mary's alone."""
    kinds = {text: name for name, text in MARY.items()} | {OWN_PHONE: "phone"}
    needles = set().union(*(spellings(text) | token_bytes(home.token(kinds[text], text)) for text in MARYS_OWN))
    return files_with(home.zones.root, needles)


def opened(home: Household, *identifiers: tuple[str, str]) -> list[str]:
    tokens = [home.token(kind, text) for kind, text in identifiers]
    return Vault(home.zones).identifiers_of(tokens, reader="test", purpose="test")["identifier"].to_list()


def test_every_feed_that_names_persons_has_a_decision_with_its_reason():
    naming = {feed.name for feed in FEEDS.values() if any(table.token_columns for table in feed.tables)}
    assert naming == set(DECISIONS)
    assert all(decision.reason for decision in DECISIONS.values())


def test_nothing_of_the_person_is_left_in_any_zone(household):
    before = marys_traces(household)
    assert {name.split("/")[0] for name in before} == {"landing", "lake", "vault"}
    assert opened(household, ("phone", OWN_PHONE)) == [OWN_PHONE]

    household.erase(MARY)

    assert marys_traces(household) == {}
    assert household.person(JOHN)
    assert opened(household, ("phone", OWN_PHONE), ("member_id", MARY["member_id"])) == []


def test_what_carries_totals_keeps_its_numbers_and_what_is_hers_alone_goes(household):
    lines = household.lake("order_lines").sort("order_id")
    amounts = household.lake("orders").sort("order_id").select("order_id", "coupon_yuan", "placed_at")

    household.erase(MARY)

    assert household.lake("order_lines").sort("order_id").equals(lines)
    orders = household.lake("orders").sort("order_id")
    assert orders.select(amounts.columns).equals(amounts)
    tokens = {
        row["order_id"]: {value for name, value in row.items() if name.endswith("_token") and value}
        for row in orders.to_dicts()
    }
    assert tokens["O1"] == set(), "not even the phone that John uses too: the order was hers"
    assert tokens["O4"] == set()
    assert tokens["O2"] == {household.token(kind, JOHN[kind]) for kind in ("member_card", "openid")}
    assert tokens["O3"] == {household.token("phone", SHARED_PHONE)}, "nobody knows whose order it was"
    assert household.lake("members")["member_token"].to_list() == [household.token("member_id", JOHN["member_id"])]
    assert household.lake("community_activity")["event_id"].to_list() == ["E2"]
    assert sorted(opened(household, ("phone", SHARED_PHONE), ("member_id", JOHN["member_id"]))) == [
        SHARED_PHONE,
        JOHN["member_id"],
        "Zhang",
    ]


def test_refused_records_of_the_person_go_and_the_books_say_how_many(household):
    household.erase(MARY)
    left = household.quarantine().filter(pl.col("rule") != "invalid_json")
    assert left["record_id"].to_list() == ["O7"]
    erased = household.lake("erased_records").sort("source_file", "erased_valid_count")
    assert {
        (row["source_file"].split("/")[-1], row["erased_valid_count"], row["erased_quarantined_count"])
        for row in erased.to_dicts()
    } == {("m.jsonl.gz", 2, 0), ("a.jsonl", 1, 0), ("refused.jsonl", 0, 2), ("cut.jsonl", 0, 1)}


def test_landing_files_that_hold_the_person_expire_and_the_others_stay(household):
    household.erase(MARY)
    assert [path.name for path in household.zones.landing.rglob("*.*") if path.is_file()] == ["johns.jsonl"]
    assert household.load("orders").new_files == 0, "a file that is gone is not asked for"


def test_a_landing_file_not_yet_taken_in_is_taken_in_first(household):
    household.drop("orders", "late.jsonl", order(11, customer=customer(MARY, "openid")), day=NEXT_DAY)
    household.erase(MARY)
    assert "O11" in household.lake("orders")["order_id"].to_list()
    assert marys_traces(household) == {}


def test_a_landing_file_that_cannot_be_taken_in_stops_the_erasure_and_nothing_is_signed(household):
    waiting = household.drop("orders", "o.jsonl.part", order(12, customer=customer(MARY, "openid")))
    with pytest.raises(ErasureBlockedError, match=r"orders/2025-03-05/o\.jsonl\.part"):
        household.erase(MARY)
    assert not (household.zones.vault / "proofs").exists()
    waiting.unlink()
    assert len(household.erase()) == 1
    assert marys_traces(household) == {}


def test_the_proof_says_what_went_where_names_nobody_and_shows_when_it_is_forged(household):
    person = household.person(MARY)
    [proof] = household.erase(MARY)
    document = json.loads(proof.read_text())
    statement = document["statement"]
    assert statement["requested_by"] == "operator test"
    assert statement["person_mark"] == Vault(household.zones).mark_of(person) != person
    assert statement["identifiers_destroyed"] == len(MARYS_OWN)
    assert {what: counts["records"] for what, counts in statement["erased"].items()} == {
        "lake: community_activity, removed": 1,
        "lake: members, removed": 2,
        "lake: orders, stripped": 2,
        "landing, expired": 5,
        "quarantine, removed": 3,
    }
    assert person not in proof.read_text()
    key = read_public_key(proof.parent / PUBLIC_KEY_FILE)
    assert is_genuine(proof, key)
    statement["identifiers_destroyed"] += 1
    proof.write_text(json.dumps(document))
    assert not is_genuine(proof, key)


def test_a_document_sent_again_does_not_bring_the_person_back(household):
    household.erase(MARY)
    versions = member(MARY, "2025-03-05T09:30:00+08:00"), member(JOHN, name="Li")
    for name in ("m.jsonl", "again.jsonl"):
        household.drop("members", name, *versions, day=NEXT_DAY)
    household.drop("orders", "again.jsonl", order(1, customer=customer(MARY, "member_card", "phone")), day=NEXT_DAY)
    summaries = [household.load(feed, NEXT_DAY) for feed in ("members", "orders")]
    assert summaries[0].rules == {"erased_person": 1}
    assert summaries[1].quarantined == 0
    refused = household.quarantine().filter(pl.col("rule") == "erased_person").row(0, named=True)
    assert refused["record_id"] is None
    assert refused["raw_encrypted"] is None
    assert marys_traces(household) == {}
    assert [path.name for path in household.zones.landing.rglob("*.*") if path.is_file()] == ["johns.jsonl"]
    again = household.lake("orders").filter(pl.col("order_id") == "O1")
    assert again.height == 2
    assert again["phone_token"].null_count() == 2


def test_a_decision_on_who_is_who_goes_and_does_not_bring_a_token_back(household):
    decision = {
        "decision_id": "D1",
        "decision": "join",
        "member_ids": [MARY["member_id"]],
        "other_identifier_tokens": [household.token("openid", JOHN["openid"])],
        "decided_by": "staff",
        "decided_at": "2025-03-05T10:00:00+08:00",
        "is_withdrawn": True,
        "updated_at": "2025-03-05T10:00:00+08:00",
    }
    household.drop("identity_decisions", "d.jsonl", decision)
    household.load("identity_decisions")
    assert household.lake("identity_decisions").height == 1
    household.erase(MARY)
    assert household.lake("identity_decisions").is_empty()
    mine = {"decision_id": "D2", "member_ids": [JOHN["member_id"]], "identifier_tokens": None}
    mine["other_identifier_tokens"] = [household.token("openid", MARY["openid"])]
    household.drop("identity_decisions", "e.jsonl", decision | mine, day=NEXT_DAY)
    assert household.load("identity_decisions", NEXT_DAY).rules == {"erased_person": 1}
    assert marys_traces(household) == {}


def test_who_comes_back_of_their_own_will_is_taken(household):
    household.erase(MARY)
    later = (ERASED_AT + timedelta(days=1)).isoformat()
    household.drop("members", "new.jsonl", member(MARY, later), day=NEXT_DAY)
    assert household.load("members", NEXT_DAY).valid == 1
    assert household.token("member_id", MARY["member_id"]) in household.lake("members")["member_token"].to_list()


@pytest.mark.parametrize(
    "step",
    [
        "find_in_quarantine",
        "erase_in_quarantine",
        "erase_in_lake",
        "_refuse_files_not_taken_in",
        "expire_snapshots",
        "_search",
        "write_proof",
        "close",
    ],
)
def test_an_erasure_cut_off_at_any_step_is_finished_by_the_next_call(household, monkeypatch, step):
    from assets.erasure import engine

    class CutOffError(Exception):
        pass

    real = getattr(engine, step)

    def half(*arguments, **named):
        if step in ("erase_in_lake", "erase_in_quarantine"):
            real(*arguments, **named)
        raise CutOffError

    monkeypatch.setattr(engine, step, half)
    with pytest.raises(CutOffError):
        household.erase(MARY)
    monkeypatch.undo()
    [proof] = household.erase()

    assert marys_traces(household) == {}
    assert open_cases(household.zones) == []
    assert pending_requests(household.zones) == {}
    erased = household.lake("erased_records")
    assert erased.select("erased_valid_count", "erased_quarantined_count").sum().row(0) == (3, 3)
    counted = json.loads(proof.read_text())["statement"]["erased"]
    assert counted["lake: members, removed"]["records"] == 2
    assert counted["lake: orders, stripped"]["records"] == 2
    assert counted["quarantine, removed"]["records"] == 3


def test_two_of_one_household_leave_no_trace_together(household):
    household.erase(MARY, JOHN)
    assert household.rebuilt == 1
    tokens = household.lake("orders").select(pl.col("^.*_token$")).row(2)
    assert household.lake("members").is_empty()
    assert len(list((household.zones.vault / "proofs").glob("*.json"))) == 2
    assert tokens.count(None) >= len(tokens) - 1


def test_without_a_request_nothing_is_done(household):
    before = {path: path.stat().st_mtime_ns for path in household.zones.lake.rglob("*")}
    assert household.erase() == []
    assert household.rebuilt == 0
    assert {path: path.stat().st_mtime_ns for path in household.zones.lake.rglob("*")} == before
