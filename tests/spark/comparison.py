"""Do two engines give the same marts? Row for row and column for column.

Belongs here: reading and comparing. Does not belong here: building either side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from warehouse.sql_text import literal, quoted

RELATIVE_TOLERANCE = 1e-9
"""Doubles may differ by this share of the larger: engines add up in different orders. All else is exact."""


def mart_keys(dbt_manifest: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Key columns of every mart: those of its test ``<mart>_grain``. Raises KeyError for a mart without one."""
    nodes = dbt_manifest["nodes"].values()
    grains = {node["name"]: node["test_metadata"]["kwargs"] for node in nodes if node["resource_type"] == "test"
              and node["name"].endswith("_grain")}  # fmt: skip
    marts = [node["name"] for node in nodes if node["resource_type"] == "model" and node["path"].startswith("marts/")]
    return {mart: grains[f"{mart}_grain"].get("columns") or [grains[f"{mart}_grain"]["column_name"]] for mart in marts}


def differences(duckdb_file: Path, spark_file: Path, keys: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What differs, by table; empty if nothing does.

    Args:
        duckdb_file: a DuckDB file with what was made on DuckDB: a warehouse, or a file of a snapshot.
        spark_file: the same with what was made on Spark.
        keys: key columns per table; null in a key is a value like any other.
    """
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(duckdb_file))} as duckdb_side (read_only)")
        connection.execute(f"attach {literal(str(spark_file))} as spark_side (read_only)")
        for mart in sorted(keys):
            wanted, given = _types(connection, "duckdb_side", mart), _types(connection, "spark_side", mart)
            said = _missing_or_other_columns(wanted, given) or _compare(connection, mart, wanted, keys[mart])
            if said:
                found[mart] = said
    return found


def _missing_or_other_columns(wanted: Mapping[str, str], given: Mapping[str, str]) -> list[str]:
    """What keeps a mart from being compared: columns and their types, by engine."""
    if not wanted or not given:
        return ["is not there on DuckDB"] if given else ["is not there on Spark"]
    if wanted.keys() == given.keys() and list(wanted) != list(given):
        return [f"columns are in the order {list(wanted)} on DuckDB, {list(given)} on Spark"]
    return [
        *(f"column {name} is only on DuckDB" for name in wanted if name not in given),
        *(f"column {name} is only on Spark" for name in given if name not in wanted),
        *(
            f"column {name} is {wanted[name]} on DuckDB and {kind} on Spark"
            for name, kind in given.items()
            if name in wanted and kind != wanted[name]
        ),
    ]


def _compare(
    connection: duckdb.DuckDBPyConnection, mart: str, types: Mapping[str, str], key: Sequence[str]
) -> list[str]:
    """Row counts, keys on one side only, and per column the matched rows whose values differ."""
    said = []
    quoted_key = ", ".join(map(quoted, key))
    left_side, right_side = f"duckdb_side.{quoted(mart)}", f"spark_side.{quoted(mart)}"
    for side, engine in ((left_side, "DuckDB"), (right_side, "Spark")):
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
        f"count(*) filter (where l_there and r_there and {differs(column, types[column])})" for column in compared
    )
    joined = (
        f"(select true as l_there, * from {left_side}) as l"
        f" full join (select true as r_there, * from {right_side}) as r on {matches}"
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


def differs(column: str, kind: str) -> str:
    """Predicate on matched rows ``l`` and ``r``: their values of a column of that type are not the same."""
    left, right = f'l."{column}"', f'r."{column}"'
    if kind in {"DOUBLE", "FLOAT"}:
        apart = f"abs({left} - {right}) > {RELATIVE_TOLERANCE} * greatest(abs({left}), abs({right}))"
        return f"({left} is null) <> ({right} is null) or coalesce({apart}, false)"
    return f"{left} is distinct from {right}"


def _types(connection: duckdb.DuckDBPyConnection, catalog: str, table: str) -> dict[str, str]:
    """Type per column; none if there is no such table."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = ? and table_name = ?"
        " order by column_index",
        [catalog, table],
    )
    return dict(columns.fetchall())
