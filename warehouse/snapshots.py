"""Published snapshots: how a reader opens one and how the publication puts one in place.

Belongs here: the folder layout of ``published/``, the manifest's format, the atomic switch and the retention. Does not
belong here: which tables go into a snapshot and what they hold (``assets/publication``).

A reader opens the current snapshot once per request and stays on it::

    snapshot = open_current(settings.zones)
    with snapshot.connect() as connection:
        rows = connection.sql("select ...").fetchall()
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

from warehouse.zones import Zones

Database = Literal["warehouse", "persons"]

MANIFEST_NAME = "manifest.json"
CURRENT_NAME = "current"
SNAPSHOT_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
"""UTC time to the second, then the first 8 hex digits of the content's hash: sorts in time, same content shows."""

_OPEN_ATTEMPTS = 5


class NoSnapshotError(RuntimeError):
    """There is no such snapshot to read; the message says what to do."""


@dataclass(frozen=True)
class PublishedColumn:
    """One column of a published table."""

    name: str
    type: str
    """DuckDB type, e.g. ``DECIMAL(12,2)``."""
    description: str
    grade: int
    """Sensitivity, 1 (public) to 5."""
    unit: str | None = None


@dataclass(frozen=True)
class PublishedTable:
    """One table of a snapshot."""

    name: str
    database: Database
    rows: int
    columns: tuple[PublishedColumn, ...]
    grade: int
    """Highest grade of its columns."""
    parquet: str
    """Path of the Parquet copy, relative to the snapshot's folder."""
    sha256: str
    """Of the Parquet copy."""
    description: str = ""
    key: tuple[str, ...] = ()
    """Columns that identify a row; rows are stored in their order."""


@dataclass(frozen=True)
class QualityResult:
    """What one check before publication found. Never holds identifiers."""

    table: str
    check: str
    severity: Literal["fail", "warn"]
    passed: bool
    observed: str
    """What was seen, in words or figures; may be empty."""


@dataclass(frozen=True)
class Manifest:
    """Contents of ``manifest.json``: what a snapshot holds, how fresh it is, which code made it."""

    snapshot_id: str
    created_at: str
    """ISO 8601, UTC."""
    as_of_date: date
    """Last arrival day that is in the data."""
    code_revision: str
    tables: tuple[PublishedTable, ...]
    quality: tuple[QualityResult, ...] = ()

    def table(self, name: str) -> PublishedTable:
        """Entry of one table.

        Raises:
            KeyError: the snapshot has no such table; the message lists those it has.
        """
        for entry in self.tables:
            if entry.name == name:
                return entry
        raise KeyError(f"{name} is not in snapshot {self.snapshot_id}; it has {[entry.name for entry in self.tables]}")

    def to_dict(self) -> dict[str, Any]:
        """The manifest as JSON types."""
        return asdict(self) | {"as_of_date": self.as_of_date.isoformat()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Manifest:
        """Read a manifest; fields a later release may add are ignored, so old readers keep working."""

        def known(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
            return {name: values[name] for name in kind.__dataclass_fields__ if name in values}

        tables = [
            PublishedTable(
                **known(PublishedTable, table)
                | {
                    "columns": tuple(PublishedColumn(**known(PublishedColumn, column)) for column in table["columns"]),
                    "key": tuple(table.get("key", ())),
                }
            )
            for table in document["tables"]
        ]
        quality = [QualityResult(**known(QualityResult, result)) for result in document.get("quality", ())]
        return cls(
            **known(cls, document)
            | {
                "as_of_date": date.fromisoformat(document["as_of_date"]),
                "tables": tuple(tables),
                "quality": tuple(quality),
            }
        )


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot, pinned: a later publication does not change what it reads."""

    folder: Path
    manifest: Manifest = field(repr=False)

    @property
    def snapshot_id(self) -> str:
        """Its id, to be shown on every page, export and answer."""
        return self.manifest.snapshot_id

    def connect(self, database: Database = "warehouse") -> duckdb.DuckDBPyConnection:
        """Open one of its DuckDB files read-only; the caller closes it (``with snapshot.connect() as connection``).

        SQL on it sees this file only: no other file, no network. Times come back in UTC.

        Args:
            database: ``warehouse`` (grades 1-2, no person key) or ``persons`` (person-level).

        Raises:
            NoSnapshotError: the file is not there: expired meanwhile, or (``persons``) not deployed to this machine.
        """
        path = self.folder / f"{database}.duckdb"
        if not path.is_file():
            raise NoSnapshotError(
                f"{path} is missing: snapshot {self.snapshot_id} has expired or {database}.duckdb was not copied to"
                " this machine. Open the current snapshot again."
            )
        connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})
        connection.execute("set timezone = 'UTC'")
        return connection

    def parquet(self, table: str) -> Path:
        """Path of the Parquet copy of ``table``.

        Raises:
            KeyError: the snapshot has no such table.
        """
        return self.folder / self.manifest.table(table).parquet


def current_snapshot_id(zones: Zones) -> str | None:
    """Id that ``published/current`` points at, or None when nothing was published. One system call: cheap to poll."""
    try:
        return (zones.published / CURRENT_NAME).readlink().name
    except FileNotFoundError:
        return None


def open_current(zones: Zones) -> Snapshot:
    """Open the snapshot that is current now; the link is followed once, so a request never sees two snapshots.

    Raises:
        NoSnapshotError: nothing was published yet.
    """
    for _ in range(_OPEN_ATTEMPTS):
        snapshot_id = current_snapshot_id(zones)
        if snapshot_id is None:
            break
        try:
            return open_snapshot(zones, snapshot_id)
        except NoSnapshotError:
            # Only if it expired between the two calls is another attempt of use.
            if current_snapshot_id(zones) == snapshot_id:
                raise
    raise NoSnapshotError(
        f"nothing is published in {zones.published}. Run the pipeline once (the daily job publishes when its checks"
        " pass); if it ran, look for a red check on published/snapshot in the Dagster UI."
    )


def open_snapshot(zones: Zones, snapshot_id: str) -> Snapshot:
    """Open one snapshot by id, e.g. the one a page was drawn from.

    Raises:
        NoSnapshotError: the id is malformed or that snapshot has expired.
    """
    if not SNAPSHOT_ID.fullmatch(snapshot_id):
        raise NoSnapshotError(f"{snapshot_id!r} is not a snapshot id; one looks like 20261123T044500Z-3fa9c1d2")
    folder = zones.published / snapshot_id
    try:
        document = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NoSnapshotError(
            f"snapshot {snapshot_id} is not in {zones.published} (any more). Open the current one."
        ) from error
    return Snapshot(folder, Manifest.from_dict(document))
