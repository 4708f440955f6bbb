"""Looking for a person in what the platform keeps beside its tables, and in the tables themselves."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
import polars as pl
import pyarrow as pa

from assets.erasure.spelling import Needles
from warehouse.sql_text import quoted

_CHUNK_BYTES = 1 << 22
_OVERLAP_BYTES = 256


def files_that_hold(folder: Path, needles: Needles) -> tuple[list[Path], int]:
    """Files below ``folder`` with one of ``needles`` in them, and how many were looked through."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    return [path for path in files if holds(path, needles)], len(files)


def holds(path: Path, needles: Needles) -> bool:
    """Whether a file, decompressed as far as it can be, has one of ``needles`` in it.

    Parquet is opened column by column; what cannot be opened is looked through as it lies there.
    """
    if path.name.endswith(".parquet"):
        try:
            return any(needles.are_in(text) for text in _texts_of_parquet(path))
        except (pa.ArrowException, pl.exceptions.PolarsError, OSError):
            pass
    # A wrong encoding changes letters, but not the digits and letters of identifiers; UTF-16 puts zeros in between.
    return any(needles.are_in(chunk.replace(b"\x00", b"").decode("utf-8", "ignore")) for chunk in _plain_chunks(path))


def tables_that_hold(database: Path, tokens: Collection[str]) -> tuple[list[str], int]:
    """Tables of a DuckDB file in which a token stands, and how many columns of tokens were looked through."""
    found: set[str] = set()
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name, data_type from duckdb_columns()"
            " where not internal and data_type in ('VARCHAR', 'VARCHAR[]') and column_name like '%token%'"
        ).fetchall()
        for table, column, kind in columns:
            holds_it = "list_has_any({}, ?)" if kind.endswith("[]") else "{} in (select unnest(?))"
            query = f"select count(*) from {quoted(table)} where {holds_it.format(quoted(column))}"
            [(rows,)] = connection.execute(query, [sorted(tokens)]).fetchall()
            if rows:
                found.add(table)
    return sorted(found), len(columns)


def lake_tables_that_hold(lake: Path, tokens: Collection[str]) -> tuple[list[str], int]:
    """Lake tables in which a token stands, and how many tables were looked through."""
    wanted = sorted(tokens)
    found: list[str] = []
    folders = [folder for folder in sorted(lake.iterdir()) if any(folder.rglob("*.parquet"))]
    for folder in folders:
        rows = pl.scan_parquet(
            folder / "**" / "*.parquet", hive_partitioning=False, missing_columns="insert", extra_columns="ignore"
        )
        schema = rows.collect_schema()
        is_in = [
            pl.col(name).list.eval(pl.element().is_in(wanted)).list.any()
            if isinstance(dtype, pl.List)
            else pl.col(name).is_in(wanted)
            for name, dtype in schema.items()
            if "token" in name and dtype in (pl.String(), pl.List(pl.String()))
        ]
        if is_in and rows.filter(pl.any_horizontal(is_in)).select(pl.len()).collect().item():
            found.append(folder.name)
    return found, len(folders)


def _texts_of_parquet(path: Path) -> Iterator[str]:
    for column in pl.read_parquet(path, hive_partitioning=False):
        yield "\n".join(map(str, column.to_list()))


def _plain_chunks(path: Path) -> Iterator[bytes]:
    """Bytes of a file, decompressed up to where it is cut or damaged; the end of each chunk is repeated in the next."""
    overlap = b""
    try:
        with _plain_stream(path) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                yield overlap + chunk
                overlap = chunk[-_OVERLAP_BYTES:]
    except (EOFError, OSError, zlib.error, pa.ArrowException):
        # What could be had has been looked through; the rest says nothing to anybody.
        return


def _plain_stream(path: Path) -> BinaryIO:
    if path.name.endswith(".gz"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    if path.name.endswith(".zst"):
        return cast(BinaryIO, pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))
    return path.open("rb")
