"""What reads the warehouse finds the same tables whichever engine wrote them."""

import json
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse.engine import MANIFEST, WarehouseNotBuiltError, readable_warehouse, warehouse_state
from warehouse.settings import Settings

ORDERS = {"order_id": "string", "paid_at": "timestamp", "paid_yuan": "decimal(18, 2)", "placed_on": "date"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A Spark warehouse with one table by day, one in a single file, one without rows."""
    settings = Settings(data_root=tmp_path, engine="spark")
    columns = {name: {"name": name, "data_type": kind} for name, kind in ORDERS.items()}
    nodes = [
        {"resource_type": "model", "alias": "fct_orders", "columns": columns},
        {"resource_type": "model", "alias": "fct_deliveries", "columns": columns},
        {"resource_type": "model", "alias": "dim_stores", "columns": {"store_id": {"name": "store_id"}}},
        {"resource_type": "test", "alias": "fct_orders_grain"},
    ]
    settings.dbt_target.mkdir(parents=True)
    manifest = {"nodes": {str(number): node for number, node in enumerate(nodes)}}
    (settings.dbt_target / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")

    tables = settings.zones.spark_tables
    for table in ("fct_orders", "fct_deliveries", "dim_stores"):
        (tables / table).mkdir(parents=True)
    with duckdb.connect() as connection:
        # As Spark writes it: an instant where the warehouse has a time, and the day in the folder's name.
        connection.execute(f"""
            copy (
                select cast(1.5 as decimal(18, 2)) as paid_yuan, 'O1' as order_id,
                    timestamptz '2025-03-01 10:00:00+00' as paid_at, '2025-03-01' as placed_on
                union all
                select null, 'O2', null, '2025-03-02'
            ) to '{tables / "fct_orders"}' (format parquet, partition_by (placed_on), overwrite_or_ignore true)
        """)
        connection.execute(f"copy (select 'S1' as store_id) to '{tables / 'dim_stores' / 'part-0.parquet'}'")
    (tables / "fct_orders" / "_SUCCESS").touch()
    (tables / "fct_orders" / ".spark-staging-1" / "placed_on=2025-03-01").mkdir(parents=True)
    (tables / "fct_orders" / "_temporary").mkdir()
    (tables / "fct_orders" / "_temporary" / "half.parquet").write_bytes(b"half a file")
    return settings


def rows(settings: Settings, query: str, zone: str = "UTC") -> list[tuple]:
    with readable_warehouse(settings) as file, duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(f"set timezone = '{zone}'")
        return connection.execute(query).fetchall()


def test_a_table_of_spark_is_found_by_its_name(settings):
    assert rows(settings, "select store_id from dim_stores") == [("S1",)]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_times_are_utc_without_a_zone_whatever_the_session_says(settings, zone):
    read = rows(settings, "select order_id, paid_at, placed_on from fct_orders order by order_id", zone)
    assert read == [("O1", datetime(2025, 3, 1, 10), date(2025, 3, 1)), ("O2", None, date(2025, 3, 2))]


@pytest.mark.parametrize("table", ["fct_orders", "fct_deliveries"])
def test_columns_have_the_order_of_their_description_with_rows_and_without(settings, table):
    described = rows(settings, f"describe {table}")
    assert [(name, kind) for name, kind, *_ in described] == [
        ("order_id", "VARCHAR"), ("paid_at", "TIMESTAMP"), ("paid_yuan", "DECIMAL(18,2)"), ("placed_on", "DATE"),
    ]  # fmt: skip


def test_a_type_that_differs_from_the_description_is_not_hidden(settings):
    file = settings.zones.spark_tables / "fct_orders" / "placed_on=2025-03-01"
    with duckdb.connect() as connection:
        for path in settings.zones.spark_tables.glob("fct_orders/placed_on=*/*.parquet"):
            path.unlink()
        connection.execute(f"copy (select 1.5::double as paid_yuan) to '{file / 'part-0.parquet'}'")
    assert rows(settings, "select distinct typeof(paid_yuan) from fct_orders") == [("DOUBLE",)]


def test_the_state_changes_when_a_partition_is_replaced(settings):
    before = warehouse_state(settings)
    assert warehouse_state(settings) == before
    table = settings.zones.spark_tables / "fct_orders"
    (table / "placed_on=2025-03-01").rename(table / ".spark-staging-1" / "old")
    assert warehouse_state(settings) != before


def test_the_duckdb_warehouse_is_the_file_itself(tmp_path):
    settings = Settings(data_root=tmp_path)
    assert warehouse_state(settings) == "absent"
    settings.zones.warehouse_file.parent.mkdir()
    duckdb.connect(str(settings.zones.warehouse_file)).close()
    assert warehouse_state(settings) != "absent"
    with readable_warehouse(settings) as file:
        assert file == settings.zones.warehouse_file


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_warehouse_that_is_not_there_says_what_to_run(tmp_path, engine):
    settings = Settings(data_root=tmp_path, engine=engine)
    with pytest.raises(WarehouseNotBuiltError, match="run dbt build first"), readable_warehouse(settings):
        pass


def test_an_engine_that_is_not_known_is_refused_by_name():
    assert Settings.from_env({"WAREHOUSE_ENGINE": "spark"}).engine == "spark"
    assert Settings.from_env({}).engine == "duckdb"
    with pytest.raises(ValueError, match="WAREHOUSE_ENGINE is 'oracle'; set it to duckdb or spark"):
        Settings.from_env({"WAREHOUSE_ENGINE": "oracle"})
