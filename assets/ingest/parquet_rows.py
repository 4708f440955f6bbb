"""Parquet: read row group by row group, so memory stays bounded however large the file is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from assets.feeds.base import POSITION, Feed
from assets.ingest.batch import UNKNOWN_VALUES_SCHEMA, RawBatch, UnreadableFileError, public_name
from assets.ingest.casting import can_cast

BATCH_ROWS = 262_144
_MAGIC = b"PAR1"
_MAX_UNPACKED_BYTES = 2 * 1024**3


def read_parquet(stream: BinaryIO, feed: Feed) -> Iterator[RawBatch]:
    """Read records in the types the file gives them.

    Raises :class:`UnreadableFileError` for a damaged file, a missing required column, or a column of a type that cannot
    be what the feed needs, such as a time without zone.
    """
    try:
        # A file that came compressed once more has no random access and is unpacked in memory.
        source = stream if hasattr(stream, "fileno") and hasattr(stream, "raw") else pa.BufferReader(_bounded(stream))
        _check_ends(source)
        file = pq.ParquetFile(source)
        _check_columns(file.schema_arrow, feed)
        position = 0
        for arrow_batch in file.iter_batches(batch_size=BATCH_ROWS):
            rows = pl.DataFrame(pl.from_arrow(pa.Table.from_batches([arrow_batch])))
            yield _batch(rows, position, feed)
            position += rows.height
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(
            "corrupt_file", "this is no sound Parquet file: have the source send the file again"
        ) from error


def _check_ends(source: BinaryIO | pa.BufferReader) -> None:
    """A Parquet file ends as it begins; one that does not was cut."""
    begins = source.read(len(_MAGIC)) == _MAGIC
    size = source.seek(0, os.SEEK_END)
    source.seek(max(size - len(_MAGIC), 0))
    ends = source.read(len(_MAGIC)) == _MAGIC
    source.seek(0)
    if begins and not ends:
        raise UnreadableFileError("truncated_file", "the Parquet file is cut: have the source send the file again")


def _bounded(stream: BinaryIO) -> bytes:
    data = stream.read(_MAX_UNPACKED_BYTES + 1)
    if len(data) > _MAX_UNPACKED_BYTES:
        raise UnreadableFileError(
            "file_too_large", f"more than {_MAX_UNPACKED_BYTES} bytes: send Parquet as it is, it is compressed inside"
        )
    return data


def _check_columns(schema: pa.Schema, feed: Feed) -> None:
    """Refuse a file whose columns cannot be the feed's."""
    repeated = sorted({public_name(name) for name in schema.names if schema.names.count(name) > 1})
    if repeated:
        raise UnreadableFileError("duplicate_column", f"the file names {', '.join(repeated)} more than once")
    missing = [name for name in feed.required_columns if name not in schema.names]
    if missing:
        raise UnreadableFileError("missing_column", f"no column {', '.join(missing)}: have the source add it")
    types = pl.DataFrame(pl.from_arrow(schema.empty_table())).schema
    for name, expected in feed.document.items():
        if name in types and not can_cast(types[name], expected):
            raise UnreadableFileError(
                "wrong_type", f"column {name} has type {types[name]}, expected {expected}: have the source correct it"
            )


def _batch(rows: pl.DataFrame, offset: int, feed: Feed) -> RawBatch:
    rows = rows.with_columns(pl.int_range(offset + 1, offset + 1 + pl.len(), dtype=pl.Int64).alias(POSITION))
    known = [name for name in feed.document if name in rows.columns]
    unknown = [name for name in rows.columns if name not in feed.document and name != POSITION]
    absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in feed.document.items() if name not in known]
    return RawBatch(
        documents=rows.select(POSITION, *known, *absent),
        raw_texts=lambda positions: _raw_texts(rows, positions),
        received=rows.height,
        unknown_values=_unknown_values(rows, unknown),
        unknown_columns={public_name(name) for name in unknown},
    )


def _raw_texts(rows: pl.DataFrame, positions: Sequence[int]) -> dict[int, str]:
    """Records as JSON, which is how a replay sends them."""
    wanted = rows.filter(pl.col(POSITION).is_in(list(positions)))
    return {
        row.pop(POSITION): json.dumps(row, ensure_ascii=False, default=_json_value)
        for row in wanted.iter_rows(named=True)
    }


def _unknown_values(rows: pl.DataFrame, unknown: list[str]) -> pl.DataFrame:
    parts = [
        rows.select(
            POSITION,
            pl.lit(public_name(name)).alias("column_name"),
            pl.struct(name).struct.json_encode().alias("value"),
        ).filter(rows[name].is_not_null())
        for name in unknown
    ]
    return pl.concat([pl.DataFrame(schema=UNKNOWN_VALUES_SCHEMA), *parts])


def _json_value(value: Any) -> Any:
    """JSON form of what Parquet holds and JSON does not."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value.hex() if isinstance(value, bytes) else str(value)
