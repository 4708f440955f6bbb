"""Runs the daily job in this process, without web server or daemon, and shows how far it is.

``python -m orchestration.load --from DAY --to DAY`` loads a range of arrival days as one run; a call that was cut off
is simply given again.
"""

from __future__ import annotations

import argparse
import threading
import time
import uuid
from collections.abc import Sequence
from datetime import date

import dagster as dg

from orchestration.definitions import build_defs
from orchestration.jobs import DAILY_JOB_NAME
from orchestration.local import dagster_instance, run_and_exit
from warehouse.settings import Settings

PARTITION_RANGE_START = "dagster/asset_partition_range_start"
PARTITION_RANGE_END = "dagster/asset_partition_range_end"
PROGRESS_SECONDS = 2.0


class RunProgress:
    """Prints, every few seconds, which step a run is in and which table it made last."""

    def __init__(self, instance: dg.DagsterInstance, run_id: str, label: str) -> None:
        self._instance, self._run_id, self._label = instance, run_id, label
        self._done = threading.Event()
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> RunProgress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(PROGRESS_SECONDS):
            step = self._latest(dg.DagsterEventType.STEP_START)
            table = self._latest(dg.DagsterEventType.ASSET_MATERIALIZATION)
            doing = step.step_key if step else "starting"
            made = f", last table {table.asset_key.to_user_string()}" if table and table.asset_key else ""
            print(f"  {self._label}: {doing}{made}, {time.monotonic() - self._started:.0f} s", flush=True)

    def _latest(self, event_type: dg.DagsterEventType) -> dg.DagsterEvent | None:
        """The run's last event of one type; only that one is read, for a backfill has thousands."""
        found = self._instance.get_records_for_run(self._run_id, of_type=event_type, ascending=False, limit=1)
        return found.records[0].event_log_entry.dagster_event if found.records else None


def load_days(settings: Settings, ranges: Sequence[tuple[date, date]]) -> None:
    """Run the daily job once per range of arrival days (both ends inclusive), in this order.

    Raises :class:`SystemExit` with the failed steps and the next step to take; later ranges are then not run.
    """
    with dagster_instance(settings) as instance:
        job = build_defs(settings).resolve_job_def(DAILY_JOB_NAME)
        for first, last in ranges:
            _load_range(job, instance, first, last)


def _load_range(job: dg.JobDefinition, instance: dg.DagsterInstance, first: date, last: date) -> None:
    run_id = str(uuid.uuid4())
    started = time.monotonic()
    is_one_day = first == last
    label = f"day {first}" if is_one_day else f"days {first} to {last}"
    with RunProgress(instance, run_id, label):
        result = job.execute_in_process(
            instance=instance,
            run_id=run_id,
            partition_key=first.isoformat() if is_one_day else None,
            tags=None
            if is_one_day
            else {PARTITION_RANGE_START: first.isoformat(), PARTITION_RANGE_END: last.isoformat()},
            run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
            raise_on_error=False,
        )
    if not result.success:
        steps = sorted({event.step_key for event in result.all_events if event.is_failure and event.step_key})
        raise SystemExit(
            f"Run {run_id} failed in {', '.join(steps) or 'its start'}; readers keep the last snapshot. "
            "Open it with `make up`, mend the cause and give the same command again."
        )
    print(f"  {label}: done in {time.monotonic() - started:.0f} s", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Load a range of arrival days given on the command line."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.load", description=__doc__)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, help="first arrival day")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, help="last arrival day")
    options = parser.parse_args(arguments)
    load_days(Settings.from_env(), [(options.first, options.last)])


if __name__ == "__main__":
    run_and_exit(main)
