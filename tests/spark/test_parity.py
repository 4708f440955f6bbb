"""The same lake gives the same marts and the same snapshot on DuckDB and on a Spark cluster, though a worker dies."""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest

from assets.feeds import FEEDS
from assets.identity.asset import propose_matches, resolve_lake
from assets.ingest.engine import IngestKeys, ingest_days
from assets.models import DBT_PROJECT_DIR, dbt_environment, dbt_executable
from simulator.chain import simulate
from simulator.config import ChainConfig
from tests.spark.cluster import SparkCluster, spark_cluster
from tests.spark.comparison import differences, mart_keys
from warehouse.engine import MANIFEST, readable_warehouse
from warehouse.settings import PROJECT_ROOT, Engine, Settings
from warehouse.snapshot_manifest import Database
from warehouse.snapshots import Snapshot, open_current
from warehouse.zones import Zones

pytest.importorskip("pyspark", reason="Spark is not installed here; make test-spark installs and runs it")

FIRST_DAY = date(2025, 2, 9)
FULL_DAYS = 20
"""Long enough for excursions, a replay of policies and forecasts that came true, and up to the end of a month: people
are counted in months that have ended."""
SEED = 3
"""Of a chain that has what few small ones have: a lot that expires unsold, a shelf that contradicts the books."""
RARE = {"fct_transfer_suggestions"}
"""Mart that two stores may leave empty: a surplus that a neighbour lacks."""
WAITING = {"kpi_adherence_pdc80_rate", "kpi_chronic_renewal_rate", "kpi_repurchase_rate_90d"}
"""Marts that stay empty until there is a history of months."""
FIRST_DAY_OF_MOVED_ORDER = date(2025, 1, 30)
MODELS = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
LEFTOVER = "dim_kpis"
"""Table whose folder lies there before the first build, as a SQL server that dies while making it leaves one behind."""
KILL_SECONDS = 600


@dataclass(frozen=True)
class Chain:
    """One lake, its two warehouses and the snapshots that were published from them, below one data root."""

    settings: Mapping[Engine, Settings]
    cluster: SparkCluster
    found: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Differences between the marts by stage; an empty mapping says that the marts were the same."""
    published: dict[Engine, Snapshot] = field(default_factory=dict)

    @property
    def zones(self) -> Zones:
        """The zones that both engines share."""
        return self.settings["duckdb"].zones

    def start(self, engine: Engine, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Start a command that works on one engine, its words going to ``log``."""
        environment = {**os.environ, **dbt_environment(self.settings[engine]), **self.cluster.dbt_environment()}
        with log.open("wb") as words:
            return subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=words, stderr=subprocess.STDOUT)

    def run(self, engine: Engine, *command: str) -> None:
        """Run a command to its end; fails the test with its words if it does not succeed."""
        log = self.zones.root / f"{engine}.log"
        assert self.start(engine, command, log).wait() == 0, last_words(log)

    def dbt(self, engine: Engine, *arguments: str) -> None:
        """Run dbt on one engine."""
        self.run(engine, dbt_executable(), *arguments, "--project-dir", str(DBT_PROJECT_DIR))

    def keys(self) -> Mapping[str, Sequence[str]]:
        """Key columns of every mart."""
        return mart_keys(json.loads((self.settings["duckdb"].dbt_target / MANIFEST).read_text(encoding="utf-8")))

    def compare(self, stage: str) -> None:
        """Compare every mart as it is now."""
        with (
            readable_warehouse(self.settings["duckdb"]) as duckdb_file,
            readable_warehouse(self.settings["spark"]) as spark_file,
        ):
            self.found[stage] = differences(duckdb_file, spark_file, self.keys())


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """Two stores, built in full by dbt, then with one more day by the daily job, on both engines from one lake.

    A worker dies while the daily job builds on Spark.
    """
    root = tmp_path_factory.mktemp("chain")
    settings: dict[Engine, Settings] = {engine: Settings(data_root=root, engine=engine) for engine in get_args(Engine)}
    zones = Zones(root)
    config = ChainConfig(
        stores=2,
        skus=60,
        members=300,
        start_day=FIRST_DAY,
        days=FULL_DAYS + 1,
        fault_rate=0.05,
        seed=SEED,
        regional_dcs=True,
    )
    last_day = config.day(FULL_DAYS)
    simulate(config, zones.landing, root / "truth")
    land_order(zones, arrived_on=config.day(FULL_DAYS - 1), placed_on=FIRST_DAY_OF_MOVED_ORDER)
    land_order(zones, arrived_on=last_day, placed_on=FIRST_DAY_OF_MOVED_ORDER + timedelta(days=1))
    zones.warehouse_file.parent.mkdir()
    (zones.spark_tables / LEFTOVER).mkdir(parents=True)
    (zones.spark_tables / LEFTOVER / "part-0.parquet").write_bytes(b"half a file")
    ingest_days(zones, IngestKeys.load(zones), list(FEEDS.values()), config.start_day, config.day(FULL_DAYS - 1))
    resolve_lake(zones)
    propose_matches(zones)

    with spark_cluster(root / "spark-logs") as cluster:
        chain = Chain(settings, cluster)
        for engine in settings:
            chain.dbt(engine, *MODELS)
        assert partition_of_moved_order(zones).is_dir(), "the day that is to be emptied was never there"
        chain.compare("full")

        job = [sys.executable, "-m", "orchestration.load", "--from", last_day.isoformat(), "--to", last_day.isoformat()]
        chain.run("duckdb", *job)
        chain.published["duckdb"] = open_current(zones)
        load_while_a_worker_dies(chain, job)
        chain.published["spark"] = open_current(zones)
        chain.compare("one more day")
        yield chain


def load_while_a_worker_dies(chain: Chain, job: Sequence[str]) -> None:
    """Run the daily job on Spark, kill a worker with -9 when its first incremental model has begun, let it end."""
    log = chain.zones.root / "spark.log"
    process = chain.start("spark", job, log)
    deadline = time.monotonic() + KILL_SECONDS
    while not is_building_incrementally(chain.settings["spark"]):
        assert process.poll() is None, last_words(log)
        assert time.monotonic() < deadline, "no incremental model was built, so no worker was killed during one"
        time.sleep(0.1)
    chain.cluster.kill_worker(0)
    assert process.wait() == 0, last_words(log)


def is_building_incrementally(settings: Settings) -> bool:
    """dbt, started by the daily job, has begun an incremental model."""
    logs = settings.dbt_target.glob("warehouse_*-*/dbt.log")
    return any("START sql incremental model" in log.read_text(errors="replace") for log in logs)


def last_words(log: Path) -> str:
    return log.read_text(errors="replace")[-6000:]


def land_order(zones: Zones, arrived_on: date, placed_on: date) -> None:
    """Land an order placed long before; landed again with another day it leaves its first day without any order."""
    times = ["paid", "reviewed", "accepted", "picked", "handed_over", "delivered", "cancelled", "promised"]
    line = {"line_number": 1, "sku_id": "SKU00001", "quantity": 1, "unit_price_yuan": 21.8, "discount_yuan": 0.0}
    order = {
        "order_id": "O-MOVED",
        "channel": "meituan",
        "store_id": "S00001",
        "fulfilling_location_id": "S00001",
        "customer": None,
        "delivery_mode": "instant",
        "status": "placed",
        "placed_at": f"{placed_on.isoformat()}T10:00:00+08:00",
        **{f"{name}_at": None for name in times},
        "cancelled_by": None,
        "cancel_reason": None,
        "distance_meters": 800,
        "address_cell": "ws0e2r",
        "courier_company": "dada",
        "is_cold_chain": False,
        "payments": [],
        "lines": [{**line, "unit_cost_yuan": 15.3, "lot_id": None, "trace_codes": [], "prescription_id": None}],
        "coupon": None,
        "refunds": [],
        "shipments": [],
        "guidance": None,
        "updated_at": f"{arrived_on.isoformat()}T23:00:00+08:00",
    }
    landed = zones.landing_day("orders", arrived_on) / "orders-meituan-moved.jsonl.gz"
    with gzip.open(landed, "wt", encoding="utf-8") as file:
        file.write(json.dumps(order) + "\n")


def partition_of_moved_order(zones: Zones) -> Path:
    return zones.spark_tables / "fct_orders" / f"placed_on={FIRST_DAY_OF_MOVED_ORDER.isoformat()}"


def test_every_portable_macro_means_the_same_on_spark(chain):
    chain.dbt("spark", "test", "--select", "tag:portable")


def test_every_mart_but_the_rare_has_rows_to_compare(chain):
    marts = sorted(chain.keys())
    with readable_warehouse(chain.settings["duckdb"]) as file, duckdb.connect(str(file), read_only=True) as connection:
        empty = [mart for mart in marts if not connection.execute(f"select 1 from {mart} limit 1").fetchall()]
    assert set(empty) <= RARE | WAITING


def test_a_full_build_gives_the_same_marts(chain):
    assert chain.found["full"] == {}


def test_one_more_day_gives_the_same_marts_though_a_worker_was_killed_meanwhile(chain):
    assert chain.found["one more day"] == {}


def test_a_day_whose_only_order_moved_away_is_left_empty(chain):
    assert not partition_of_moved_order(chain.zones).exists()


def test_the_snapshots_tell_the_same_of_themselves_but_for_id_and_time(chain):
    told = [manifest_without_run(chain.published[engine]) for engine in ("duckdb", "spark")]
    assert told[0] == told[1]
    assert chain.published["duckdb"].snapshot_id != chain.published["spark"].snapshot_id


def test_the_snapshots_hold_the_same_tables(chain):
    left, right = chain.published["duckdb"], chain.published["spark"]
    for database in get_args(Database):
        keys = {table.name: table.key for table in left.manifest.tables if table.database == database}
        file = f"{database}.duckdb"
        assert differences(left.folder / file, right.folder / file, keys) == {}


def test_tables_without_doubles_have_the_same_bytes(chain):
    exact = [
        table
        for table in chain.published["duckdb"].manifest.tables
        if not any(column.type == "DOUBLE" for column in table.columns)
    ]
    assert exact, "every table has a double, so no checksum was compared"
    other = chain.published["spark"].manifest
    assert [table.name for table in exact if table.sha256 != other.table(table.name).sha256] == []


def manifest_without_run(snapshot: Snapshot) -> dict[str, Any]:
    """What a snapshot says of itself, without id, time and checksums: a double's last digit changes a checksum."""
    told = snapshot.manifest.to_dict()
    del told["snapshot_id"], told["created_at"]
    for table in told["tables"]:
        del table["sha256"]
    return told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "update fct_orders set paid_yuan = paid_yuan + 0.01 where order_id = 'O-MOVED'",
            "column paid_yuan differs in 1 rows",
        ),
        ("delete from fct_orders where order_id = 'O-MOVED'", "1 rows only on DuckDB, 0 only on Spark"),
    ],
    ids=["one value", "one row"],
)
def test_a_difference_planted_in_what_spark_made_is_found(chain, tmp_path, change, said):
    planted = tmp_path / "planted.duckdb"
    with readable_warehouse(chain.settings["spark"]) as spark_file, duckdb.connect(str(planted)) as connection:
        connection.execute(f"attach '{spark_file}' as spark_side (read_only)")
        connection.execute("create table fct_orders as from spark_side.fct_orders")
        connection.execute("detach spark_side")
        connection.execute(change)
    with readable_warehouse(chain.settings["duckdb"]) as duckdb_file:
        found = differences(duckdb_file, planted, {"fct_orders": chain.keys()["fct_orders"]})
    assert found == {"fct_orders": [said]}
