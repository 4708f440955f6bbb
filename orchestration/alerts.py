"""Tells people of failed runs: a WeCom group robot where one is configured, the log otherwise."""

from __future__ import annotations

import json
import logging
import urllib.request

import dagster as dg

from warehouse.settings import Settings

LOGGER = logging.getLogger(__name__)
WEBHOOK_TIMEOUT_SECONDS = 10


def send_alert(settings: Settings, text: str) -> bool:
    """Post ``text`` to the group robot; True if it took it. An unreachable robot is logged and never raises.

    Message format: WeCom group robot, ``msgtype: text``.
    """
    if settings.alert_webhook_url is None:
        LOGGER.error("Alert (no webhook configured): %s", text)
        return False
    body = json.dumps({"msgtype": "text", "text": {"content": text}}).encode()
    request = urllib.request.Request(
        settings.alert_webhook_url, data=body, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=WEBHOOK_TIMEOUT_SECONDS) as response:
            answer = json.load(response)
    except (OSError, ValueError) as error:
        # The webhook's address carries its key, so only the kind of error is written down.
        LOGGER.error("Alert not delivered (%s): %s", type(error).__name__, text)
        return False
    # The robot answers 200 even when it refuses; errcode tells.
    if answer.get("errcode") != 0:
        LOGGER.error("Alert refused by the group robot (errcode %s): %s", answer.get("errcode"), text)
        return False
    return True


def failure_text(job_name: str, run_id: str, partition: str, failed_steps: list[str], message: str) -> str:
    """What a person needs first: which run, which day, which steps, the first line of the error, what to do."""
    first_line = message.strip().splitlines()[0][:300] if message.strip() else "no message"
    return (
        f"Run {run_id[:8]} of job {job_name} failed for {partition}.\n"
        f"Steps: {', '.join(failed_steps) or 'none started'}\n{first_line}\n"
        "Readers keep the last published snapshot. Open the run in Dagster, mend the cause, re-execute."
    )


def build_failure_alert(settings: Settings) -> dg.SensorDefinition:
    """Sensor that alerts once per failed run."""

    @dg.run_failure_sensor(
        name="failed_run_alert",
        description="Tells the WeCom group (or the log) of every failed run.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def failed_run_alert(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        first_day = run.tags.get("dagster/asset_partition_range_start")
        last_day = run.tags.get("dagster/asset_partition_range_end")
        partition = run.tags.get("dagster/partition") or f"{first_day} to {last_day}"
        steps = [event.step_key for event in context.get_step_failure_events() if event.step_key]
        send_alert(
            settings, failure_text(run.job_name, run.run_id, partition, steps, context.failure_event.message or "")
        )

    return failed_run_alert
