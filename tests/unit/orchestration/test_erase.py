"""What starts an erasure."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.erasure.requests import file_request
from assets.identity.schema import PERSON_IDENTIFIERS
from assets.model_tables import ensure_model_tables, write_model_table
from orchestration import erase
from warehouse.settings import Settings

NIGHT = datetime(2026, 3, 1, 19, 30, tzinfo=UTC)
PERSON = "ab" * 16


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("WAREHOUSE_DATA_DIR", str(tmp_path))
    settings = Settings(tmp_path)
    ensure_model_tables(settings.zones)
    return settings


def test_the_schedule_starts_only_if_somebody_asked(settings: Settings) -> None:
    _, schedule = erase.build_erasures(settings)
    # Without an instance: a context that is given one leaves it behind for every test after this.
    context = dg.build_schedule_context(scheduled_execution_time=NIGHT)
    assert schedule.evaluate_tick(context).run_requests == []
    file_request(settings.zones, PERSON, "operator test")
    [request] = schedule.evaluate_tick(context).run_requests or []
    assert PERSON not in str(request), "Dagster keeps what a run request says"


def test_a_token_that_nobody_has_is_refused_before_anything_is_filed(settings: Settings) -> None:
    with pytest.raises(SystemExit, match="No person has this token"):
        erase.main(["--person", PERSON])
    assert not list(settings.zones.vault.rglob("*.json"))


def test_a_run_that_fails_says_why_and_keeps_the_request(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pl.read_parquet(settings.zones.lake / PERSON_IDENTIFIERS / "*.parquet")
    row = {"identifier_token": "cd" * 16, "identifier_kind": "openid", "person_token": PERSON, "is_shared": False}
    mine = pl.DataFrame([row | {"first_seen_on": None}], schema=rows.schema)
    write_model_table(settings.zones, PERSON_IDENTIFIERS, mine)

    def blocked(*_: object) -> None:
        raise RuntimeError("a landing file is in the way")

    monkeypatch.setattr("assets.erasure.asset.carry_out_erasures", blocked)
    with pytest.raises(SystemExit, match=r"Not erased: .*a landing file is in the way"):
        erase.main(["--person", PERSON, "--by", "me"])
    assert len(list((settings.zones.vault / "erasures" / "requests").glob("*.json"))) == 1
