"""Are two warehouses, or two snapshots, the same? Row for row, with repetition, every mart, to the last digit."""

from pathlib import Path

import duckdb

from warehouse.snapshots import open_current
from warehouse.sql_text import quoted
from warehouse.zones import Zones

MART_PREFIXES = ("dim_", "fct_", "kpi_")


def mart_names(connection: duckdb.DuckDBPyConnection, catalog: str) -> set[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'main'", [catalog]
    ).fetchall()
    return {name for (name,) in rows if name.startswith(MART_PREFIXES)}


def differing_tables(left: Path, right: Path) -> dict[str, str]:
    """What differs, by table: rows without their like on the other side; empty if the warehouses are the same."""
    differences = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as left_side (read_only); attach '{right}' as right_side (read_only)")
        left_names, right_names = mart_names(connection, "left_side"), mart_names(connection, "right_side")
        assert left_names, f"{left} has no marts"
        for name in sorted(left_names ^ right_names):
            differences[name] = "only in one of them"
        for name in sorted(left_names & right_names):
            only_left, only_right = _unlike_rows(connection, name)
            if only_left or only_right:
                differences[name] = f"{only_left} rows only left, {only_right} only right"
    return differences


def differing_published_tables(left: Zones, right: Zones) -> dict[str, str]:
    """As :func:`differing_tables`, for the current snapshots."""
    databases = ("warehouse.duckdb", "persons.duckdb")
    folders = open_current(left).folder, open_current(right).folder
    found = [differing_tables(folders[0] / database, folders[1] / database) for database in databases]
    return found[0] | found[1]


def _unlike_rows(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    left, right = (f"from {side}.main.{quoted(table)}" for side in ("left_side", "right_side"))
    [counts] = connection.execute(
        f"select (select count(*) from ({left} except all {right})), (select count(*) from ({right} except all {left}))"
    ).fetchall()
    return counts
