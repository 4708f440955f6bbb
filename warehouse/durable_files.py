"""Files that are either whole and on disk or not there at all: written aside, synced, renamed into place.

The aside file lies beside its target (same file system, so the rename is atomic), hidden by a leading dot and the
ending ``.aside``, and its writer holds a lock on it for as long as it lives. :func:`remove_leftovers` takes away those
whose writer is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

ASIDE_SUFFIX = ".aside"
# Between creating an aside file and locking it lie microseconds; a minute is a generous bound for a stalled process.
_UNLOCKED_GRACE_SECONDS = 60.0


class AsideFile:
    """A file being written beside its target.

    Write to :attr:`path`, then :meth:`commit`. Used as a context manager it discards itself when the block ends without
    a commit, whatever the reason.
    """

    def __init__(self, target: Path, mode: int = 0o644) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        self.target = target
        self.path = target.with_name(f".{target.name}.{secrets.token_hex(8)}{ASIDE_SUFFIX}")
        self._lock = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def commit(self) -> None:
        """Sync the content, rename it onto the target and sync the folder; readers see the old file or the new one."""
        os.fsync(self._lock)
        self.path.replace(self.target)
        sync_folder(self.target.parent)
        self._release()

    def discard(self) -> None:
        """Take the aside file away; without effect after a commit."""
        if self._lock >= 0:
            self.path.unlink(missing_ok=True)
            self._release()

    def _release(self) -> None:
        os.close(self._lock)
        self._lock = -1

    def __enter__(self) -> AsideFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def write_atomically(path: Path, writer: Callable[[Path], object], mode: int = 0o644) -> None:
    """Let ``writer`` write a file aside and put it at ``path`` in one step, durable when this returns.

    ``writer`` gets the path to write to, which exists and is empty. An error in it leaves ``path`` as it was.
    """
    with AsideFile(path, mode) as aside:
        writer(aside.path)
        aside.commit()


def remove_leftovers(folder: Path) -> list[Path]:
    """Delete aside files below ``folder`` whose writer is gone; return them.

    A file whose writer still lives is locked and stays.
    """
    removed: list[Path] = []
    if not folder.is_dir():
        return removed
    for leftover in folder.rglob(f".*{ASIDE_SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):
            if _is_abandoned(leftover):
                leftover.unlink()
                removed.append(leftover)
    return removed


def _is_abandoned(aside: Path) -> bool:
    """Whether nobody holds the lock of ``aside``, which is old enough for its writer to have taken it."""
    if time.time() - aside.stat().st_ctime < _UNLOCKED_GRACE_SECONDS:
        return False
    handle = os.open(aside, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names inside ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
