"""Records that came late, or once more, of someone who was erased: they may not bring the person back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from assets.erasure.decisions import DECISIONS
from assets.feeds.base import POSITION, Feed
from warehouse.vault import ErasedMarks


class Withheld(NamedTuple):
    """Lake rows that may pass, and the records that may not pass as they came."""

    tables: dict[str, pl.DataFrame]
    stripped: frozenset[int]
    """Positions of records that passed without their tokens."""
    refused: frozenset[int]
    """Positions of records none of whose rows passed."""


def withhold_erased(feed: Feed, tables: Mapping[str, pl.DataFrame], marks: ErasedMarks) -> Withheld:
    """Take out what is about persons that were erased at or after the version of the record.

    A newer version passes: its person has come back of their own will.
    """
    found: set[int] = set()
    if marks:
        for table in feed.tables:
            for column in table.token_columns:
                found |= _erased_positions(tables[table.name], column, marks)
    if not found:
        return Withheld(dict(tables), frozenset(), frozenset())
    is_erased = pl.col(POSITION).is_in(sorted(found))
    if not DECISIONS[feed.name].keeps_record:
        return Withheld({name: rows.filter(~is_erased) for name, rows in tables.items()}, frozenset(), frozenset(found))
    stripped = {table.name: strip(tables[table.name], table.token_columns, is_erased) for table in feed.tables}
    return Withheld(stripped, frozenset(found), frozenset())


def strip(rows: pl.DataFrame, token_columns: tuple[str, ...], where: pl.Expr) -> pl.DataFrame:
    """Rows without any token where ``where`` holds; a phone that others use too is no less the person's there."""
    return rows.with_columns(pl.when(~where).then(pl.col(column)).alias(column) for column in token_columns)


def _erased_positions(rows: pl.DataFrame, column: str, marks: ErasedMarks) -> set[int]:
    erased = marks.of(rows[column])
    if not erased:
        return set()
    tokens = rows.select(POSITION, "updated_at", token=column)
    if isinstance(rows.schema[column], pl.List):
        tokens = tokens.explode("token")
    erased_at = pl.col("token").replace_strict(erased, default=None, return_dtype=rows.schema["updated_at"])
    return set(tokens.filter(pl.col("updated_at") <= erased_at)[POSITION])
