"""Small chains, simulated, ingested and built by dbt: what the integration tests of this folder look at."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from assets.feeds import FEEDS
from assets.identity.asset import propose_matches, resolve_lake
from assets.ingest.engine import IngestKeys, ingest_days
from simulator.chain import simulate
from simulator.config import ChainConfig
from warehouse.settings import PROJECT_ROOT
from warehouse.zones import Zones

DBT_PROJECT = PROJECT_ROOT / "dbt_project"
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
"""Arguments of a build that only makes the tables."""
START_DAY = date(2026, 1, 10)
DAYS = 35
"""More than a month, so that month-to-date KPIs see a month end."""


@dataclass(frozen=True)
class BuiltChain:
    """A chain with its warehouse; read it, never change it: all tests of a session share it."""

    zones: Zones
    truth: Path
    as_of: date
    """Greatest arrival day of any received file."""

    def rows(self, query: str) -> pl.DataFrame:
        """Answer of the warehouse to a query."""
        with duckdb.connect(self.zones.warehouse_file, read_only=True) as connection:
            return connection.sql(query).pl()


def dbt_command(zones: Zones, *arguments: str) -> list[str]:
    """``dbt build`` on the project, with target folder and log below the data root."""
    target = zones.root / "dbt_target"
    folders = ["--project-dir", str(DBT_PROJECT), "--target-path", str(target), "--log-path", str(target)]
    return [str(Path(sys.executable).parent / "dbt"), "build", *folders, *arguments]


def dbt_environment(zones: Zones, **variables: str) -> dict[str, str]:
    """Environment of a dbt process that works below ``zones``."""
    own = {"WAREHOUSE_DATA_DIR": str(zones.root), "DBT_PROFILES_DIR": str(DBT_PROJECT)}
    return {**os.environ, **own, **variables}


def build_warehouse(zones: Zones, arguments: Sequence[str] = (), **variables: str) -> None:
    """Find out who is who and run ``dbt build`` to its end; fails the test with dbt's words if it does not succeed."""
    resolve_lake(zones)
    # Comparing all members takes seconds; a build of some models does without.
    if "--select" not in arguments:
        propose_matches(zones)
    zones.warehouse_file.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        dbt_command(zones, *arguments),
        cwd=PROJECT_ROOT,
        env=dbt_environment(zones, **variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def chain_in(folder: Path) -> BuiltChain:
    """The chain that :func:`build_chain` builds in ``folder``."""
    return BuiltChain(Zones(folder / "data"), folder / "truth", START_DAY + timedelta(days=DAYS - 1))


def build_chain(folder: Path, fault_rate: float) -> BuiltChain:
    """Simulate a chain into ``folder``, load it and build its warehouse.

    dbt's tests take as long as the models: the chain with faults, which is the harder one, runs them for both.
    """
    chain = chain_in(folder)
    config = ChainConfig(stores=4, skus=60, members=400, start_day=START_DAY, days=DAYS, fault_rate=fault_rate)
    simulate(config, chain.zones.landing, chain.truth)
    ingest_days(chain.zones, IngestKeys.load(chain.zones), FEEDS.values(), START_DAY, chain.as_of)
    build_warehouse(chain.zones, () if fault_rate else WITHOUT_TESTS)
    return chain
