"""What a reader hands to the checks: a stretch of documents, and what was wrong before they could be checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import polars as pl

from assets.feeds.base import POSITION

UNKNOWN_VALUES_SCHEMA: dict[str, pl.DataType] = {POSITION: pl.Int64(), "column_name": pl.String(), "value": pl.String()}
_SAFE_NAME = re.compile(r"^[^\d\s]\S{0,63}$")
_LONG_NUMBER = re.compile(r"\d{5}")


class UnreadableFileError(Exception):
    """A landing file cannot be read: the rule it breaks, why, and what to do next. Holds nothing of its content."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class Problem(NamedTuple):
    """One record that may not pass."""

    position: int
    rule: str
    detail: str
    """Columns and rules only; never a value."""
    record_id: str | None
    raw: str | None
    """The record as received, to be sealed; null where nothing of it may stay."""


@dataclass
class RawBatch:
    """Consecutive documents of one file in the types the format gives them."""

    documents: pl.DataFrame
    """Columns of the feed's document and :data:`~assets.feeds.base.POSITION`, without the records in problems."""
    raw_texts: Callable[[Sequence[int]], dict[int, str]]
    """Positions to the records as received."""
    received: int
    """Records read, those in :attr:`problems` included."""
    problems: list[Problem] = field(default_factory=list)
    unknown_values: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNKNOWN_VALUES_SCHEMA))
    """Values of columns the feed does not know, one row each, as JSON or CSV text."""
    unknown_columns: set[str] = field(default_factory=set)


def public_name(name: str) -> str:
    """A column name from outside, fit for logs: one that might itself hold an identifier is masked."""
    return name if _SAFE_NAME.match(name) and not _LONG_NUMBER.search(name) else "(masked name)"
