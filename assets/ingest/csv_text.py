"""CSV: comma, double quotes, UTF-8, a header; embedded newlines and CRLF as they come.

Polars reads a sound file. It fills a short row with nulls in silence, so the separators are counted: in a sound file
they are exactly one less per row than there are columns, those inside values apart. A file that does not add up, or
that Polars refuses, is read record by record, and what is broken is named.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import polars as pl

from assets.feeds.base import POSITION, Feed
from assets.ingest.batch import UNKNOWN_VALUES_SCHEMA, Problem, RawBatch, UnreadableFileError, public_name
from assets.ingest.json_lines import decode_utf8

MAX_PLAIN_BYTES = 2 * 1024**3
"""A CSV file is held in memory whole, because a quoted field may hold newlines."""
BATCH_ROWS = 500_000


def read_csv(stream: BinaryIO, feed: Feed) -> Iterator[RawBatch]:
    """Read records, all values as text.

    Raises :class:`UnreadableFileError` for another encoding than UTF-8, a missing required column, a column named
    twice, a feed whose documents are nested, or a file above :data:`MAX_PLAIN_BYTES`.
    """
    if any(isinstance(dtype, pl.Struct | pl.List) for dtype in feed.document.values()):
        raise UnreadableFileError("not_what_its_name_says", "this feed's documents are nested: send them as JSON Lines")
    data = stream.read(MAX_PLAIN_BYTES + 1)
    if len(data) > MAX_PLAIN_BYTES:
        raise UnreadableFileError(
            "file_too_large", f"more than {MAX_PLAIN_BYTES} plain bytes: have the source split it"
        )
    if b"\x00" in data[:4096]:
        raise UnreadableFileError("wrong_encoding", "the text is not UTF-8: have the source export it as UTF-8")
    text = decode_utf8(data.removeprefix(b"\xef\xbb\xbf"))
    if not text.strip():
        return
    header = _header(text, feed)
    rows = _read_sound(text, header)
    problems: list[Problem] = []
    if rows is None:
        rows, problems = _read_exactly(text, header, feed)
    yield from _batches(rows, problems, header, feed)


def _header(text: str, feed: Feed) -> list[str]:
    """Column names, checked against what the feed needs."""
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise UnreadableFileError("no_header", "the header cannot be read: have the source send it again") from error
    repeated = sorted({public_name(name) for name in header if header.count(name) > 1})
    if repeated:
        raise UnreadableFileError("duplicate_column", f"the header names {', '.join(repeated)} more than once")
    missing = [name for name in feed.required_columns if name not in header]
    if missing:
        raise UnreadableFileError("missing_column", f"no column {', '.join(missing)}: have the source add it")
    return header


def _read_sound(text: str, header: list[str]) -> pl.DataFrame | None:
    """All rows, or null when any record is not exactly as wide as the header."""
    try:
        rows = pl.read_csv(text.encode(), infer_schema=False, raise_if_empty=False)
    except pl.exceptions.PolarsError:
        return None
    if rows.columns != header:
        return None
    # Only quoted values can hold separators.
    quoted = rows.select(pl.sum_horizontal(pl.all().str.count_matches(",", literal=True).fill_null(0).sum()))
    inside = int(quoted.item()) if '"' in text else 0
    inside += sum(name.count(",") for name in header)
    if text.count(",") - inside != (rows.height + 1) * (len(header) - 1):
        return None
    return rows.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(POSITION))


def _read_exactly(text: str, header: list[str], feed: Feed) -> tuple[pl.DataFrame, list[Problem]]:
    """Rows and, for each record that is none, why.

    After a broken record reading goes on at the next physical line, so a quote that is never closed costs one line.
    """
    lines = list(io.StringIO(text, newline=""))
    start = _lines_of_first_record(lines)
    good: list[list[str]] = []
    positions: list[int] = []
    problems: list[Problem] = []
    position = 0
    csv.field_size_limit(MAX_PLAIN_BYTES)
    while start < len(lines):
        reader = csv.reader(iter(lines[start:]), strict=True)
        consumed = 0
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return _frame(good, positions, header), problems
            except csv.Error:
                rule, detail = "invalid_csv", "a quote is not closed or not followed by a separator"
            else:
                span = reader.line_num - consumed
                if not record:
                    consumed = reader.line_num
                    continue
                if len(record) == len(header):
                    position += 1
                    good.append(record)
                    positions.append(position)
                    consumed = reader.line_num
                    continue
                rule, detail = "wrong_field_count", f"{len(record)} fields where the header has {len(header)}"
                if span == 1:
                    position += 1
                    problems.append(_broken(position, rule, detail, lines[start + consumed], header, feed))
                    consumed = reader.line_num
                    continue
            position += 1
            problems.append(_broken(position, rule, detail, lines[start + consumed], header, feed))
            start += consumed + 1
            break
    return _frame(good, positions, header), problems


def _broken(position: int, rule: str, detail: str, line: str, header: list[str], feed: Feed) -> Problem:
    """A record that does not fit its header. Its id cannot be trusted to be in its place, so none is given."""
    return Problem(position, rule, detail, None, _text_of(header) + line.rstrip("\r\n"))


def _lines_of_first_record(lines: list[str]) -> int:
    reader = csv.reader(iter(lines), strict=True)
    next(reader)
    return reader.line_num


def _frame(rows: list[list[str]], positions: list[int], header: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String()), orient="row")
    return frame.with_columns(pl.Series(POSITION, positions, dtype=pl.Int64))


def _batches(rows: pl.DataFrame, problems: list[Problem], header: list[str], feed: Feed) -> Iterator[RawBatch]:
    """Cut the rows into batches; problems go with the first."""
    known = [name for name in feed.document if name in header]
    unknown = [name for name in header if name not in feed.document]
    absent = [pl.lit(None, dtype=pl.String()).alias(name) for name in feed.document if name not in header]
    for start in range(0, max(rows.height, 1), BATCH_ROWS):
        part = rows.slice(start, BATCH_ROWS)
        filled = part.with_columns(pl.col(pl.String).replace("", None))
        yield RawBatch(
            documents=filled.select(POSITION, *known, *absent),
            raw_texts=_RawTexts(part, header),
            received=part.height + len(problems),
            problems=problems,
            unknown_values=_unknown_values(filled, unknown),
            unknown_columns={public_name(name) for name in unknown},
        )
        problems = []


def _unknown_values(rows: pl.DataFrame, unknown: list[str]) -> pl.DataFrame:
    parts = [
        rows.select(POSITION, pl.lit(public_name(name)).alias("column_name"), pl.col(name).alias("value")).drop_nulls()
        for name in unknown
    ]
    return pl.concat([pl.DataFrame(schema=UNKNOWN_VALUES_SCHEMA), *parts])


class _RawTexts:
    """Header and record as CSV text, for the records that are asked for."""

    def __init__(self, rows: pl.DataFrame, header: list[str]) -> None:
        self._rows = rows
        self._header = header

    def __call__(self, positions: Sequence[int]) -> dict[int, str]:
        wanted = self._rows.filter(pl.col(POSITION).is_in(list(positions))).select(POSITION, *self._header)
        head = _text_of(self._header)
        return {row[0]: head + _text_of(list(row[1:])).rstrip("\n") for row in wanted.iter_rows()}


def _text_of(values: Sequence[str | None]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(values)
    return buffer.getvalue()
