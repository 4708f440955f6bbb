"""A data root to load into, and documents to break."""

from __future__ import annotations

import copy
import gzip
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.feeds import FEEDS
from assets.ingest.engine import IngestKeys, ingest_day
from assets.ingest.summary import IngestSummary
from assets.ingest.tables import ensure_tables
from warehouse.keys import find_key, unseal
from warehouse.zones import Zones

DAY = date(2025, 3, 5)

ORDER: dict[str, Any] = {
    "order_id": "O1",
    "channel": "meituan",
    "store_id": "S1",
    "fulfilling_location_id": "S1",
    "customer": {
        "member_card": "MC001",
        "phone": "13812345678",
        "unionid": None,
        "openid": None,
        "platform_user_id": "P-77",
    },
    "delivery_mode": "instant",
    "status": "delivered",
    "placed_at": "2025-03-05T10:00:00+08:00",
    "paid_at": "2025-03-05T10:01:00+08:00",
    "reviewed_at": None,
    "accepted_at": "2025-03-05T10:02:00+08:00",
    "picked_at": "2025-03-05T10:05:00+08:00",
    "handed_over_at": "2025-03-05T10:09:00+08:00",
    "delivered_at": "2025-03-05T10:25:00+08:00",
    "cancelled_at": None,
    "promised_at": "2025-03-05T10:40:00+08:00",
    "cancelled_by": None,
    "cancel_reason": None,
    "distance_meters": 1200,
    "address_cell": "wtw3s",
    "courier_company": "达达",
    "is_cold_chain": False,
    "payments": [{"method": "wechat_pay", "amount_yuan": 20.0}, {"method": "medical_insurance", "amount_yuan": 9.07}],
    "lines": [
        {
            "line_number": 1,
            "sku_id": "SKU1",
            "quantity": 2,
            "unit_price_yuan": 10.5,
            "discount_yuan": 1.0,
            "unit_cost_yuan": 6.0,
            "lot_id": "L1",
            "trace_codes": ["810", "811"],
            "prescription_id": None,
        },
        {
            "line_number": 2,
            "sku_id": "SKU2",
            "quantity": 1,
            "unit_price_yuan": 14.07,
            "discount_yuan": 0.0,
            "unit_cost_yuan": 4.02,
            "lot_id": "L2",
            "trace_codes": [],
            "prescription_id": "RX1",
        },
    ],
    "coupon": {"code": "C5", "amount_yuan": 5.0},
    "refunds": [],
    "shipments": [],
    "guidance": None,
    "updated_at": "2025-03-05T10:26:00+08:00",
}
INVENTORY_HEADER = (
    "movement_id,movement_kind,location_id,sku_id,lot_id,expiry_date,quantity,unit_cost_yuan,occurred_at,order_id,"
    "counterparty_location_id,purchase_order_line_id,updated_at"
)


def order(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A sound order document with the given keys changed."""
    return copy.deepcopy(ORDER) | {"order_id": f"O{number}"} | changes


def movement(number: int = 1, quantity: str = "-2", kind: str = "sale") -> str:
    """A sound CSV row of the inventory feed."""
    time = "2025-03-05T10:00:00+08:00"
    return f"M{number},{kind},S1,SKU1,L1,2026-01-01,{quantity},6.00,{time},O1,,,{time}"


def json_lines(*documents: dict[str, Any] | str) -> bytes:
    """Documents, or lines as they are, as JSON Lines."""
    lines = [
        document if isinstance(document, str) else json.dumps(document, ensure_ascii=False) for document in documents
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def csv_file(*rows: str, header: str = INVENTORY_HEADER) -> bytes:
    """Rows under a header."""
    return "".join(f"{row}\n" for row in (header, *rows)).encode()


class Sandbox:
    """One data root: drop files, load days, look at what came out."""

    def __init__(self, root: Path) -> None:
        self.zones = Zones(root)
        self.keys = IngestKeys.load(self.zones)

    def drop(self, feed: str, name: str, content: bytes, day: date = DAY) -> Path:
        """Put a file into the landing zone, compressed if its name says so."""
        path = self.zones.landing_day(feed, day) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
        return path

    def load(self, feed: str, day: date = DAY) -> IngestSummary:
        """Load one arrival day."""
        return ingest_day(self.zones, self.keys, FEEDS[feed], day)

    def lake(self, table: str, day: date = DAY) -> pl.DataFrame:
        """Rows of one lake table and day."""
        schema = pl.read_parquet(self.zones.lake_day(table, date(1970, 1, 1)) / "schema.parquet")
        files = sorted(self.zones.lake_day(table, day).glob("*.parquet"))
        return pl.concat([schema, *(pl.read_parquet(file, hive_partitioning=False) for file in files)])

    def quarantine(self, table: str = "records", day: date = DAY) -> pl.DataFrame:
        """Rows of one quarantine table and day."""
        schema = pl.read_parquet(self.zones.quarantine_day(table, date(1970, 1, 1)) / "schema.parquet")
        files = sorted(self.zones.quarantine_day(table, day).glob("*.parquet"))
        return pl.concat([schema, *(pl.read_parquet(file, hive_partitioning=False) for file in files)])

    def unsealed(self, sealed: bytes, key_id: str) -> str:
        """Decrypt a quarantined text."""
        return unseal(find_key(self.zones.keys, "quarantine", key_id), sealed)

    def files(self) -> dict[str, bytes]:
        """Every file below the root but landing and keys, by path."""
        kept = (path for part in ("lake", "quarantine") for path in (self.zones.root / part).rglob("*"))
        return {path.relative_to(self.zones.root).as_posix(): path.read_bytes() for path in kept if path.is_file()}

    def assert_books_balance(self) -> None:
        """Per file: received = valid + quarantined, and the tables agree with the receipt."""
        receipts = self.lake("file_receipts")
        assert (receipts["received_count"] == receipts["valid_count"] + receipts["quarantined_count"]).all()
        originals = receipts.filter(~pl.col("is_repeated_file"))
        keys = ["source_file", "file_id"]
        per_file = self.quarantine().group_by(keys).agg(rows=pl.len().cast(pl.Int64))
        joined = originals.join(per_file, on=keys, how="left").with_columns(pl.col("rows").fill_null(0))
        assert joined["rows"].to_list() == joined["quarantined_count"].to_list()


@pytest.fixture(scope="session")
def prepared_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root with keys and empty tables; making them syncs some twenty files, so it is done once."""
    root = tmp_path_factory.mktemp("prepared")
    IngestKeys.load(Zones(root))
    ensure_tables(Zones(root))
    return root


@pytest.fixture
def sandbox(tmp_path: Path, prepared_root: Path) -> Sandbox:
    return Sandbox(Path(shutil.copytree(prepared_root, tmp_path / "data")))


@pytest.fixture
def outcome_of(sandbox: Sandbox) -> Callable[[str, bytes, str], tuple[IngestSummary, pl.DataFrame]]:
    """Load one file and give its summary and quarantined records."""

    def load(name: str, content: bytes, feed: str = "orders") -> tuple[IngestSummary, pl.DataFrame]:
        sandbox.drop(feed, name, content)
        summary = sandbox.load(feed)
        sandbox.assert_books_balance()
        return summary, sandbox.quarantine()

    return load
