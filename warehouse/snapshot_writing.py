"""How the publication puts a snapshot in place: a folder aside, a rename, a switch of the link, retention.

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
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from warehouse.durable_files import sync_folder
from warehouse.snapshot_manifest import MANIFEST_NAME, Manifest, PublishedTable, QualityResult
from warehouse.snapshots import CURRENT_NAME, Snapshot, complete_snapshot_folders, current_snapshot_id, snapshot_ids
from warehouse.zones import Zones

_ID_TIME = "%Y%m%dT%H%M%SZ"
_BUILDING, _EXPIRED, _NEXT_LINK = ".building-", ".expired-", ".current-"


class PublicationInProgressError(RuntimeError):
    """Another process is publishing or expiring snapshots right now."""


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
    for name in complete_snapshot_folders(zones):
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
