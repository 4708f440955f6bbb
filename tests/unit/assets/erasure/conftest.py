"""A data root of two households and what the touchpoints sent about them, as small as shows every case."""

from __future__ import annotations

import gzip
import json
import logging
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.erasure.engine import Rebuilding, carry_out_erasures
from assets.erasure.requests import file_request, read_person_identifiers
from assets.feeds import FEEDS
from assets.identity.asset import resolve_lake
from assets.ingest.engine import IngestKeys, ingest_day
from assets.ingest.summary import IngestSummary
from tests.unit.assets.ingest.conftest import json_lines, order
from warehouse.settings import Settings
from warehouse.snapshot_writing import building_snapshot
from warehouse.tokens import token_of

DAY = date(2025, 3, 5)
NEXT_DAY = date(2025, 3, 6)
ERASED_AT = datetime(2025, 3, 7, tzinfo=UTC)
SHARED_PHONE = "13811112222"
MARY = {
    "member_id": "M100000001",
    "member_card": "880000000001",
    "unionid": "oUnioMary0000000000000000000",
    "openid": "oMiniMary0000000000000000000",
    "external_user_id": "wmAAAAMary0000000000000000000000",
    "phone": SHARED_PHONE,
}
JOHN = {
    "member_id": "M100000002",
    "member_card": "880000000002",
    "unionid": "oUnioJohn0000000000000000000",
    "openid": "oMiniJohn0000000000000000000",
    "external_user_id": "wmAAAAJohn0000000000000000000000",
    "phone": SHARED_PHONE,
}
OWN_PHONE = "13933334444"
"""Only Mary has it; sources write it in several ways."""


def member(who: dict[str, str], updated_at: str = "2025-03-05T08:00:00+08:00", **more: Any) -> dict[str, Any]:
    known = {name: who[name] for name in ("member_id", "member_card", "unionid", "external_user_id", "phone")}
    return known | {"openids": [who["openid"]], "name": "name", "sex": "f", "updated_at": updated_at} | more


def customer(who: dict[str, str], *names: str, **more: str) -> dict[str, str]:
    return {name: who[name] for name in names} | more


class Household:
    """The data root, what can be done to it and what is seen in it."""

    def __init__(self, root: Path) -> None:
        self.settings = Settings(root)
        self.zones = self.settings.zones
        self.rebuilt = 0

    def drop(self, feed: str, name: str, *documents: dict[str, Any] | str, day: date = DAY) -> Path:
        path = self.zones.landing_day(feed, day) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = json_lines(*documents)
        path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
        return path

    def load(self, feed: str, day: date = DAY) -> IngestSummary:
        return ingest_day(self.zones, IngestKeys.load(self.zones), FEEDS[feed], day)

    def token(self, kind: str, identifier: str) -> str:
        found = token_of(IngestKeys.load(self.zones).token, kind, identifier)
        assert found is not None
        return found

    def person(self, who: dict[str, str]) -> str:
        identifiers = read_person_identifiers(self.zones)
        token = self.token("member_id", who["member_id"])
        return identifiers.filter(pl.col("identifier_token") == token)["person_token"].item()

    def lake(self, table: str) -> pl.DataFrame:
        return pl.read_parquet(self.zones.lake / table / "*" / "*.parquet", hive_partitioning=False)

    def quarantine(self) -> pl.DataFrame:
        return pl.read_parquet(self.zones.quarantine / "records" / "*" / "*.parquet", hive_partitioning=False)

    def erase(self, *who: dict[str, str], rebuild: Any = None, now: datetime = ERASED_AT) -> list[Path]:
        for person in who:
            file_request(self.zones, self.person(person), "operator test", now)
        hooks = Rebuilding(lambda: resolve_lake(self.zones), rebuild or self.rebuild)
        return carry_out_erasures(self.settings, hooks, logging.getLogger("erasure"), now)

    def rebuild(self) -> None:
        """A warehouse and a snapshot that hold nothing: what dbt makes of the lake is tested where dbt runs."""
        import duckdb

        self.zones.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
        duckdb.connect(self.zones.warehouse_file).close()
        with building_snapshot(self.zones) as draft:
            draft.publish(tables=[], as_of_date=NEXT_DAY, code_revision="test")
        self.rebuilt += 1


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """Mary and John share a phone; Mary has another one, too. What is hers stands in every zone and spelling."""
    home = Household(tmp_path / "data")
    home.drop(
        "members",
        "m.jsonl.gz",
        member(MARY),
        member(JOHN, name="Zhang"),
        member(MARY, "2025-03-05T09:00:00+08:00", phone="+86 139-3333-4444"),
    )
    home.drop(
        "orders",
        "o.jsonl",
        order(1, customer=customer(MARY, "member_card", "phone")),
        order(2, customer=customer(JOHN, "member_card", "openid")),
        order(3, customer={"phone": SHARED_PHONE}),
        order(4, customer={"phone": "139 3333 4444"}),
    )
    home.drop(
        "orders",
        "refused.jsonl",
        order(5, customer=customer(MARY, "openid"), channel="fax"),
        order(6, customer={"phone": "１３９３３３３４４４４"}, channel="fax"),
        order(7, customer=customer(JOHN, "openid"), channel="fax"),
        order(8, note=f"call {OWN_PHONE}"),
    )
    home.drop("orders", "cut.jsonl", json.dumps(order(9, customer=customer(MARY, "unionid")))[:-40])
    home.drop("orders", "johns.jsonl", order(10, customer=customer(JOHN, "member_card")))
    activity = {"community_id": "C1", "kind": "message", "occurred_at": "2025-03-05T09:00:00+08:00"}
    activity["updated_at"] = activity["occurred_at"]
    home.drop(
        "community_activity",
        "a.jsonl",
        activity | {"event_id": "E1", "member": customer(MARY, "external_user_id", "unionid")},
        activity | {"event_id": "E2", "member": customer(JOHN, "external_user_id", "unionid")},
    )
    for feed in ("members", "orders", "community_activity"):
        home.load(feed)
    resolve_lake(home.zones)
    return home
