"""Looks through every file of a data root for texts that should be gone: as they lie on disk, and unpacked.

Independent of the platform's own search (``assets/erasure/searching.py``), which it is there to check: it knows no
table and no column, opens everything, and looks for each spelling in which a source sends an identifier.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa


def spellings(identifier: str) -> set[bytes]:
    """Bytes in which an identifier may stand in a file: as it is, full-width, in UTF-16, and phones as people write
    them."""
    texts = {identifier}
    if re.fullmatch(r"1\d{10}", identifier):
        head, middle, tail = identifier[:3], identifier[3:7], identifier[7:]
        texts |= {mark.join((head, middle, tail)) for mark in ("-", " ", ".")}
        texts |= {f"{head}-{identifier[3:]}", f"{head} {identifier[3:]}"}
    texts |= {text.translate({digit: digit + 0xFEE0 for digit in range(0x30, 0x3A)}) for text in list(texts)}
    escaped = {text.encode("unicode_escape") for text in texts}
    return {text.encode() for text in texts} | {text.encode("utf-16-le") for text in texts} | escaped


def token_bytes(token: str) -> set[bytes]:
    """Bytes in which a token may stand: its digits, and the number that they are."""
    return {token.encode(), token.upper().encode(), bytes.fromhex(token)}


def files_with(root: Path, needles: Iterable[bytes], skip: Iterable[Path] = ()) -> dict[str, set[bytes]]:
    """Files below ``root`` in which a needle stands, with the needles found, by path below ``root``.

    Args:
        root: folder to look through; links are not followed.
        needles: byte strings looked for.
        skip: folders left out.
    """
    pattern = re.compile(b"|".join(re.escape(needle) for needle in sorted(set(needles))))
    left_out = tuple(skip)
    found: dict[str, set[bytes]] = {}
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or any(path.is_relative_to(folder) for folder in left_out):
            continue
        name = path.relative_to(root).as_posix()
        hits = set(pattern.findall(name.encode()))
        for data in contents(path):
            hits |= set(pattern.findall(data))
        if hits:
            found[name] = hits
    return found


def tables_with(database: Path, *texts: str) -> set[str]:
    """Tables of a DuckDB file that have a row in which each of ``texts`` stands."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where not internal").fetchall()
        wanted = " and ".join("contains(cast(found as varchar), ?)" for _ in texts)
        return {
            table
            for (table,) in tables
            if connection.execute(f'select 1 from "{table}" as found where {wanted} limit 1', texts).fetchone()
        }


def contents(path: Path) -> Iterator[bytes]:
    """A file as it lies on disk, then what is packed in it: the plain text of a compressed file, the texts of a Parquet
    or DuckDB file."""
    raw = path.read_bytes()
    yield raw
    if raw.startswith(b"\x1f\x8b"):
        yield _gunzip(raw)
    elif raw.startswith(b"\x28\xb5\x2f\xfd"):
        yield _unzstd(raw)
    elif raw.startswith(b"PAR1") and raw.endswith(b"PAR1"):
        for column in pl.read_parquet(path, hive_partitioning=False):
            yield _texts(column)
    elif raw[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as connection:
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall():
                for column in connection.sql(f'from "{schema}"."{table}"').pl():
                    yield _texts(column)
            yield "\n".join(
                str(row) for row in connection.execute("select sql from duckdb_views() where not internal").fetchall()
            ).encode()


def _gunzip(raw: bytes) -> bytes:
    """As much as can be had of a stream that may be cut."""
    stream = zlib.decompressobj(wbits=31)
    try:
        return stream.decompress(raw)
    except zlib.error:
        return b""


def _unzstd(raw: bytes) -> bytes:
    stream = pa.CompressedInputStream(pa.BufferReader(raw), "zstd")
    parts = []
    try:
        while part := stream.read(1 << 10):
            parts.append(bytes(part))
    except (OSError, pa.ArrowException):
        pass
    return b"".join(parts)


def _texts(column: pl.Series) -> bytes:
    if column.dtype == pl.Binary:
        return b"\n".join(column.drop_nulls())
    if isinstance(column.dtype, pl.String | pl.List | pl.Struct):
        return "\n".join(
            map(str, column.unique().to_list() if column.dtype == pl.String else column.to_list())
        ).encode()
    return b""
