"""Are two warehouses, or two snapshots, the same? Row for row, with repetition, every mart."""

from pathlib import Path

import duckdb

from warehouse.snapshots import open_current
from warehouse.zones import Zones

MART_PREFIXES = ("dim_", "fct_", "kpi_")


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
            count = "select count(*) from (from {0}.main.{2} except all from {1}.main.{2})"
            sides = [
                connection.execute(count.format(first, second, name)).fetchall()[0][0]
                for first, second in (("left_side", "right_side"), ("right_side", "left_side"))
            ]
            if any(sides):
                differences[name] = f"{sides[0]} rows only left, {sides[1]} only right"
    return differences


def published_tables(zones: Zones) -> dict[str, tuple[int, str]]:
    """Rows and checksum of every published table of the current snapshot."""
    manifest = open_current(zones).manifest
    return {table.name: (table.rows, table.sha256) for table in manifest.tables}
