"""Writes planned tables as DuckDB files and Parquet: same marts, same rows in the same order, same checksums."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import get_args

import duckdb

from assets.publication.plan import PlannedTable, PublicationError
from warehouse.snapshot_manifest import Database, PublishedColumn, PublishedTable
from warehouse.sql_text import literal, quoted

_BOOKS = "fct_ingest_books"
_CHUNK_BYTES = 1 << 20

logger = logging.getLogger(__name__)


def read_as_of_date(warehouse_file: Path) -> date:
    """Last arrival day that is in the marts.

    Raises:
        PublicationError: the warehouse has no books or no file was received yet.
    """
    with duckdb.connect(str(warehouse_file), read_only=True) as connection:
        try:
            [(as_of,)] = connection.execute(f"select max(arrived_on) from {_BOOKS}").fetchall()
        except duckdb.CatalogException as error:
            raise PublicationError(f"{_BOOKS} is not in the warehouse; run dbt build first") from error
    if as_of is None:
        raise PublicationError("no file was ever received, so there is nothing to publish; load a day first")
    return as_of


def write_tables(warehouse_file: Path, tables: Sequence[PlannedTable], folder: Path) -> list[PublishedTable]:
    """Write ``warehouse.duckdb``, ``persons.duckdb`` and ``parquet/<database>/`` into ``folder``, even if empty.

    Person-level tables have a Parquet folder of their own too, so that it can be kept apart as the file can.

    Args:
        warehouse_file: the warehouse as a DuckDB file; opened read-only.
        tables: what to publish.
        folder: an empty folder.

    Raises:
        PublicationError: a table of the warehouse and its description do not match, or a key is not one.
    """
    published: list[PublishedTable] = []
    for database in get_args(Database):
        (folder / "parquet" / database).mkdir(parents=True)
        with duckdb.connect(str(folder / f"{database}.duckdb")) as connection:
            # Rows leave in the order they are sorted in, so that equal marts give equal files.
            connection.execute("set preserve_insertion_order = true")
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"attach {literal(str(warehouse_file))} as source (read_only)")
            chosen = [table for table in tables if table.database == database]
            # One transaction: hundreds of comments would otherwise each be forced to disk.
            connection.begin()
            published.extend(_write_table(connection, table, folder) for table in chosen)
            connection.commit()
            connection.execute("detach source")
    return sorted(published, key=lambda entry: entry.name)


def _write_table(connection: duckdb.DuckDBPyConnection, table: PlannedTable, folder: Path) -> PublishedTable:
    types = _column_types(connection, table)
    name = quoted(table.name)
    source = f"source.{quoted(table.relation)}"
    columns = ", ".join(quoted(column) for column in types)
    order = ", ".join(f"{quoted(column)} nulls first" for column in table.key)
    connection.execute(f"create table {name} as select {columns} from {source} order by {order}")
    [(rows, keys)] = connection.execute(
        f"select count(*), count(distinct ({', '.join(map(quoted, table.key))})) from {name}"
    ).fetchall()
    if rows != keys:
        raise PublicationError(
            f"{table.name} has {rows - keys} rows with a key ({', '.join(table.key)}) that another has"
        )
    connection.execute(f"comment on table {name} is {literal(table.description)}")
    for column in table.columns:
        path = f"{name}.{quoted(column.name)}"
        connection.execute(f"comment on column {path} is {literal(column.description)}")
    parquet = f"parquet/{table.database}/{table.name}.parquet"
    connection.execute(
        f"copy (select * from {name} order by {order}) to {literal(str(folder / parquet))}"
        " (format parquet, compression zstd)"
    )
    logger.info("%s: %d rows into %s.duckdb", table.name, rows, table.database)
    described = {column.name: column for column in table.columns}
    return PublishedTable(
        name=table.name,
        database=table.database,
        rows=rows,
        columns=tuple(
            PublishedColumn(
                column, kind, described[column].description, described[column].grade, described[column].unit
            )
            for column, kind in types.items()
        ),
        grade=table.grade,
        parquet=parquet,
        sha256=file_sha256(folder / parquet),
        description=table.description,
        key=table.key,
    )


def _column_types(connection: duckdb.DuckDBPyConnection, table: PlannedTable) -> dict[str, str]:
    """DuckDB type per column, in the warehouse's order; what the warehouse has and what is described must agree."""
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns()"
        " where database_name = 'source' and table_name = ? order by column_index",
        [table.relation],
    ).fetchall()
    if not rows:
        raise PublicationError(f"mart {table.name} is not in the warehouse; run dbt build first")
    types = dict(rows)
    described = {column.name for column in table.columns}
    ungraded, absent = sorted(types.keys() - described), sorted(described - types.keys())
    if ungraded:
        raise PublicationError(
            f"columns {ungraded} of mart {table.name} are not described, so they have no grade; add them to its .yml"
        )
    if absent:
        raise PublicationError(f"columns {absent} of mart {table.name} are not in the warehouse; run dbt build first")
    return types


def file_sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
