"""Do two engines give the same marts? Row for row and column for column, a DuckDB file against Spark's Parquet.

Belongs here: reading and comparing. Does not belong here: building either side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

RELATIVE_TOLERANCE = 1e-9
"""Doubles may differ by this share of the larger: engines add up in different orders. All else is exact."""

_SAME_TYPES = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMP"}
"""Spark's timestamp is an instant; in the warehouse's it is UTC without a zone."""


def mart_keys(dbt_manifest: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Key columns of every mart: those of its test ``<mart>_grain``. Raises KeyError for a mart without one."""
    nodes = dbt_manifest["nodes"].values()
    grains = {node["name"]: node["test_metadata"]["kwargs"] for node in nodes if node["resource_type"] == "test"
              and node["name"].endswith("_grain")}  # fmt: skip
    marts = [node["name"] for node in nodes if node["resource_type"] == "model" and node["path"].startswith("marts/")]
    return {mart: grains[f"{mart}_grain"].get("columns") or [grains[f"{mart}_grain"]["column_name"]] for mart in marts}


def differences(duckdb_file: Path, spark_folder: Path, keys: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What differs, by mart; empty if nothing does.

    Args:
        duckdb_file: the warehouse that dbt built on DuckDB, in schema ``main``.
        spark_folder: the folder that holds Spark's Parquet, one folder a table.
        keys: key columns per mart; null in a key is a value like any other.
    """
    found = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {_text(str(duckdb_file))} as duckdb_side (read_only)")
        for mart in sorted(keys):
            connection.execute(f'create or replace temp view left_side as from duckdb_side.main."{mart}"')
            wanted = _types(connection, "left_side")
            said = _register_spark_table(connection, spark_folder / mart, wanted)
            said = said or _compare(connection, wanted, keys[mart])
            if said:
                found[mart] = said
    return found


def _register_spark_table(connection: duckdb.DuckDBPyConnection, folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Make the Parquet below ``folder`` the view ``right_side``; what keeps it from being compared, else nothing."""
    files = [
        path
        for path in sorted(folder.rglob("*.parquet"))
        if not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
    ]
    if not files:
        empty = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in wanted.items())
        connection.execute(f"create or replace temp view right_side as select {empty} where false")
        return [] if folder.is_dir() else ["is not there on Spark"]
    # A partition column's value is in the folder's name, where it has no type of its own.
    partitions = [part.split("=")[0] for part in files[0].relative_to(folder).parts[:-1]]
    hive_types = ", ".join(f"'{name}': {wanted[name]}" for name in partitions if name in wanted)
    listed = ", ".join(_text(str(path)) for path in files)
    hive = f", hive_partitioning = true, hive_types = {{{hive_types}}}" if partitions else ""
    connection.execute(
        f"create or replace temp view right_side as from read_parquet([{listed}], union_by_name = true{hive})"
    )
    given = _types(connection, "right_side")
    return [
        *(f"column {name} is only on DuckDB" for name in wanted if name not in given),
        *(f"column {name} is only on Spark" for name in given if name not in wanted),
        *(
            f"column {name} is {wanted[name]} on DuckDB and {kind} on Spark"
            for name, kind in given.items()
            if name in wanted and _SAME_TYPES.get(kind, kind) != wanted[name]
        ),
    ]


def _compare(connection: duckdb.DuckDBPyConnection, types: Mapping[str, str], key: Sequence[str]) -> list[str]:
    """Row counts, keys on one side only, and per column the matched rows whose values differ."""
    said = []
    quoted_key = ", ".join(f'"{column}"' for column in key)
    for side, engine in (("left_side", "DuckDB"), ("right_side", "Spark")):
        [(repeated,)] = connection.execute(
            f"select count(*) from (select {quoted_key} from {side} group by all having count(*) > 1)"
        ).fetchall()
        if repeated:
            said.append(f"{repeated} keys ({', '.join(key)}) are there more than once on {engine}")
    if said:
        return said
    compared = [column for column in types if column not in key]
    matches = " and ".join(f'l."{column}" is not distinct from r."{column}"' for column in key)
    counts = ", ".join(
        f"count(*) filter (where l_there and r_there and {_differs(column, types[column])})" for column in compared
    )
    joined = (
        "(select true as l_there, * from left_side) as l full join (select true as r_there, * from right_side) as r"
        f" on {matches}"
    )
    [(only_left, only_right, *differing)] = connection.execute(
        f"select count(*) filter (where r_there is null), count(*) filter (where l_there is null)"
        f"{', ' + counts if counts else ''} from {joined}"
    ).fetchall()
    if only_left or only_right:
        said.append(f"{only_left} rows only on DuckDB, {only_right} only on Spark")
    said.extend(
        f"column {column} differs in {count} rows" for column, count in zip(compared, differing, strict=True) if count
    )
    return said


def _differs(column: str, kind: str) -> str:
    left, right = f'l."{column}"', f'r."{column}"'
    if kind in {"DOUBLE", "FLOAT"}:
        apart = f"abs({left} - {right}) > {RELATIVE_TOLERANCE} * greatest(abs({left}), abs({right}))"
        return f"({left} is null) <> ({right} is null) or coalesce({apart}, false)"
    if kind == "TIMESTAMP":
        right = f"cast({right} as timestamp)"
    return f"{left} is distinct from {right}"


def _types(connection: duckdb.DuckDBPyConnection, view: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute(f"describe {view}").fetchall()}


def _text(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
