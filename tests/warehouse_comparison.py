"""Are two warehouses, or two snapshots, the same? Row for row, with repetition, every mart.

Doubles may differ by the share that the comparison of the engines allows: their sums end differently with the order of
their rows, which no engine promises. All else is exact.
"""

from pathlib import Path

import duckdb

from tests.spark.comparison import differs
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
            only_left, only_right, apart = _unlike_rows(connection, name)
            if only_left or only_right or apart:
                differences[name] = f"{only_left} rows only left, {only_right} only right, {apart} with other doubles"
    return differences


def differing_published_tables(left: Zones, right: Zones) -> dict[str, str]:
    """As :func:`differing_tables`, for the current snapshots."""
    databases = ("warehouse.duckdb", "persons.duckdb")
    folders = open_current(left).folder, open_current(right).folder
    found = [differing_tables(folders[0] / database, folders[1] / database) for database in databases]
    return found[0] | found[1]


def _unlike_rows(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int, int]:
    """Rows are matched by all that is exact; of rows alike in that the one with the smallest doubles comes first."""
    types = {name: kind for name, kind, *_ in connection.execute(f"describe left_side.main.{table}").fetchall()}
    exact = [name for name, kind in types.items() if kind != "DOUBLE"]
    doubles = [name for name, kind in types.items() if kind == "DOUBLE"]
    order = f" order by {', '.join(map(quoted, doubles))}" if doubles else ""
    numbered = f"select *, row_number() over (partition by {', '.join(map(quoted, exact))}{order}) as copy"
    matched = " and ".join(f"l.{quoted(name)} is not distinct from r.{quoted(name)}" for name in [*exact, "copy"])
    apart = " or ".join(f"({differs(name, 'DOUBLE')})" for name in doubles) or "false"
    [counts] = connection.execute(
        "select count(*) filter (where r.copy is null), count(*) filter (where l.copy is null),"
        f" count(*) filter (where l.copy is not null and r.copy is not null and ({apart}))"
        f" from ({numbered} from left_side.main.{table}) as l"
        f" full join ({numbered} from right_side.main.{table}) as r on {matched}"
    ).fetchall()
    return counts
