"""The warehouse as a DuckDB file to read from, whichever engine dbt built it with.

Belongs here: where an engine keeps its tables, and what stands for the file where there is none. Does not belong here:
writing (dbt alone does that), and what readers outside the platform open (:mod:`warehouse.snapshots`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.settings import Settings
from warehouse.sql_text import literal, quoted

MANIFEST = "manifest.json"
"""dbt's description of the project, in :attr:`Settings.dbt_target`."""

_INSTANT = "TIMESTAMP WITH TIME ZONE"
"""How DuckDB reads Spark's timestamps; in the warehouse a time is UTC without a zone."""


class WarehouseNotBuiltError(FileNotFoundError):
    """dbt has not built a warehouse yet."""


@contextmanager
def readable_warehouse(settings: Settings) -> Iterator[Path]:
    """A DuckDB file in which every table that dbt built is found by its name; open it read-only.

    On DuckDB it is the warehouse itself. On Spark it is there for as long as the block lasts and holds one view per
    table, over the Parquet that Spark wrote; dbt's own views are known to Spark's metastore only and are not in it.

    Raises:
        WarehouseNotBuiltError: there is no warehouse.
    """
    zones = settings.zones
    if settings.engine == "duckdb":
        if not zones.warehouse_file.is_file():
            raise WarehouseNotBuiltError(f"{zones.warehouse_file} does not exist; run dbt build first")
        yield zones.warehouse_file
        return
    folders = _table_folders(zones.spark_tables)
    if not folders:
        raise WarehouseNotBuiltError(f"{zones.spark_tables} has no tables; run dbt build first")
    described = _column_types(settings.dbt_target / MANIFEST)
    with tempfile.TemporaryDirectory(prefix="warehouse-") as scratch:
        file = Path(scratch) / zones.warehouse_file.name
        with duckdb.connect(str(file)) as connection:
            for folder in folders:
                _create_view(connection, folder, described.get(folder.name, {}))
        yield file


def warehouse_state(settings: Settings) -> str:
    """Changes whenever dbt writes a table; ``absent`` if there is no warehouse."""
    zones = settings.zones
    if settings.engine == "duckdb":
        written = [zones.warehouse_file] if zones.warehouse_file.is_file() else []
    else:
        # Spark makes a table anew, or exchanges folders of partitions in it: either way its folder changes.
        written = _table_folders(zones.spark_tables)
    if not written:
        return "absent"
    statuses = [path.stat() for path in written]
    return f"{len(written)}-{sum(status.st_size for status in statuses)}-{max(s.st_mtime_ns for s in statuses)}"


def _table_folders(spark_tables: Path) -> list[Path]:
    if not spark_tables.is_dir():
        return []
    return sorted(path for path in spark_tables.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))


def _column_types(manifest: Path) -> dict[str, dict[str, str]]:
    """Column types by table, as far as the dbt project states them."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {
        node["alias"]: {
            column["name"]: column["data_type"] for column in node["columns"].values() if column.get("data_type")
        }
        for node in nodes
        if node["resource_type"] in {"model", "seed"}
    }


def _create_view(connection: duckdb.DuckDBPyConnection, folder: Path, described: Mapping[str, str]) -> None:
    """View on one table, its columns in the order of their description, with the type each has in the files.

    A partitioned table without rows has no file, so only its description tells its columns.
    """
    name = quoted(folder.name)
    pattern, partitions = _files(folder)
    if pattern is None:
        if described:
            columns = ", ".join(f"cast(null as {kind}) as {quoted(column)}" for column, kind in described.items())
            connection.execute(f"create view {name} as select {columns} where false")
        return
    # The value of a partition column is in a folder's name, where it has no type of its own.
    stated = ", ".join(f"{literal(column)}: {described[column]}" for column in partitions if column in described)
    hive = f", hive_types = {{{stated}}}" if stated else ""
    source = f"read_parquet({literal(pattern)}, hive_partitioning = {bool(partitions)}{hive})"
    types = {column: kind for column, kind, *_ in connection.execute(f"describe from {source}").fetchall()}
    order = [column for column in described if column in types]
    order += [column for column in types if column not in described]
    columns = ", ".join(_as_stored(column, types[column]) for column in order)
    connection.execute(f"create view {name} as select {columns} from {source}")


def _files(folder: Path) -> tuple[str | None, list[str]]:
    """Pattern that finds the files of a table and nothing that Spark is just writing, and its partition columns."""
    partitions: list[str] = []
    pattern = folder
    while True:
        inner = next((path for path in sorted(folder.iterdir()) if path.is_dir() and "=" in path.name), None)
        if inner is None:
            break
        column = inner.name.split("=")[0]
        partitions.append(column)
        folder, pattern = inner, pattern / f"{column}=*"
    has_files = any(path.suffix == ".parquet" for path in folder.iterdir())
    return (str(pattern / "*.parquet") if has_files else None), partitions


def _as_stored(column: str, kind: str) -> str:
    return f"{quoted(column)} at time zone 'UTC' as {quoted(column)}" if kind == _INSTANT else quoted(column)
