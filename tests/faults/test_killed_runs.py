"""kill -9 at one stage of a daily run after the other, the same command again each time: as if nothing had happened.

One data root goes through all of it, for a run costs a minute: each further run finds what the killed ones before it
left. Only the process that was started is killed, as a person or the kernel would; what it had started (dbt) is left to
itself, and the second call has to cope with that too.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.warehouse_comparison import differing_published_tables, differing_tables
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.snapshots import open_current
from warehouse.zones import Zones

START_DAY = date(2026, 3, 1)
LAST_DAY = START_DAY + timedelta(days=9)
STAGE_TIMEOUT_SECONDS = 600


def environment(root: Path) -> dict[str, str]:
    return {**os.environ, "WAREHOUSE_DATA_DIR": str(root)}


def load_command(first: date, last: date) -> list[str]:
    return [sys.executable, "-m", "orchestration.load", "--from", first.isoformat(), "--to", last.isoformat()]


def run(command: list[str], root: Path) -> None:
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment(root), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def kill_when(stage_reached: Callable[[Zones, set[Path]], bool], root: Path) -> None:
    """Start the last day's run and kill it with -9 as soon as the stage shows."""
    zones = Zones(root)
    earlier = logs(zones)
    with (root / "killed.log").open("w") as log:
        process = subprocess.Popen(
            load_command(LAST_DAY, LAST_DAY), cwd=PROJECT_ROOT, env=environment(root), stdout=log, stderr=log
        )
        deadline = time.monotonic() + STAGE_TIMEOUT_SECONDS
        while not stage_reached(zones, earlier):
            assert process.poll() is None, (
                f"ended before the stage was seen: {(root / 'killed.log').read_text()[-2000:]}"
            )
            assert time.monotonic() < deadline, "the stage was never seen"
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def logs(zones: Zones) -> set[Path]:
    """What dbt has logged of each step of each run."""
    return set(zones.dbt.glob("*/*/dbt.log"))


def log_of_run(zones: Zones, step: str, earlier: set[Path]) -> str:
    """What dbt has logged so far in one step of the run; the runs before it have left logs as well."""
    found = [path for path in logs(zones) - earlier if path.parent.name.startswith(f"{step}-")]
    return found[0].read_text(errors="replace") if found else ""


def is_ingesting(zones: Zones, _: set[Path]) -> bool:
    """Some of the day's files have their receipt, the last feed has none yet."""
    return any(zones.lake_day("file_receipts", LAST_DAY).glob("*.parquet"))


def is_between_dbt_calls(zones: Zones, earlier: set[Path]) -> bool:
    """dbt has made what the Python model assets read; the marts are those of the day before."""
    return "Done. PASS" in log_of_run(zones, "warehouse_intermediates", earlier)


def is_in_dbt(zones: Zones, earlier: set[Path]) -> bool:
    """dbt has begun to replace the day in a fact table."""
    _, is_running, log = log_of_run(zones, "warehouse_marts", earlier).partition("Concurrency:")
    return bool(is_running) and "fct_orders" in log


def is_publishing(zones: Zones, _: set[Path]) -> bool:
    """The new snapshot is being written beside the old one."""
    return any(zones.published.glob(".building-*"))


@pytest.fixture(scope="module")
def loaded_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data root with everything landed and all but the last day loaded."""
    root = tmp_path_factory.mktemp("killed") / "base"
    simulate = [
        sys.executable, "-m", "simulator", "--landing", str(root / "landing"), "--truth", str(root / "truth"),
        "--stores", "3", "--skus", "40", "--members", "300", "--start-day", START_DAY.isoformat(),
        "--days", str((LAST_DAY - START_DAY).days + 1), "--fault-rate", "0.05",
    ]  # fmt: skip
    run(simulate, root)
    run(load_command(START_DAY, LAST_DAY - timedelta(days=1)), root)
    return root


@pytest.fixture(scope="module")
def undisturbed(loaded_history: Path) -> Path:
    root = loaded_history.parent / "undisturbed"
    shutil.copytree(loaded_history, root, symlinks=True)
    run(load_command(LAST_DAY, LAST_DAY), root)
    return root


@pytest.mark.thorough
def test_runs_killed_at_every_stage_in_turn_leave_what_an_undisturbed_one_leaves(
    loaded_history: Path, undisturbed: Path
) -> None:
    root = loaded_history.parent / "killed"
    shutil.copytree(loaded_history, root, symlinks=True)
    before = open_current(Zones(root)).snapshot_id
    for stage_reached in (is_ingesting, is_between_dbt_calls, is_in_dbt, is_publishing):
        kill_when(stage_reached, root)
        assert open_current(Zones(root)).snapshot_id == before, f"readers saw a run cut off: {stage_reached.__name__}"

    run(load_command(LAST_DAY, LAST_DAY), root)

    assert open_current(Zones(root)).manifest.as_of_date == LAST_DAY
    assert differing_tables(Settings(root).zones.warehouse_file, Settings(undisturbed).zones.warehouse_file) == {}
    assert differing_published_tables(Zones(root), Zones(undisturbed)) == {}
    assert not list(Zones(root).published.glob(".building-*")), "the killed publication left its folder behind"
