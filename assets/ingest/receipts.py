"""Receipts of one feed and arrival day: what is loaded already, and the commit mark of what gets loaded now."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date

import polars as pl

from assets.feeds.base import Feed
from assets.ingest.summary import FileOutcome
from assets.ingest.tables import RECEIPT_SCHEMA, RECEIPTS_TABLE
from assets.ingest.writing import write_table
from warehouse.zones import Zones


def receipt_id_of(source_file: str, file_id: str) -> str:
    """Id of the receipt for one content under one name; the arrival day is part of the name."""
    return hashlib.sha256(f"{source_file}\x00{file_id}".encode()).hexdigest()[:32]


class Receipts:
    """The receipts of one feed and day, read once and added to."""

    def __init__(self, zones: Zones, feed: Feed, arrived_on: date) -> None:
        self._zones = zones
        self._feed = feed
        self._arrived_on = arrived_on
        self._folder = zones.lake_day(RECEIPTS_TABLE, arrived_on)
        self._outcomes: dict[str, FileOutcome] = {}
        files = sorted(self._folder.glob("*.parquet")) if self._folder.is_dir() else []
        if files:
            rows = pl.read_parquet(files, hive_partitioning=False).filter(pl.col("feed") == feed.name)
            for row in rows.iter_rows(named=True):
                self._outcomes[row["receipt_id"]] = self._outcome(row)

    def outcome(self, source_file: str, file_id: str) -> FileOutcome | None:
        """What became of this content under this name, if it was loaded before."""
        return self._outcomes.get(receipt_id_of(source_file, file_id))

    def original(self, file_id: str) -> FileOutcome | None:
        """The readable file that brought this content first, if one did.

        A file that could not be read is no original: under a better name the same content may well be readable.
        """
        found = (outcome for outcome in self._outcomes.values() if outcome.file_id == file_id)
        return next((outcome for outcome in found if not outcome.is_repeated_file and not outcome.is_unreadable), None)

    def repeat(self, original: FileOutcome, source_file: str) -> FileOutcome:
        """Outcome of a file that brings the content of ``original`` again: same counts, no rows of its own."""
        return replace(original, source_file=source_file, is_repeated_file=True, is_new=True, rules={})

    def write(self, outcome: FileOutcome) -> None:
        """Write the receipt; from here on the file counts as loaded."""
        receipt_id = receipt_id_of(outcome.source_file, outcome.file_id)
        row = {
            "receipt_id": receipt_id,
            "feed": self._feed.name,
            "source_file": outcome.source_file,
            "file_id": outcome.file_id,
            "received_count": outcome.received,
            "valid_count": outcome.valid,
            "quarantined_count": outcome.quarantined,
            "is_unreadable": outcome.is_unreadable,
            "is_repeated_file": outcome.is_repeated_file,
            "unknown_columns": list(outcome.unknown_columns),
            "byte_count": outcome.byte_count,
        }
        write_table(self._folder / f"{receipt_id}.parquet", pl.DataFrame([row], schema=RECEIPT_SCHEMA))
        self._outcomes[receipt_id] = outcome

    def _outcome(self, row: dict) -> FileOutcome:
        """A receipt read back, with the rules its records broke."""
        rules: Counter[str] = Counter()
        reason = None
        if row["quarantined_count"] and not row["is_repeated_file"]:
            stem = row["receipt_id"] if row["is_unreadable"] else row["file_id"]
            path = self._zones.quarantine_day("records", self._arrived_on) / f"{stem}.parquet"
            if path.exists():
                broken = pl.read_parquet(path, columns=["rule", "detail"], hive_partitioning=False)
                rules.update(broken["rule"].to_list())
                reason = f"{broken['rule'][0]}: {broken['detail'][0]}" if row["is_unreadable"] else None
        return FileOutcome(
            source_file=row["source_file"],
            file_id=row["file_id"],
            received=row["received_count"],
            valid=row["valid_count"],
            quarantined=row["quarantined_count"],
            byte_count=row["byte_count"],
            is_unreadable=row["is_unreadable"],
            reason=reason,
            is_repeated_file=row["is_repeated_file"],
            is_new=False,
            unknown_columns=tuple(row["unknown_columns"]),
            rules=dict(rules),
        )
