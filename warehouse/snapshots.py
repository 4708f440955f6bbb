"""Published snapshots as readers see them: where they lie and how one is opened.

Belongs here: the folder layout of ``published/`` and the reading of it. Does not belong here: how a snapshot is put in
place (:mod:`warehouse.snapshot_writing`) and which tables go into one (``assets/publication``).

A reader opens the current snapshot once per request and stays on it::

    snapshot = open_current(settings.zones)
    with snapshot.connect() as connection:
        rows = connection.execute("select ...").fetchall()
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse.snapshot_manifest import MANIFEST_NAME, Database, Manifest
from warehouse.zones import Zones

CURRENT_NAME = "current"
SNAPSHOT_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
"""UTC time to the second, then the first 8 hex digits of the content's hash: sorts in time, same content shows."""

_OPEN_ATTEMPTS = 5


class NoSnapshotError(RuntimeError):
    """There is no such snapshot to read; the message says what to do."""


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


def snapshot_ids(zones: Zones) -> list[str]:
    """Ids of the snapshots that readers can open, oldest first."""
    current = current_snapshot_id(zones)
    return [] if current is None else [name for name in complete_snapshot_folders(zones) if name <= current]


def complete_snapshot_folders(zones: Zones) -> list[str]:
    """Ids of all snapshots that lie there whole, also those that never became current, oldest first."""
    return sorted(path.name for path in zones.published.iterdir() if SNAPSHOT_ID.fullmatch(path.name))
