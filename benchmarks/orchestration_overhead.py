"""What orchestration costs: one more day as the daily job, beside the same dbt build run bare.

``python -m benchmarks.orchestration_overhead [--rounds 3]`` simulates the default chain, loads all but its last day,
then, interleaved and each time from a fresh copy of that state, (a) runs the daily job for the last day (ingest, dbt,
checks, publication, all of Dagster) and (b) the bare ``dbt build`` of that day over the same, already ingested, files.
Prints medians and their ratio.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from assets.models import DBT_PROJECT_DIR, dbt_environment, dbt_executable
from warehouse.settings import PROJECT_ROOT, Settings

START_DAY = date(2026, 3, 1)


def _run(command: list[str], environment: dict[str, str]) -> float:
    """Seconds that ``command`` took from start to end; its output is shown only if it fails."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return seconds


def _environment(root: Path, day: date) -> dict[str, str]:
    own = dbt_environment(Settings(data_root=root))
    arrived = {"WAREHOUSE_ARRIVED_FROM": day.isoformat(), "WAREHOUSE_ARRIVED_TO": day.isoformat()}
    return {**os.environ, **own, **arrived, "DAGSTER_HOME": str(root / "dagster")}


def _load_command(module: str, first: date, last: date) -> list[str]:
    return [sys.executable, "-m", module, "--from", first.isoformat(), "--to", last.isoformat()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stores", type=int, default=12)
    parser.add_argument("--days", type=int, default=62)
    options = parser.parse_args()
    last_day = START_DAY + timedelta(days=options.days - 1)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base"
        print(f"Simulating and loading {options.stores} stores x {options.days - 1} days", flush=True)
        simulate = [sys.executable, "-m", "simulator", "--landing", str(base / "landing"), "--truth",
                    str(base / "truth"), "--stores", str(options.stores), "--start-day", START_DAY.isoformat(),
                    "--days", str(options.days)]  # fmt: skip
        _run(simulate, _environment(base, last_day))
        history = _load_command("orchestration.load", START_DAY, last_day - timedelta(days=1))
        print(f"  history: {_run(history, _environment(base, last_day)):.1f} s", flush=True)
        jobs, builds = [], []
        for round_number in range(1, options.rounds + 1):
            root = Path(folder) / "round"
            shutil.copytree(base, root, symlinks=True)
            jobs.append(_run(_load_command("orchestration.load", last_day, last_day), _environment(root, last_day)))
            shutil.rmtree(root)
            shutil.copytree(base, root, symlinks=True)
            _run(_load_command("assets.ingest", last_day, last_day), _environment(root, last_day))
            bare = [dbt_executable(), "build", "--project-dir", str(DBT_PROJECT_DIR)]
            builds.append(_run(bare, _environment(root, last_day)))
            shutil.rmtree(root)
            print(f"  round {round_number}: daily job {jobs[-1]:.1f} s, bare dbt build {builds[-1]:.1f} s", flush=True)
    job, build = statistics.median(jobs), statistics.median(builds)
    print(f"One more day, medians of {options.rounds}: daily job {job:.1f} s, bare dbt build {build:.1f} s, "
          f"ratio {job / build:.2f} (aim: below 1.5, and the job below 60 s)")  # fmt: skip


if __name__ == "__main__":
    main()
