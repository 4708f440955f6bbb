"""The tables beside those of the feeds: receipts, quarantine, and what erasures took out of both."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from assets.feeds import FEEDS
from assets.ingest.writing import write_table
from assets.model_tables import ensure_model_tables
from warehouse.zones import Zones

RECEIPTS_TABLE = "file_receipts"
RECEIPT_SCHEMA: dict[str, pl.DataType] = {
    "receipt_id": pl.String(),
    "feed": pl.String(),
    "source_file": pl.String(),
    "file_id": pl.String(),
    "received_count": pl.Int64(),
    "valid_count": pl.Int64(),
    "quarantined_count": pl.Int64(),
    "is_unreadable": pl.Boolean(),
    "is_repeated_file": pl.Boolean(),
    "unknown_columns": pl.List(pl.String()),
    "byte_count": pl.Int64(),
}
ERASED_TABLE = "erased_records"
ERASED_SCHEMA: dict[str, pl.DataType] = {
    "feed": pl.String(),
    "source_file": pl.String(),
    "file_id": pl.String(),
    "erased_valid_count": pl.Int64(),
    "erased_quarantined_count": pl.Int64(),
}
"""How many records of erased persons were taken out again, per landing file and erasure; names nobody."""
QUARANTINE_SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    "records": {
        "feed": pl.String(),
        "source_file": pl.String(),
        "source_position": pl.Int64(),
        "file_id": pl.String(),
        "rule": pl.String(),
        "detail": pl.String(),
        "record_id": pl.String(),
        "raw_encrypted": pl.Binary(),
        "raw_key_id": pl.String(),
    },
    "unknown_columns": {
        "feed": pl.String(),
        "source_file": pl.String(),
        "source_position": pl.Int64(),
        "file_id": pl.String(),
        "column_name": pl.String(),
        "value_encrypted": pl.Binary(),
        "value_key_id": pl.String(),
    },
}
# A day before any feed: its partition holds the schema and no rows.
SCHEMA_DAY = date(1970, 1, 1)
SCHEMA_FILE = "schema.parquet"


def ensure_tables(zones: Zones) -> None:
    """See to it that every lake and quarantine table can be read before anything arrived."""
    for feed in FEEDS.values():
        for table in feed.tables:
            _ensure(zones.lake_day(table.name, SCHEMA_DAY) / SCHEMA_FILE, table.lake_schema)
    _ensure(zones.lake_day(RECEIPTS_TABLE, SCHEMA_DAY) / SCHEMA_FILE, RECEIPT_SCHEMA)
    _ensure(zones.lake_day(ERASED_TABLE, SCHEMA_DAY) / SCHEMA_FILE, ERASED_SCHEMA)
    for name, schema in QUARANTINE_SCHEMAS.items():
        _ensure(zones.quarantine_day(name, SCHEMA_DAY) / SCHEMA_FILE, schema)
    ensure_model_tables(zones)


def _ensure(path: Path, schema: dict[str, pl.DataType]) -> None:
    if not path.exists() or pl.read_parquet_schema(path) != schema:
        write_table(path, pl.DataFrame(schema=schema))
