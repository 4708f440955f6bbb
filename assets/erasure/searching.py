"""Looking for a person in what the platform keeps beside its tables, and in the tables themselves."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import duckdb
import polars as pl
import pyarrow as pa

from assets.erasure.spelling import Needles
from warehouse.sql_text import quoted

_CHUNK_BYTES = 1 << 22
_SMALL_CHUNK_BYTES = 1 << 10
"""What may be lost of a cut Zstandard stream."""
_OVERLAP_BYTES = 256
_GZIP = zlib.MAX_WBITS | 16


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
    for chunk in _decompressed(path):
        yield overlap + chunk
        overlap = chunk[-_OVERLAP_BYTES:]


def _decompressed(path: Path) -> Iterator[bytes]:
    """What could be had of a file; the rest says nothing to anybody.

    File objects that decompress raise at the cut and keep what they had in hand, so the streams are fed here.
    """
    with path.open("rb") as file:
        if path.name.endswith(".gz"):
            yield from _gunzipped(file)
        elif path.name.endswith(".zst"):
            stream = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
            with contextlib.suppress(OSError, pa.ArrowException):
                while chunk := stream.read(_SMALL_CHUNK_BYTES):
                    yield chunk
        else:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def _gunzipped(file: BinaryIO) -> Iterator[bytes]:
    stream = zlib.decompressobj(wbits=_GZIP)
    while packed := file.read(_CHUNK_BYTES):
        while packed:
            try:
                yield stream.decompress(packed)
            except zlib.error:
                return
            packed = stream.unused_data
            if stream.eof:
                stream = zlib.decompressobj(wbits=_GZIP)
