"""However the days came in, and whatever happened on the way, the marts are the ones that one full build makes.

One warehouse is taken through it all, because a build costs seconds: the last days first, then the first ones in a run
that is killed, then the days between, then a day twice, then a full refresh. After each stage that leaves the whole
history loaded, its file is put aside and compared with the session's chain, which was built in one go.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from assets.model_tables import ensure_model_tables
from tests.integration.chains import (
    START_DAY,
    WITHOUT_TESTS,
    BuiltChain,
    build_warehouse,
    dbt_command,
    dbt_environment,
)
from tests.integration.conftest import ChainOf
from tests.warehouse_comparison import differing_tables
from warehouse.settings import PROJECT_ROOT
from warehouse.zones import Zones

FIRST_DAYS_END = START_DAY + timedelta(days=9)
LAST_DAYS_BEGIN = START_DAY + timedelta(days=24)
REPEATED_DAY = START_DAY + timedelta(days=20)
KILL_DEADLINE_SECONDS = 300


@dataclass(frozen=True)
class Stages:
    """Warehouse files put aside, each with the whole history loaded."""

    in_another_order: Path
    after_a_day_twice: Path
    full_refresh: Path
    was_killed_half_way: bool


def load_arrival_days(source: Zones, target: Zones, wanted: Callable[[date], bool]) -> None:
    """Bring the arrival days of the lake and the quarantine that are wanted, as ingest would have; links, no copies."""
    for zone in (source.lake, source.quarantine):
        for day in zone.glob("*/arrived_on=*"):
            if wanted(date.fromisoformat(day.name.removeprefix("arrived_on="))):
                shutil.copytree(
                    day, target.root / day.relative_to(source.root), copy_function=os.link, dirs_exist_ok=True
                )
    ensure_model_tables(target)


def kill_build_half_way(zones: Zones) -> bool:
    """Start a build, kill it with -9 once the facts are being written; whether it was killed before its end."""
    log = zones.root / "killed.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            dbt_command(zones, *WITHOUT_TESTS),
            cwd=PROJECT_ROOT,
            env=dbt_environment(zones),
            stdout=output,
            stderr=output,
        )
        deadline = time.monotonic() + KILL_DEADLINE_SECONDS
        while "fct_orders" not in log.read_text():
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, "the facts were never reached"
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def whole(built_chain: ChainOf) -> BuiltChain:
    return built_chain(0.05)


@pytest.fixture(scope="module")
def stages(whole: BuiltChain, tmp_path_factory: pytest.TempPathFactory) -> Stages:
    zones = Zones(tmp_path_factory.mktemp("rebuilt"))

    def put_aside(name: str) -> Path:
        return Path(shutil.copy(zones.warehouse_file, zones.root / f"{name}.duckdb"))

    load_arrival_days(whole.zones, zones, lambda day: day >= LAST_DAYS_BEGIN or day < START_DAY)
    build_warehouse(zones, WITHOUT_TESTS)
    load_arrival_days(whole.zones, zones, lambda day: START_DAY <= day <= FIRST_DAYS_END)
    was_killed = kill_build_half_way(zones)
    load_arrival_days(whole.zones, zones, lambda day: FIRST_DAYS_END < day < LAST_DAYS_BEGIN)
    build_warehouse(zones, WITHOUT_TESTS)
    in_another_order = put_aside("in_another_order")
    repeated = REPEATED_DAY.isoformat()
    build_warehouse(zones, WITHOUT_TESTS, WAREHOUSE_ARRIVED_FROM=repeated, WAREHOUSE_ARRIVED_TO=repeated)
    after_a_day_twice = put_aside("after_a_day_twice")
    # Every other table is made anew with every build anyway.
    build_warehouse(zones, (*WITHOUT_TESTS, "--full-refresh", "--select", "config.materialized:incremental"))
    return Stages(in_another_order, after_a_day_twice, put_aside("full_refresh"), was_killed)


def test_the_first_days_after_the_last_and_a_run_killed_between_give_the_same_marts(
    whole: BuiltChain, stages: Stages
) -> None:
    assert stages.was_killed_half_way
    assert differing_tables(whole.zones.warehouse_file, stages.in_another_order) == {}


def test_an_arrival_day_taken_twice_changes_nothing(whole: BuiltChain, stages: Stages) -> None:
    assert differing_tables(whole.zones.warehouse_file, stages.after_a_day_twice) == {}


def test_day_by_day_gives_what_a_full_refresh_gives(whole: BuiltChain, stages: Stages) -> None:
    assert differing_tables(stages.after_a_day_twice, stages.full_refresh) == {}
    assert differing_tables(whole.zones.warehouse_file, stages.full_refresh) == {}


def test_a_run_takes_up_only_the_files_that_are_not_in_the_books(stages: Stages) -> None:
    with duckdb.connect(str(stages.after_a_day_twice), read_only=True) as warehouse:
        days = warehouse.sql("select distinct arrived_on from stg_ingest__pending_files").fetchall()
    assert days == [(REPEATED_DAY,)]
