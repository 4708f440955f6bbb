"""The comparison of two engines sees a single value, a single row and a single type; it needs no Spark."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.spark.comparison import differences
from warehouse.engine import MANIFEST, readable_warehouse
from warehouse.settings import Settings

KEYS = {"fct_orders": ["order_id", "line_number"]}
COLUMNS = """
    select
        order_id,
        case when order_id <> 3 then cast(order_id as bigint) end as line_number,
        cast(order_id * 0.1 as double) as minutes,
        cast(order_id as decimal(18, 2)) as paid_yuan,
        case when order_id <> 2 then timestamp '2025-03-01 10:00:00' end as paid_at,
        'till' as channel,
        date '2025-03-01' + cast(order_id % 2 as integer) as placed_on
    from range(1, 5) as orders (order_id)
"""


@pytest.fixture
def on_duckdb(tmp_path: Path) -> Settings:
    settings = Settings(data_root=tmp_path)
    settings.zones.warehouse_file.parent.mkdir()
    with duckdb.connect(str(settings.zones.warehouse_file)) as connection:
        connection.execute(f"create table fct_orders as {COLUMNS}")
        types = {name: kind for name, kind, *_ in connection.execute("describe fct_orders").fetchall()}
    described = {name: {"name": name, "data_type": kind} for name, kind in types.items()}
    manifest = {"nodes": {"1": {"resource_type": "model", "alias": "fct_orders", "columns": described}}}
    target = replace(settings, engine="spark").dbt_target
    target.mkdir(parents=True)
    (target / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return settings


def told(on_duckdb: Settings) -> dict[str, list[str]]:
    with readable_warehouse(on_duckdb) as left, readable_warehouse(replace(on_duckdb, engine="spark")) as right:
        return differences(left, right, KEYS)


def compared(on_duckdb: Settings, query: str) -> list[str]:
    """What is said of the mart when Spark's Parquet holds ``query`` over the same rows, by day as Spark writes it."""
    folder = on_duckdb.zones.spark_tables
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"create view orders as {COLUMNS}")
        (folder / "fct_orders").mkdir(parents=True)
        connection.execute(f"copy ({query}) to '{folder / 'fct_orders'}' (format parquet, partition_by (placed_on))")
        # Spark leaves such things beside its files.
        (folder / "fct_orders" / "_SUCCESS").touch()
        (folder / "fct_orders" / "_temporary").mkdir()
        (folder / "fct_orders" / "_temporary" / "half.parquet").write_bytes(b"half a file")
    return told(on_duckdb).get("fct_orders", [])


def replaced(column: str, expression: str) -> str:
    return f"select * replace ({expression} as {column}) from orders"


def test_the_same_rows_are_the_same(on_duckdb):
    assert compared(on_duckdb, "select * from orders") == []


def test_instants_and_a_ninth_digit_are_the_same(on_duckdb):
    same = "select * replace (paid_at at time zone 'UTC' as paid_at, minutes * (1 + 1e-10) as minutes) from orders"
    assert compared(on_duckdb, same) == []


@pytest.mark.parametrize(
    ("column", "expression"),
    [
        ("minutes", "case when order_id = 2 then minutes * (1 + 1e-8) else minutes end"),
        ("minutes", "case when order_id <> 2 then minutes end"),
        ("paid_yuan", "cast(case when order_id = 2 then 2.01 else paid_yuan end as decimal(18, 2))"),
        ("paid_at", "case when order_id = 2 then timestamp '2025-03-01 10:00:00' else paid_at end"),
        ("paid_at", "case when order_id = 1 then timestamp '2025-03-01 10:00:00.000001' else paid_at end"),
        ("channel", "case when order_id = 2 then 'Till' else channel end"),
        ("placed_on", "case when order_id = 2 then date '2025-03-05' else placed_on end"),
    ],
)
def test_one_planted_value_is_found(on_duckdb, column, expression):
    assert compared(on_duckdb, replaced(column, expression)) == [f"column {column} differs in 1 rows"]


def test_one_missing_row_is_found(on_duckdb):
    assert compared(on_duckdb, "select * from orders where order_id <> 2") == ["1 rows only on DuckDB, 0 only on Spark"]


def test_one_row_too_many_is_found(on_duckdb):
    more = "select * from orders union all select * replace (9 as order_id) from orders where order_id = 1"
    assert compared(on_duckdb, more) == ["0 rows only on DuckDB, 1 only on Spark"]


def test_a_repeated_row_is_found(on_duckdb):
    twice = "select * from orders union all select * from orders where order_id = 1"
    assert compared(on_duckdb, twice) == ["1 keys (order_id, line_number) are there more than once on Spark"]


def test_a_key_with_a_null_is_a_key(on_duckdb):
    changed = compared(on_duckdb, replaced("channel", "case when line_number is null then 'x' else channel end"))
    assert changed == ["column channel differs in 1 rows"]


def test_another_type_is_found(on_duckdb):
    assert compared(on_duckdb, replaced("line_number", "cast(line_number as integer)")) == [
        "column line_number is BIGINT on DuckDB and INTEGER on Spark"
    ]


def test_a_missing_column_is_found(on_duckdb):
    assert compared(on_duckdb, "select * exclude (channel) from orders") == ["column channel is only on DuckDB"]


def test_a_missing_mart_is_found(on_duckdb):
    (on_duckdb.zones.spark_tables / "dim_stores").mkdir(parents=True)
    assert told(on_duckdb) == {"fct_orders": ["is not there on Spark"]}


def test_a_mart_without_rows_has_no_files_and_is_the_same_as_an_empty_one(on_duckdb):
    (on_duckdb.zones.spark_tables / "fct_orders").mkdir(parents=True)
    assert told(on_duckdb) == {"fct_orders": ["4 rows only on DuckDB, 0 only on Spark"]}
    with duckdb.connect(str(on_duckdb.zones.warehouse_file)) as connection:
        connection.execute("delete from fct_orders")
    assert told(on_duckdb) == {}
