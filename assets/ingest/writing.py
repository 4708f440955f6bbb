"""Parquet files written batch by batch, aside, and put in place only when their landing file is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from warehouse.durable_files import AsideFile, write_atomically

_OPTIONS = {"compression": "zstd", "store_decimal_as_integer": True}


class ParquetAside:
    """One Parquet file in the making. Without rows there will be no file."""

    def __init__(self, target: Path, schema: Mapping[str, pl.DataType]) -> None:
        self.target = target
        self._schema = dict(schema)
        self._aside: AsideFile | None = None
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def append(self, rows: pl.DataFrame) -> None:
        """Add rows in the table's schema."""
        if rows.is_empty():
            return
        arrow = rows.select(list(self._schema)).to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._aside = AsideFile(self.target)
            self._writer = pq.ParquetWriter(self._aside.path, arrow.schema, **_OPTIONS)
        self._writer.write_table(arrow)
        self.rows += rows.height

    def commit(self) -> None:
        """Put the file in place; an earlier, uncommitted attempt at it goes away even when there are no rows now."""
        if self._writer is None or self._aside is None:
            self.target.unlink(missing_ok=True)
            return
        self._writer.close()
        self._aside.commit()

    def discard(self) -> None:
        """Drop what was written; harmless after a commit."""
        if self._writer is not None:
            self._writer.close()
        if self._aside is not None:
            self._aside.discard()


def write_table(path: Path, rows: pl.DataFrame) -> None:
    """Write a small frame, possibly without rows, in one go."""
    arrow = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    write_atomically(path, lambda aside: pq.write_table(arrow, aside, **_OPTIONS))
