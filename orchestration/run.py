"""``make run``: a small chain from nothing to a published snapshot; every further call adds one day.

The chain is simulated, everything else is the platform as it runs in production: the history comes in as one backfill
run of the ``daily`` job, the last day as a daily run, both recorded in the Dagster instance under the data root. What
was simulated and loaded is kept in ``<data root>/simulator/chain.json``; a call that was cut off is taken up there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestration.load import load_days
from orchestration.local import API_PORT, DAGSTER_PORT, DASHBOARDS_PORT, HOST, run_and_exit
from warehouse.durable_files import write_atomically
from warehouse.kpi_values import KpiQuery, catalogue, kpi_values, last_closed_month
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.snapshots import Snapshot, open_current

KPI_TABLE_DAYS = 28


@dataclass(frozen=True)
class Chain:
    """The simulated chain and how far it has come; days are ISO dates."""

    stores: int
    skus: int
    members: int
    seed: int
    fault_rate: float
    start_day: str
    regional_dcs: bool = False
    """Whether each region has a distribution centre; chains recorded without the field have none."""
    simulated_to: str | None = None
    loaded_to: str | None = None

    @classmethod
    def load(cls, path: Path) -> Chain | None:
        """The chain on record, or None if there is none yet."""
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

    def save(self, path: Path) -> None:
        """Write the record so that a kill leaves either the old or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=2)
        write_atomically(path, lambda aside: aside.write_text(text, encoding="utf-8"))

    def next_target(self, history_days: int, today: date) -> date:
        """Last day that this call loads: what is simulated but not loaded, else one more day, never past today."""
        if self.simulated_to is None:
            return date.fromisoformat(self.start_day) + timedelta(days=history_days - 1)
        simulated_to = date.fromisoformat(self.simulated_to)
        if self.loaded_to != self.simulated_to:
            return simulated_to
        return min(simulated_to + timedelta(days=1), today)


def simulate(chain: Chain, target: date, settings: Settings) -> None:
    """Let the outside world write its landing files up to ``target``; nothing to do if it has."""
    if chain.simulated_to == target.isoformat():
        return
    start_day = date.fromisoformat(chain.start_day)
    command = [
        sys.executable, "-m", "simulator",
        "--landing", str(settings.zones.landing), "--truth", str(settings.data_root / "simulator" / "truth"),
        "--stores", str(chain.stores), "--skus", str(chain.skus), "--members", str(chain.members),
        "--seed", str(chain.seed), "--fault-rate", str(chain.fault_rate),
        "--start-day", chain.start_day, "--days", str((target - start_day).days + 1),
    ]  # fmt: skip
    if chain.regional_dcs:
        command.append("--regional-dcs")
    if chain.simulated_to is not None:
        first_written = date.fromisoformat(chain.simulated_to) + timedelta(days=1)
        command += ["--first-written-day", first_written.isoformat()]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True)


def kpi_table(snapshot: Snapshot) -> str:
    """Chain-wide KPI values of the last :data:`KPI_TABLE_DAYS` days as lines of text."""
    last_day = snapshot.manifest.as_of_date
    lines = [f"{'KPI':<34}{'value':>16}  {'95 % interval':<24}{'n':>10}  target"]
    with snapshot.connect() as connection:
        kpis = catalogue(connection)
        for kpi in kpis.iter_rows(named=True):
            # What does not add up over days is shown over the window that ends on the last day or, if it counts people,
            # for the last month that has ended.
            first_day = last_day - timedelta(days=KPI_TABLE_DAYS - 1)
            if not kpi["is_additive"]:
                first_day = last_closed_month(last_day).replace(day=1)
            period = "total" if kpi["is_additive"] else "month"
            values = kpi_values(
                connection, KpiQuery(codes=(kpi["kpi_code"],), date_from=first_day, date_to=last_day, period=period)
            )
            if values.is_empty() or values["value"][-1] is None:
                continue
            row = values.row(-1, named=True)
            show = {"yuan": _yuan, "times": _times, "hours": _hours, "minutes": _minutes}.get(kpi["unit"], _percent)
            interval = "" if row["lower"] is None else f"{show(row['lower'])} to {show(row['upper'])}"
            lines.append(
                f"{kpi['kpi_code']:<34}{show(row['value']):>16}  {interval:<24}{row['observations']:>10,}  "
                f"{show(kpi['target_value'])}"
            )
    return "\n".join(lines)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value * 100:.1f} %"


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} a year"


def _hours(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} h"


def _minutes(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} min"


def _yuan(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"


def main(arguments: list[str] | None = None) -> None:
    """Simulate, load, publish and say what came out."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--stores", type=int, default=12)
    parser.add_argument("--skus", type=int, default=150)
    parser.add_argument("--members", type=int, default=3000)
    parser.add_argument("--days", type=int, default=62, help="days of history, up to and including yesterday")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--fault-rate", type=float, default=0.02)
    options = parser.parse_args(arguments)

    settings = Settings.from_env()
    today = datetime.now(tz=ZoneInfo(settings.timezone)).date()
    record = settings.data_root / "simulator" / "chain.json"
    chain = Chain.load(record) or Chain(
        stores=options.stores, skus=options.skus, members=options.members, seed=options.seed,
        fault_rate=options.fault_rate, start_day=(today - timedelta(days=options.days)).isoformat(), regional_dcs=True,
    )  # fmt: skip
    target = chain.next_target(options.days, today)
    if chain.loaded_to == target.isoformat():
        print(f"Everything up to {target} (today) is loaded; the next day can be added tomorrow.")
    else:
        print(f"Simulating a chain of {chain.stores} stores, {chain.start_day} to {target}")
        simulate(chain, target, settings)
        chain = replace(chain, simulated_to=target.isoformat())
        chain.save(record)
        print("Loading")
        loaded_to = date.fromisoformat(chain.loaded_to) if chain.loaded_to else None
        first = loaded_to + timedelta(days=1) if loaded_to else date.fromisoformat(chain.start_day)
        load_days(settings, ([(first, target - timedelta(days=1))] if first < target else []) + [(target, target)])
        chain = replace(chain, loaded_to=target.isoformat())
        chain.save(record)

    snapshot = open_current(settings.zones)
    print(
        f"\nLast {KPI_TABLE_DAYS} days up to {snapshot.manifest.as_of_date}"
        " (where people are counted: the last month that has ended)\n"
    )
    print(kpi_table(snapshot))
    print(f"\nSnapshot      {snapshot.snapshot_id} in {snapshot.folder}")
    print("Open          make up, then")
    print(f"  Dagster UI  http://{HOST}:{DAGSTER_PORT}")
    print(f"  dashboards  http://{HOST}:{DASHBOARDS_PORT}")
    print(f"  API         http://{HOST}:{API_PORT}/docs (key in {settings.zones.keys / 'api.key'})")


if __name__ == "__main__":
    run_and_exit(main)
