"""JSON Lines: a vectorised path for sound lines, an exact one for every line that is not.

Polars parses numbers, booleans and nesting strictly but turns a number into text where text is expected, keeps the
first of two equal keys and drops keys it was not asked for. So each line is first reduced to its *shape*: its keys,
brackets and the first letter of each value that is no number. A file has few shapes; one line of each is examined in
full, and only lines of a sound shape go the fast way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import polars as pl
from polars.datatypes import DataTypeClass

from assets.feeds.base import POSITION, DocumentShape, Feed
from assets.ingest.batch import UNKNOWN_VALUES_SCHEMA, Problem, RawBatch, UnreadableFileError
from assets.ingest.json_record import Examined, examine

BLOCK_BYTES = 16 * 1024 * 1024
"""Plain bytes taken at a time: some ten thousand orders, and a few hundred MB while they are checked."""
MAX_LINE_BYTES = 256 * 1024 * 1024
_SHAPE = r'"[^"\\]*"\s*:\s*["tfn]?|\[\s*[-\dtfn]?|,\s*[-\dtfn]|[{}\]]'
_MAX_CACHED_SHAPES = 50_000


def raw_type(dtype: pl.DataType | DataTypeClass) -> pl.DataType | DataTypeClass:
    """The type a document column has in JSON: text for times and days, a float for money."""
    if isinstance(dtype, pl.Struct):
        return pl.Struct({name: raw_type(inner) for name, inner in dtype.to_schema().items()})
    if isinstance(dtype, pl.List):
        return pl.List(raw_type(dtype.inner))
    if isinstance(dtype, pl.Datetime | pl.Date):
        return pl.String()
    return pl.Float64() if isinstance(dtype, pl.Decimal) else dtype


def read_json_lines(stream: BinaryIO, feed: Feed) -> Iterator[RawBatch]:
    """Read documents, one per line; blank lines are no records.

    Raises :class:`UnreadableFileError` for another encoding than UTF-8, or when nothing in the file looks like JSON.
    """
    readers = [_BlockReader(shape) for shape in (feed.own_shape, *feed.foreign_shapes)]
    position = 0
    is_json = False
    for block in _blocks(stream):
        lines = pl.Series("line", block.split("\n")).str.strip_chars_end("\r \t")
        lines = lines.filter(lines.str.contains(r"\S"))
        if lines.is_empty():
            continue
        positions = pl.Series(POSITION, range(position + 1, position + len(lines) + 1), dtype=pl.Int64)
        position += len(lines)
        batches = [
            reader.read(lines.filter(of_shape), positions.filter(of_shape))
            for reader, of_shape in zip(readers, _shapes_of(lines, block, feed), strict=True)
            if of_shape.any()
        ]
        is_json = is_json or any(not batch.documents.is_empty() for batch in batches)
        is_json = is_json or bool(lines.str.contains(r"^\s*\{").any())
        if not is_json:
            raise UnreadableFileError(
                "not_what_its_name_says", "no line is a JSON object: have the source name the file after its content"
            )
        yield from batches


def _shapes_of(lines: pl.Series, block: str, feed: Feed) -> list[pl.Series]:
    """Which lines, those of a block, are of which shape, the feed's own first."""
    own = pl.repeat(True, len(lines), dtype=pl.Boolean, eager=True)
    none = ~own
    found = []
    for shape in feed.foreign_shapes:
        # Looking through a text as a whole takes a hundredth of looking through its lines. A quote within a value is
        # escaped, so that a quoted name before a colon is a key.
        is_there = f'"{shape.marker}"' in block
        of_shape = own & lines.str.contains(rf'"{shape.marker}"\s*:') if is_there else none
        found.append(of_shape)
        own = own & ~of_shape
    return [own, *found]


def _blocks(stream: BinaryIO) -> Iterator[str]:
    """Text of whole lines, about :data:`BLOCK_BYTES` at a time, without a byte order mark."""
    rest = b""
    is_first = True
    offset = 0
    while True:
        chunk = stream.read(BLOCK_BYTES)
        data = rest + chunk
        end = data.rfind(b"\n") + 1 if chunk else len(data)
        if end == 0 and len(data) > MAX_LINE_BYTES:
            raise UnreadableFileError(
                "line_too_long", f"a line exceeds {MAX_LINE_BYTES} bytes: have the source split it"
            )
        whole, rest = data[:end], data[end:]
        if is_first and whole:
            is_first = False
            if b"\x00" in whole[:4096]:
                raise UnreadableFileError("wrong_encoding", "the text is not UTF-8: have the source export it as UTF-8")
            whole = whole.removeprefix(b"\xef\xbb\xbf")
        if whole:
            yield decode_utf8(whole, offset)
        offset += end
        if not chunk:
            return


def decode_utf8(data: bytes, offset: int = 0) -> str:
    """Decode, or raise :class:`UnreadableFileError` with the place of the first byte that is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            "wrong_encoding", f"byte {offset + error.start + 1} is not UTF-8: have the source export it as UTF-8"
        ) from error


class _BlockReader:
    """Reads blocks of lines of one shape of document, remembering which shapes of line are sound."""

    def __init__(self, shape: DocumentShape) -> None:
        self._shape = shape
        self._schema = {name: raw_type(dtype) for name, dtype in shape.document.items()}
        self._sound_shapes: dict[str, bool] = {}

    def read(self, lines: pl.Series, positions: pl.Series) -> RawBatch:
        """Read non-blank lines, which are the records of their file at ``positions``."""
        frame = pl.DataFrame({"line": lines}).with_row_index("row").with_columns(is_sound=self._soundness(lines))
        examined = self._examine(frame.filter(~pl.col("is_sound")))
        good = frame.filter(pl.col("is_sound") | pl.col("row").is_in(_rows(examined, passed=True)))
        documents = self._parse(good["line"])
        if documents is None:
            unseen = good.filter(~pl.col("row").is_in(list(examined)))
            examined |= self._examine(unseen)
            good = good.filter(~pl.col("row").is_in(_rows(examined, passed=False)))
            documents = self._parse(good["line"])
        if documents is None:
            good, documents = self._parse_piecewise(good, examined)
        documents = documents.with_columns(positions.gather(good["row"]))
        return RawBatch(
            documents=documents if self._shape.adapt is None else self._shape.adapt(documents),
            raw_texts=lambda wanted: dict(
                zip(wanted, lines.gather(positions.search_sorted(pl.Series(wanted, dtype=pl.Int64))), strict=True)
            ),
            received=len(lines),
            problems=[
                Problem(positions[row], found.rule, found.detail or "", found.record_id, lines[row])
                for row, found in sorted(examined.items())
                if found.rule is not None
            ],
            unknown_values=_unknown_values(examined, positions),
            unknown_columns={name for found in examined.values() for name, _ in found.unknown},
        )

    def _soundness(self, lines: pl.Series) -> pl.Series:
        """Whether each line has a shape all of whose lines are sound but for what the parser itself notices."""
        shapes = lines.str.extract_all(_SHAPE).list.join("")
        first_rows = (
            pl.DataFrame({"shape": shapes})
            .with_row_index("row")
            .group_by("shape", maintain_order=True)
            .agg(pl.col("row").first())
        )
        if len(self._sound_shapes) > _MAX_CACHED_SHAPES:
            self._sound_shapes.clear()
        for shape, row in first_rows.iter_rows():
            if shape not in self._sound_shapes:
                found = examine(lines[row], self._shape)
                self._sound_shapes[shape] = found.rule is None and not found.unknown
        known = first_rows["shape"]
        sound = pl.Series([self._sound_shapes[shape] for shape in known], dtype=pl.Boolean)
        return shapes.replace_strict(known, sound, return_dtype=pl.Boolean)

    def _examine(self, frame: pl.DataFrame) -> dict[int, Examined]:
        return {row: examine(line, self._shape) for row, line in frame.select("row", "line").iter_rows()}

    def _parse(self, lines: pl.Series) -> pl.DataFrame | None:
        """Documents of all lines, or null when the parser refuses one of them."""
        if lines.is_empty():
            return pl.DataFrame(schema=self._schema)
        try:
            documents = pl.read_ndjson("\n".join(lines).encode("utf-8", "surrogatepass"), schema=self._schema)
        except pl.exceptions.PolarsError:
            return None
        return documents if documents.height == len(lines) else None

    def _parse_piecewise(self, good: pl.DataFrame, examined: dict[int, Examined]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Halve until the lines that only the fast parser refuses stand alone; those become problems."""
        documents = self._parse(good["line"])
        if documents is not None:
            return good, documents
        if good.height == 1:
            row = good["row"][0]
            known = examined.get(row) or examine(good["line"][0], self._shape)
            examined[row] = Examined("invalid_json", "the record is no sound JSON", known.record_id, known.unknown)
            return good.clear(), pl.DataFrame(schema=self._schema)
        half = good.height // 2
        parts = [self._parse_piecewise(part, examined) for part in (good[:half], good[half:])]
        return pl.concat([part[0] for part in parts]), pl.concat([part[1] for part in parts])


def _rows(examined: Mapping[int, Examined], passed: bool) -> list[int]:
    return [row for row, found in examined.items() if (found.rule is None) is passed]


def _unknown_values(examined: Mapping[int, Examined], positions: pl.Series) -> pl.DataFrame:
    rows: Sequence[tuple[int, str, str]] = [
        (positions[row], name, json.dumps(value, ensure_ascii=False, default=str))
        for row, found in sorted(examined.items())
        for name, value in found.unknown
    ]
    return pl.DataFrame(rows, schema=UNKNOWN_VALUES_SCHEMA, orient="row")
