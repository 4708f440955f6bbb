"""Files written whole under a temporary name, then renamed; the same content makes the same bytes."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl


@dataclass
class Landing:
    """The landing zone; counts what it wrote."""

    root: Path
    files: int = 0
    bytes: int = 0

    def write(self, feed: str, day: date, name: str, content: bytes) -> str:
        """Write one file as it arrives on ``day``; return its path below the landing zone."""
        path = Path(feed) / day.isoformat() / name
        put(self.root / path, content)
        self.files += 1
        self.bytes += len(content)
        return path.as_posix()


def put(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.part")
    aside.write_bytes(content)
    aside.replace(path)


def zipped(lines: list[str]) -> bytes:
    """Lines as UTF-8, gzipped without a time stamp."""
    return gzip.compress(("\n".join(lines) + "\n").encode() if lines else b"", compresslevel=1, mtime=0)


def parquet(frame: pl.DataFrame) -> bytes:
    """A frame as Parquet bytes."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1, statistics=False)
    return buffer.getvalue()
