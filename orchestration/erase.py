"""``make erase PERSON=<person token>``: erase one person, and everyone whose request is pending, now.

The request is filed in the vault and carried out by the job ``erasure``, in this process. A call that was cut off is
simply given again.
"""

from __future__ import annotations

import argparse
import getpass
import os
import time
import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from assets.erasure.asset import build_erasure_job
from assets.erasure.cases import open_cases
from assets.erasure.proofs import proofs_folder
from assets.erasure.requests import file_request, pending_requests, read_person_identifiers
from orchestration.jobs import REBUILD_JOB_NAME
from orchestration.local import dagster_instance, run_and_exit
from warehouse.settings import Settings

ERRORS_ON_CONSOLE = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def build_erasures(settings: Settings) -> tuple[dg.JobDefinition, dg.ScheduleDefinition]:
    """The job ``erasure`` and its schedule."""
    job = build_erasure_job(settings, lambda instance: rebuild(settings, instance))
    return job, build_erasure_schedule(settings, job)


def build_erasure_schedule(settings: Settings, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Every night, when the daily run is long over and has brought the day's requests in."""

    @dg.schedule(
        name="erasure_schedule",
        job=job,
        cron_schedule="30 3 * * *",
        execution_timezone=settings.timezone,
        description="Carries out the erasures asked for, if there are any.",
    )
    def erasure_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if not open_cases(settings.zones) and not pending_requests(settings.zones):
            return dg.SkipReason("Nobody has asked to be erased.")
        local = context.scheduled_execution_time.astimezone(ZoneInfo(settings.timezone))
        return dg.RunRequest(run_key=(local.date() - timedelta(days=1)).isoformat())

    return erasure_schedule


def rebuild(settings: Settings, instance: dg.DagsterInstance, run_id: str | None = None) -> None:
    """Run everything downstream of the lake as a run of its own, with the id given or another.

    Raises :class:`RuntimeError` if it fails; readers then keep the snapshot they have.
    """
    # Here, not above: the definitions hold the job that calls this.
    from orchestration.definitions import build_defs

    job = build_defs(settings).resolve_job_def(REBUILD_JOB_NAME)
    # On Spark the tables of earlier runs are still there; dbt reads the flag from the environment.
    os.environ["DBT_FULL_REFRESH"] = "true"
    try:
        result = job.execute_in_process(
            instance=instance, run_id=run_id, run_config=ERRORS_ON_CONSOLE, raise_on_error=False
        )
    finally:
        del os.environ["DBT_FULL_REFRESH"]
    if not result.success:
        steps = sorted({event.step_key for event in result.all_events if event.is_failure and event.step_key})
        raise RuntimeError(
            f"The warehouse could not be rebuilt ({', '.join(steps)}): mend the cause, then run the erasure again; it"
            " goes on where it was"
        )


def _watched_rebuild(settings: Settings, instance: dg.DagsterInstance) -> None:
    # Here, not above: it imports the definitions too.
    from orchestration.load import RunProgress

    run_id = str(uuid.uuid4())
    with RunProgress(instance, run_id, "rebuilding"):
        rebuild(settings, instance, run_id)


def main(arguments: list[str] | None = None) -> None:
    """File the request and run the job."""
    parser = argparse.ArgumentParser(prog="make erase", description=__doc__)
    parser.add_argument("--person", help="person token; without it only what is pending is carried out")
    parser.add_argument("--by", default=getpass.getuser(), help="who orders it; stands in the proof")
    options = parser.parse_args(arguments)
    settings = Settings.from_env()
    zones = settings.zones
    if options.person:
        known = read_person_identifiers(zones)["person_token"].to_list()
        is_under_way = any(case.request.person_token == options.person for case in open_cases(zones))
        if not is_under_way:
            if options.person not in known:
                raise SystemExit("No person has this token: look it up in the published dim_persons, then try again")
            file_request(zones, options.person, f"operator {options.by}")
    before = set(proofs_folder(zones).glob("*.json"))
    started = time.monotonic()
    job = build_erasure_job(settings, lambda instance: _watched_rebuild(settings, instance))
    print("Taking the person out of landing, lake and quarantine")
    with dagster_instance(settings) as instance:
        result = job.execute_in_process(instance=instance, run_config=ERRORS_ON_CONSOLE, raise_on_error=False)
    if not result.success:
        [failure] = [event.step_failure_data for event in result.all_events if event.is_step_failure]
        error = failure.error
        while error is not None and error.cause is not None:
            error = error.cause
        raise SystemExit(f"Not erased: {error.message if error else 'the run failed'}")
    proofs = sorted(set(proofs_folder(zones).glob("*.json")) - before)
    for proof in proofs:
        print(f"Erased; proof {proof.name}")
    print(f"{len(proofs)} persons erased in {time.monotonic() - started:.0f} s; proofs in {proofs_folder(zones)}")


if __name__ == "__main__":
    run_and_exit(main)
