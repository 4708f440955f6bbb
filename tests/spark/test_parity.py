"""The same lake gives the same marts on DuckDB and on a Spark cluster, whatever happens to a worker meanwhile."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from assets.feeds import FEEDS
from assets.ingest.engine import IngestKeys, ingest_days
from simulator.chain import simulate
from simulator.config import ChainConfig
from tests.spark.cluster import SparkCluster, spark_cluster
from tests.spark.comparison import differences, mart_keys
from warehouse.settings import PROJECT_ROOT
from warehouse.zones import Zones

pytest.importorskip("pyspark", reason="Spark is not installed here; make test-spark installs and runs it")

FIRST_DAY = date(2025, 3, 1)
FULL_DAYS = 5
FIRST_DAY_OF_MOVED_ORDER = date(2025, 2, 20)
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
MODELS = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


@dataclass
class Chain:
    """One lake and its two warehouses, side by side below one data root."""

    zones: Zones
    environment: Mapping[str, str]
    cluster: SparkCluster
    found: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Differences by stage; an empty mapping says that the marts were the same."""

    def dbt(self, engine: str, *arguments: str) -> subprocess.Popen[str]:
        """Start dbt on one engine, its output to be read."""
        folder = self.zones.root / f"dbt-{engine}"
        places = ["--project-dir", str(DBT_PROJECT), "--target-path", str(folder), "--log-path", str(folder)]
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "dbt"), *arguments, *places],
            cwd=PROJECT_ROOT,
            env={**os.environ, **self.environment, "WAREHOUSE_ENGINE": engine},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str]) -> None:
        """Wait for dbt; what it said if it failed."""
        output, _ = process.communicate()
        assert process.returncode == 0, output[-6000:]

    def compare(self, stage: str) -> None:
        """Compare every mart as it is now."""
        manifest = json.loads((self.zones.root / "dbt-duckdb" / "manifest.json").read_text())
        keys = mart_keys(manifest)
        assert keys, "the dbt project has no marts"
        self.found[stage] = differences(self.zones.warehouse_file, self.zones.root / "warehouse" / "spark", keys)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """A chain of two stores built in full, then with one more day, on both engines; a worker dies in the second run."""
    root = tmp_path_factory.mktemp("chain")
    zones = Zones(root)
    config = ChainConfig(stores=2, skus=60, members=300, start_day=FIRST_DAY, days=FULL_DAYS + 1, fault_rate=0.05)
    simulate(config, zones.landing, root / "truth")
    land_order(zones, arrived_on=config.day(FULL_DAYS - 1), placed_on=FIRST_DAY_OF_MOVED_ORDER)
    land_order(zones, arrived_on=config.day(FULL_DAYS), placed_on=FIRST_DAY_OF_MOVED_ORDER + timedelta(days=1))
    zones.warehouse_file.parent.mkdir()

    with spark_cluster(root / "spark-logs") as cluster:
        environment = {
            "WAREHOUSE_DATA_DIR": str(root),
            "WAREHOUSE_TIMEZONE": "Asia/Shanghai",
            "DBT_PROFILES_DIR": str(DBT_PROJECT),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            **cluster.dbt_environment(),
        }
        chain = Chain(zones, environment, cluster)

        ingest(zones, config.start_day, config.day(FULL_DAYS - 1))
        for engine in ("duckdb", "spark"):
            chain.finish(chain.dbt(engine, *MODELS))
        assert partition_of_moved_order(zones).is_dir(), "the day that is to be emptied was never there"
        chain.compare("full")

        ingest(zones, config.day(FULL_DAYS), config.day(FULL_DAYS))
        chain.finish(chain.dbt("duckdb", *MODELS))
        kill_worker_during(chain, chain.dbt("spark", *MODELS))
        chain.compare("one more day")
        yield chain


def ingest(zones: Zones, first: date, last: date) -> None:
    ingest_days(zones, IngestKeys.load(zones), list(FEEDS.values()), first, last)


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
        "refund": None,
        "guidance": None,
        "updated_at": f"{arrived_on.isoformat()}T23:00:00+08:00",
    }
    landed = zones.landing_day("orders", arrived_on) / "orders-meituan-moved.jsonl.gz"
    with gzip.open(landed, "wt", encoding="utf-8") as file:
        file.write(json.dumps(order) + "\n")


def partition_of_moved_order(zones: Zones) -> Path:
    folder = zones.root / "warehouse" / "spark" / "fct_orders"
    return folder / f"placed_on={FIRST_DAY_OF_MOVED_ORDER.isoformat()}"


def kill_worker_during(chain: Chain, process: subprocess.Popen[str]) -> None:
    """Kill a worker with -9 when the first incremental model has begun, and let the build go on."""
    lines = []
    is_killed = False
    for line in process.stdout or ():
        lines.append(line)
        if not is_killed and "START sql incremental model" in line:
            chain.cluster.kill_worker(0)
            is_killed = True
    assert is_killed, "no incremental model was built, so no worker was killed during one"
    assert process.wait() == 0, "".join(lines)[-6000:]


def test_every_portable_macro_means_the_same_on_spark(chain):
    chain.finish(chain.dbt("spark", "test", "--select", "tag:portable"))


def test_a_full_build_gives_the_same_marts(chain):
    assert chain.found["full"] == {}


def test_one_more_day_gives_the_same_marts_though_a_worker_was_killed_meanwhile(chain):
    assert chain.found["one more day"] == {}


def test_a_day_whose_only_order_moved_away_is_left_empty(chain):
    assert not partition_of_moved_order(chain.zones).exists()
