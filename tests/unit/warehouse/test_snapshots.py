"""Readers see whole snapshots only, whatever happens to the writer."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from warehouse.settings import PROJECT_ROOT
from warehouse.snapshot_manifest import Manifest, PublishedColumn, PublishedTable, QualityResult
from warehouse.snapshot_writing import PublicationInProgressError, building_snapshot, expire_snapshots
from warehouse.snapshots import (
    SNAPSHOT_ID,
    NoSnapshotError,
    Snapshot,
    current_snapshot_id,
    open_current,
    open_snapshot,
    snapshot_ids,
)
from warehouse.zones import Zones

NOW = datetime(2026, 11, 23, 4, 45, tzinfo=UTC)


@pytest.fixture
def zones(tmp_path: Path) -> Zones:
    return Zones(tmp_path)


def publish(zones: Zones, value: int, keep: int = 3, now: datetime = NOW) -> Snapshot:
    with building_snapshot(zones) as draft:
        with duckdb.connect(str(draft.folder / "warehouse.duckdb")) as connection:
            connection.execute(f"create table figures as select {value} as figure")
        (draft.folder / "parquet").mkdir()
        (draft.folder / "parquet" / "figures.parquet").write_bytes(str(value).encode())
        column = PublishedColumn("figure", "INTEGER", "The figure.", 1)
        checksum = hashlib.sha256(str(value).encode()).hexdigest()
        table = PublishedTable("figures", "warehouse", 1, (column,), 1, "parquet/figures.parquet", checksum)
        quality = (QualityResult("figures", "figures_present", "fail", True, "1"),)
        return draft.publish(
            tables=[table], as_of_date=date(2026, 11, 22), code_revision="abc", quality=quality, keep=keep, now=now
        )


def read(snapshot: Snapshot) -> int:
    with snapshot.connect() as connection:
        [(figure,)] = connection.execute("select figure from figures").fetchall()
    return figure


def leftovers(zones: Zones) -> list[str]:
    kept = {*snapshot_ids(zones), "current", ".lock"}
    return sorted(path.name for path in zones.published.iterdir() if path.name not in kept)


def test_a_reader_before_the_first_publication_is_told_what_to_do(zones: Zones) -> None:
    with pytest.raises(NoSnapshotError, match="Run the pipeline once"):
        open_current(zones)
    assert current_snapshot_id(zones) is None
    assert not zones.published.exists(), "reading creates nothing"


def test_what_was_published_is_read_back_with_its_manifest(zones: Zones) -> None:
    published = publish(zones, 7)
    opened = open_current(zones)
    assert (read(opened), opened.manifest) == (7, published.manifest)
    assert opened.manifest == Manifest.from_dict(published.manifest.to_dict())
    assert opened.parquet("figures").read_bytes() == b"7"
    assert SNAPSHOT_ID.fullmatch(opened.snapshot_id)
    assert opened.snapshot_id.startswith("20261123T044500Z-")
    assert leftovers(zones) == []


def test_a_field_added_by_a_later_release_does_not_break_an_older_reader() -> None:
    document = {
        "snapshot_id": "x",
        "created_at": "x",
        "as_of_date": "2026-11-22",
        "code_revision": "x",
        "news": 1,
        "tables": [
            {
                "name": "t",
                "database": "warehouse",
                "rows": 0,
                "grade": 1,
                "parquet": "p",
                "sha256": "s",
                "news": 1,
                "columns": [{"name": "c", "type": "INTEGER", "description": "C.", "grade": 1, "news": 1}],
            }
        ],
    }
    assert Manifest.from_dict(document).table("t").columns[0].name == "c"
    with pytest.raises(KeyError, match="it has"):
        Manifest.from_dict(document).table("u")


def test_a_connection_can_neither_write_nor_reach_other_files(zones: Zones, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    publish(zones, 1)
    with open_current(zones).connect() as connection:
        with pytest.raises(duckdb.Error):
            connection.execute("insert into figures values (2)")
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"select * from read_csv('{secret}')")
        with pytest.raises(duckdb.Error):
            connection.execute("set enable_external_access = true")


def test_a_missing_persons_file_is_named_not_a_bare_duckdb_error(zones: Zones) -> None:
    publish(zones, 1)
    with pytest.raises(NoSnapshotError, match=r"persons\.duckdb"):
        open_current(zones).connect("persons")


def test_readers_keep_the_old_snapshot_while_a_new_one_is_published(zones: Zones) -> None:
    publish(zones, 1)
    pinned = open_current(zones)
    with pinned.connect() as connection:
        publish(zones, 2)
        assert connection.execute("select figure from figures").fetchall() == [(1,)]
    assert read(pinned) == 1, "the same request may open it again"
    assert read(open_current(zones)) == 2


def test_a_reader_that_lost_its_snapshot_to_retention_is_told_so(zones: Zones) -> None:
    publish(zones, 1)
    pinned = open_current(zones)
    with pinned.connect() as connection:
        for value in (2, 3, 4):
            publish(zones, value, keep=1)
        assert connection.execute("select figure from figures").fetchall() == [(1,)], "an open file outlives its name"
    with pytest.raises(NoSnapshotError, match="expired"):
        pinned.connect()
    with pytest.raises(NoSnapshotError, match="any more"):
        open_snapshot(zones, pinned.snapshot_id)


def test_a_reader_that_loses_a_race_with_retention_gets_the_new_snapshot(
    zones: Zones, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(zones, 1)
    read_text = Path.read_text
    raced = []

    def publish_first(self: Path, *args: str, **options: str) -> str:
        if not raced:
            raced.append(True)
            publish(zones, 2, keep=1)
        return read_text(self, *args, **options)

    monkeypatch.setattr(Path, "read_text", publish_first)
    assert read(open_current(zones)) == 2


@pytest.mark.parametrize("name", ["../../etc", "current", "", "20261123T044500Z-3fa9c1d2/..", ".building-1"])
def test_an_id_from_outside_cannot_leave_the_published_folder(zones: Zones, name: str) -> None:
    publish(zones, 1)
    with pytest.raises(NoSnapshotError, match="not a snapshot id"):
        open_snapshot(zones, name)


def test_ids_sort_in_time_even_if_the_clock_stands_still_or_goes_back(zones: Zones) -> None:
    times = [NOW, NOW, NOW - timedelta(hours=1), NOW + timedelta(hours=1)]
    ids = [publish(zones, value, now=now).snapshot_id for value, now in enumerate(times)]
    assert ids == sorted(set(ids))


def test_the_same_content_shows_in_the_id(zones: Zones) -> None:
    first, second, other = (publish(zones, value).snapshot_id for value in (1, 1, 2))
    assert first != second
    assert first[-8:] == second[-8:] != other[-8:]


def test_the_last_n_snapshots_stay(zones: Zones) -> None:
    ids = [publish(zones, value, keep=2).snapshot_id for value in range(4)]
    assert snapshot_ids(zones) == ids[-2:]
    assert expire_snapshots(zones, keep=1) == ids[2:3]
    assert snapshot_ids(zones) == ids[3:]
    assert leftovers(zones) == []
    with pytest.raises(ValueError, match="1 or more"):
        expire_snapshots(zones, keep=0)


def test_a_failed_build_changes_nothing(zones: Zones) -> None:
    publish(zones, 1)

    def fail() -> None:
        with building_snapshot(zones) as draft:
            (draft.folder / "warehouse.duckdb").write_text("half")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        fail()
    assert read(open_current(zones)) == 1
    assert leftovers(zones) == []


def test_two_publications_do_not_mix(zones: Zones) -> None:
    with building_snapshot(zones), pytest.raises(PublicationInProgressError, match="Wait"):
        publish(zones, 2)


def test_person_level_files_are_closed_to_other_accounts(zones: Zones) -> None:
    with building_snapshot(zones) as draft:
        (draft.folder / "parquet").mkdir()
        for name in ("warehouse.duckdb", "persons.duckdb", "parquet/members.parquet"):
            (draft.folder / name).write_bytes(b"")
        table = PublishedTable("members", "persons", 0, (), 3, "parquet/members.parquet", "00")
        folder = draft.publish(tables=[table], as_of_date=date(2026, 11, 22), code_revision="abc").folder
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}
    assert modes == {
        "warehouse.duckdb": 0o444,
        "manifest.json": 0o444,
        "persons.duckdb": 0o440,
        "members.parquet": 0o440,
    }


class Killed(BaseException):
    """Stands for kill -9: no handler may go on working after it."""


def kill_at_call(monkeypatch: pytest.MonkeyPatch, number: int) -> Callable[[], int]:
    """Let the file system change ``number`` times, then refuse every further change; returns a count of the calls."""
    calls = 0

    def cut(name: str) -> None:
        original = getattr(os, name)

        def limited(*args: object, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls > number:
                raise Killed(f"{name}{args}")
            return original(*args, **options)

        monkeypatch.setattr(os, name, limited)

    for name in ("mkdir", "rename", "replace", "symlink", "unlink", "rmdir", "fsync", "chmod"):
        cut(name)
    return lambda: calls


def test_killed_at_any_step_readers_keep_a_whole_snapshot_and_the_next_run_heals(tmp_path: Path) -> None:
    step, seen = 0, []
    while True:
        zones = Zones(tmp_path / str(step))
        publish(zones, 1)
        old = publish(zones, 2)
        with pytest.MonkeyPatch.context() as patch:
            calls = kill_at_call(patch, step)
            try:
                # Keeping one makes it expire two, so the cuts fall into the retention too.
                publish(zones, 3, keep=1)
            except Killed:
                finished = False
            else:
                finished = True
        current = open_current(zones)
        seen.append(read(current))
        assert current.manifest.table("figures").rows == 1
        if current.snapshot_id == old.snapshot_id:
            assert seen[-1] == 2
        healed = publish(zones, 4, keep=1)
        assert (read(open_current(zones)), snapshot_ids(zones)) == (4, [healed.snapshot_id])
        assert leftovers(zones) == []
        if finished:
            break
        step += 1
    assert step == calls()
    assert step > 15, "the cuts covered building, renaming, switching and retention"
    assert seen == sorted(seen), "from one step on, and never back, readers see the new snapshot"
    assert set(seen) == {2, 3}


def test_a_process_killed_for_real_frees_the_lock_and_leaves_readers_alone(zones: Zones) -> None:
    publish(zones, 1)
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from warehouse.snapshot_writing import building_snapshot\n"
        "from warehouse.zones import Zones\n"
        "with building_snapshot(Zones(Path(sys.argv[1]))) as draft:\n"
        "    (draft.folder / 'half').write_text('x')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(zones.root)], cwd=PROJECT_ROOT, check=False)
    assert run.returncode == -signal.SIGKILL
    assert len(leftovers(zones)) == 1
    assert read(open_current(zones)) == 1
    publish(zones, 2)
    assert (read(open_current(zones)), leftovers(zones)) == (2, [])
