"""Are two warehouses, or two snapshots, the same? Row for row, with repetition, every mart.

A double is compared to seven digits after the point: sums of doubles end differently with the order of their rows,
which no engine promises.
"""

from pathlib import Path

import duckdb

from warehouse.snapshots import open_current
from warehouse.zones import Zones

MART_PREFIXES = ("dim_", "fct_", "kpi_")
DOUBLE_DIGITS = 7


def mart_names(connection: duckdb.DuckDBPyConnection, catalog: str) -> set[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'main'", [catalog]
    ).fetchall()
    return {name for (name,) in rows if name.startswith(MART_PREFIXES)}


def differing_tables(left: Path, right: Path) -> dict[str, str]:
    """What differs, by table: rows only in ``left`` and only in ``right``; empty if the warehouses are the same."""
    differences = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as left_side (read_only); attach '{right}' as right_side (read_only)")
        left_names, right_names = mart_names(connection, "left_side"), mart_names(connection, "right_side")
        assert left_names, f"{left} has no marts"
        for name in sorted(left_names ^ right_names):
            differences[name] = "only in one of them"
        for name in sorted(left_names & right_names):
            columns = connection.execute(f"describe left_side.main.{name}").fetchall()
            compared = ", ".join(
                f'round("{column}", {DOUBLE_DIGITS})' if kind == "DOUBLE" else f'"{column}"'
                for column, kind, *_ in columns
            )
            sides = [
                connection.execute(
                    f"select count(*) from (select {compared} from {first}.main.{name}"
                    f" except all select {compared} from {second}.main.{name})"
                ).fetchall()[0][0]
                for first, second in (("left_side", "right_side"), ("right_side", "left_side"))
            ]
            if any(sides):
                differences[name] = f"{sides[0]} rows only left, {sides[1]} only right"
    return differences


def differing_published_tables(left: Zones, right: Zones) -> dict[str, str]:
    """As :func:`differing_tables`, for the current snapshots."""
    databases = ("warehouse.duckdb", "persons.duckdb")
    folders = open_current(left).folder, open_current(right).folder
    found = [differing_tables(folders[0] / database, folders[1] / database) for database in databases]
    return found[0] | found[1]
