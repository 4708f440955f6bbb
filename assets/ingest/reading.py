"""From a landing file's name to a stream of its plain bytes, and on to the reader of its format."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from assets.feeds.base import Feed
from assets.ingest.batch import RawBatch, UnreadableFileError
from assets.ingest.csv_text import read_csv
from assets.ingest.json_lines import read_json_lines
from assets.ingest.parquet_rows import read_parquet

FORMATS = ("jsonl", "csv", "parquet")
COMPRESSIONS = ("gz", "zst")
_MAGIC = {b"PAR1": "Parquet", b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "Zstandard", b"PK\x03\x04": "a ZIP archive"}


@dataclass(frozen=True)
class LandingFormat:
    """What a landing file's name says about its content."""

    kind: str
    compression: str | None


def format_of(name: str) -> LandingFormat | None:
    """Format by the endings of ``name``; null for a name that no feed uses."""
    parts = name.lower().split(".")
    compression = parts.pop() if parts[-1] in COMPRESSIONS else None
    return LandingFormat(parts[-1], compression) if len(parts) > 1 and parts[-1] in FORMATS else None


def is_still_written(name: str) -> bool:
    """Whether a name says that its file is not finished yet."""
    return name.startswith((".", "_")) or name.lower().endswith((".tmp", ".part"))


def read_batches(path: Path, landing_format: LandingFormat, feed: Feed) -> Iterator[RawBatch]:
    """Read one landing file in batches of bounded size.

    Raises :class:`UnreadableFileError`, possibly after some batches: the caller keeps nothing of such a file.
    """
    try:
        with _plain_bytes(path, landing_format) as stream:
            if landing_format.kind == "jsonl":
                yield from read_json_lines(stream, feed)
            elif landing_format.kind == "csv":
                yield from read_csv(stream, feed)
            else:
                yield from read_parquet(stream, feed)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFileError(
            "truncated_file" if isinstance(error, EOFError) else "corrupt_file",
            f"the {landing_format.compression} stream is cut or damaged: have the source send the file again",
        ) from error


@contextmanager
def _plain_bytes(path: Path, landing_format: LandingFormat) -> Iterator[BinaryIO]:
    """Open a landing file for reading, decompressed."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if landing_format.compression is None:
            found = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
            if found is not None and not (landing_format.kind == "parquet" and found == "Parquet"):
                raise UnreadableFileError(
                    "not_what_its_name_says", f"the content is {found}: have the source name the file after its content"
                )
            yield file
        elif landing_format.compression == "gz":
            if not head.startswith(b"\x1f\x8b"):
                raise UnreadableFileError(
                    "not_what_its_name_says", "the content is not gzip: have the source send the file again"
                )
            with gzip.open(file, "rb") as plain:
                yield cast(BinaryIO, plain)
        else:
            if not head.startswith(b"\x28\xb5\x2f\xfd"):
                raise UnreadableFileError(
                    "not_what_its_name_says", "the content is not Zstandard: have the source send the file again"
                )
            yield cast(BinaryIO, _ZstandardStream(file))


class _ZstandardStream:
    """Zstandard bytes decompressed on the fly, with errors in the words of :class:`UnreadableFileError`."""

    def __init__(self, file: BinaryIO) -> None:
        self._plain = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` plain bytes, all that is left if negative."""
        try:
            return self._plain.read() if size < 0 else self._plain.read(size)
        except (OSError, pa.ArrowException) as error:
            raise UnreadableFileError(
                "truncated_file", "the zst stream is cut or damaged: have the source send the file again"
            ) from error
