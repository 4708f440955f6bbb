"""Who is to be erased: filed in the vault, or asked for in the consents feed."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from assets.erasure.requests import ErasureRequest, file_request, pending_requests, withdraw_filed
from assets.erasure.searching import holds
from assets.erasure.spelling import Needles
from tests.unit.assets.erasure.conftest import JOHN, MARY, SHARED_PHONE, Household

NOON = datetime(2025, 3, 5, 12, tzinfo=UTC)


def test_a_filed_request_waits_in_the_vault_and_its_file_name_tells_nothing(household: Household) -> None:
    person = household.person(MARY)
    path = file_request(household.zones, person, "operator x", NOON)
    file_request(household.zones, person, "operator y", NOON.replace(hour=13))
    assert person not in path.name
    assert path.is_relative_to(household.zones.vault)
    assert path.stat().st_mode & 0o777 == 0o600
    request = ErasureRequest(person, "operator x", "2025-03-05T12:00:00+00:00")
    assert pending_requests(household.zones) == {person: request}
    withdraw_filed(household.zones, person)
    assert pending_requests(household.zones) == {}


def test_the_latest_version_of_a_consent_record_asks_for_the_person_of_its_strongest_identifier(
    household: Household, caplog: pytest.LogCaptureFixture
) -> None:
    record = {
        "consent_id": "C1",
        "person": {"member_card": MARY["member_card"], "phone": SHARED_PHONE},
        "purpose": None,
        "action": "erasure_requested",
        "occurred_at": "2025-03-05T10:00:00+08:00",
        "channel": "store",
        "text_version": "1",
        "given_by_guardian": False,
        "updated_at": "2025-03-05T10:00:00+08:00",
    }
    mistaken = record | {"consent_id": "C2", "person": {"member_id": JOHN["member_id"]}}
    granted = mistaken | {"action": "granted", "purpose": "care", "updated_at": "2025-03-05T11:00:00+08:00"}
    nobodys = record | {"consent_id": "C3", "person": {"phone": SHARED_PHONE}}
    household.drop("consents", "c.jsonl", record, mistaken, granted, nobodys)
    household.load("consents")
    person = household.person(MARY)
    assert pending_requests(household.zones) == {
        person: ErasureRequest(person, "person via store", "2025-03-05T02:00:00+00:00")
    }
    household.erase()
    # Regression: with Mary gone the phone was John's alone, and a request that nobody can be held to would erase him.
    assert pending_requests(household.zones) == {}
    assert "consent records C3" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        '{"phone": "13933334444"}',
        '{"phone": "+86 139-3333-4444"}',
        "0086 (139) 3333 4444",
        "１３９３３３３４４４４",
        r"\u0031\u0033\u0039\uff13333\u0034444",
        "call 139.3333.4444 now",
    ],
)
def test_an_identifier_is_found_in_every_spelling(text: str) -> None:
    assert Needles(["13933334444"]).are_in(text)
    assert not Needles(["13933334445"]).are_in(text)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_a_file_is_looked_through_as_far_as_it_can_be_read(name: str, tmp_path: Path) -> None:
    rows = [{"n": number, "phone": f"139{number * 48271 % 10**8:08d}"} for number in range(20_000)]
    plain = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path = tmp_path / name
    if name.endswith(".parquet"):
        pl.DataFrame(rows).write_parquet(path)
    elif name.endswith(".zst"):
        path.write_bytes(pa.Codec("zstd").compress(plain, asbytes=True))
    else:
        path.write_bytes(gzip.compress(plain) if name.endswith(".gz") else plain)
    early, late, never = (Needles([text]) for text in (rows[5_000]["phone"], rows[-1]["phone"], "13800000000"))
    assert holds(path, early)
    assert holds(path, late)
    assert not holds(path, never)
    if not name.endswith(".parquet"):
        # Regression: of a cut stream nothing was looked at, because reading it in one piece raises at its end.
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
        assert holds(path, early)


def test_nothing_to_look_for_is_found_nowhere() -> None:
    assert not Needles([]).are_in("anything")
