"""Published snapshots: how a reader opens one and how the publication puts one in place.

Belongs here: the folder layout of ``published/``, the manifest's format, the atomic switch and the retention. Does not
belong here: which tables go into a snapshot and what they hold (``assets/publication``).

A reader opens the current snapshot once per request and stays on it::

    snapshot = open_current(settings.zones)
    with snapshot.connect() as connection:
        rows = connection.execute("select ...").fetchall()

The publication fills a folder aside and puts it in place; killed at any point, readers keep what they had, and the next
publication clears the rests away::

    with building_snapshot(settings.zones) as draft:
        ...  # write warehouse.duckdb, persons.duckdb and Parquet into draft.folder
        snapshot = draft.publish(tables=..., as_of_date=..., code_revision=..., quality=..., keep=3)
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import duckdb

from warehouse.durable_files import sync_folder
from warehouse.zones import Zones

Database = Literal["warehouse", "persons"]

MANIFEST_NAME = "manifest.json"
CURRENT_NAME = "current"
SNAPSHOT_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
"""UTC time to the second, then the first 8 hex digits of the content's hash: sorts in time, same content shows."""

_OPEN_ATTEMPTS = 5
_ID_TIME = "%Y%m%dT%H%M%SZ"
_BUILDING, _EXPIRED, _NEXT_LINK = ".building-", ".expired-", ".current-"


class NoSnapshotError(RuntimeError):
    """There is no such snapshot to read; the message says what to do."""


class PublicationInProgressError(RuntimeError):
    """Another process is publishing or expiring snapshots right now."""


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


@dataclass
class SnapshotDraft:
    """A snapshot being written aside; made by :func:`building_snapshot` only."""

    zones: Zones
    folder: Path
    """Where the publication writes; nobody reads here."""

    def publish(
        self,
        *,
        tables: Sequence[PublishedTable],
        as_of_date: date,
        code_revision: str,
        quality: Sequence[QualityResult] = (),
        keep: int = 3,
        now: datetime | None = None,
    ) -> Snapshot:
        """Make the folder the current snapshot and expire all but the last ``keep``.

        Every byte is on disk before the folder gets its name, and the folder has its name before the link points to it.

        Args:
            tables: what was written, with the checksums of the Parquet copies.
            as_of_date: last arrival day in the data.
            code_revision: which code made it.
            quality: results of the checks that let it through.
            keep: snapshots that stay, this one included; at least 1.
            now: time of publication (the clock unless given).
        """
        if keep < 1:
            raise ValueError(f"keep is {keep}; at least the snapshot just published must stay, so pass 1 or more")
        created_at = self._next_time(now or datetime.now(UTC))
        snapshot_id = f"{created_at.strftime(_ID_TIME)}-{_content_hash(tables)}"
        manifest = Manifest(
            snapshot_id, created_at.isoformat(), as_of_date, code_revision, tuple(tables), tuple(quality)
        )
        text = json.dumps(manifest.to_dict(), ensure_ascii=False, indent=1) + "\n"
        (self.folder / MANIFEST_NAME).write_text(text, encoding="utf-8")
        _make_read_only(self.folder, tables)
        _sync_tree(self.folder)
        final = self.zones.published / snapshot_id
        os.rename(self.folder, final)  # noqa: PTH104 - the same calls as below, so that tests can cut each of them
        sync_folder(self.zones.published)
        _switch(self.zones, snapshot_id)
        _remove_superseded(self.zones, keep)
        return Snapshot(final, manifest)

    def _next_time(self, now: datetime) -> datetime:
        """``now`` to the second, or one second after the current snapshot if the clock did not move on since."""
        now = now.astimezone(UTC).replace(microsecond=0)
        current = current_snapshot_id(self.zones)
        if current is None:
            return now
        previous = datetime.strptime(current.split("-")[0], _ID_TIME).replace(tzinfo=UTC)
        return max(now, previous + timedelta(seconds=1))


@contextmanager
def building_snapshot(zones: Zones) -> Iterator[SnapshotDraft]:
    """Open a folder aside for the next snapshot; what is left in it unpublished at the end is removed.

    Raises:
        PublicationInProgressError: another process publishes at this moment.
    """
    with _publication_lock(zones):
        _remove_leftovers(zones)
        folder = zones.published / f"{_BUILDING}{secrets.token_hex(8)}"
        folder.mkdir()
        try:
            yield SnapshotDraft(zones, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def expire_snapshots(zones: Zones, *, keep: int) -> list[str]:
    """Remove all but the last ``keep`` snapshots (an erasure keeps 1); returns the ids removed, oldest first.

    Raises:
        PublicationInProgressError: another process publishes at this moment.
    """
    if keep < 1:
        raise ValueError(f"keep is {keep}; readers need the current snapshot, so pass 1 or more")
    with _publication_lock(zones):
        _remove_leftovers(zones)
        return _remove_superseded(zones, keep)


def snapshot_ids(zones: Zones) -> list[str]:
    """Ids of the snapshots that readers can open, oldest first."""
    current = current_snapshot_id(zones)
    return [] if current is None else [name for name in _complete_folders(zones) if name <= current]


def _complete_folders(zones: Zones) -> list[str]:
    return sorted(path.name for path in zones.published.iterdir() if SNAPSHOT_ID.fullmatch(path.name))


def _content_hash(tables: Sequence[PublishedTable]) -> str:
    text = "".join(sorted(f"{table.database}/{table.name}:{table.sha256}\n" for table in tables))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@contextmanager
def _publication_lock(zones: Zones) -> Iterator[None]:
    """One writer of ``published/`` at a time; the kernel frees the lock of a killed process."""
    zones.published.mkdir(parents=True, exist_ok=True)
    with (zones.published / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PublicationInProgressError(
                f"another process is publishing into {zones.published}. Wait until it has ended, then run this again."
            ) from error
        yield


def _switch(zones: Zones, snapshot_id: str) -> None:
    """Point ``published/current`` at a snapshot; a reader sees the old target or the new one, never none."""
    aside = zones.published / f"{_NEXT_LINK}{secrets.token_hex(8)}"
    os.symlink(snapshot_id, aside)  # noqa: PTH211
    os.replace(aside, zones.published / CURRENT_NAME)  # noqa: PTH105
    sync_folder(zones.published)


def _remove_leftovers(zones: Zones) -> None:
    """Clear what a killed publication left: folders aside, links aside, and snapshots that never became current."""
    for path in sorted(zones.published.iterdir()):
        if path.name.startswith((_BUILDING, _EXPIRED)):
            shutil.rmtree(path)
        elif path.name.startswith(_NEXT_LINK):
            os.unlink(path)  # noqa: PTH108
    current = current_snapshot_id(zones) or ""
    for name in _complete_folders(zones):
        if name > current:
            _remove(zones, name)


def _remove_superseded(zones: Zones, keep: int) -> list[str]:
    superseded = snapshot_ids(zones)[:-keep]
    for name in superseded:
        _remove(zones, name)
    return superseded


def _remove(zones: Zones, snapshot_id: str) -> None:
    """Take the name away first, so that nobody opens a snapshot that is half gone."""
    aside = zones.published / f"{_EXPIRED}{snapshot_id}"
    os.rename(zones.published / snapshot_id, aside)  # noqa: PTH104
    shutil.rmtree(aside)


def _make_read_only(folder: Path, tables: Sequence[PublishedTable]) -> None:
    """Published files never change; person-level ones are not for every account of the machine either."""
    restricted = {folder / table.parquet for table in tables if table.database == "persons"} | {
        folder / "persons.duckdb"
    }
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o440 if path in restricted else 0o444)


def _sync_tree(folder: Path) -> None:
    """Force a folder with all it holds to disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
