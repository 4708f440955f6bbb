"""What people decided about who is who.

A ``join`` says that identifiers belong to one person, whatever the guards say; a ``part`` that those of one side and
those of the other do not, whatever links them. The latest version of a decision counts; one that is withdrawn does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assets.identity.components import Codes
from assets.identity.evidence import ARRIVED_ON

JOIN, PART = "join", "part"
DECISIONS_SCHEMA: dict[str, pl.DataType] = {
    "decision_id": pl.String(),
    "decision": pl.String(),
    "tokens": pl.List(pl.String()),
    "other_tokens": pl.List(pl.String()),
    "is_withdrawn": pl.Boolean(),
    "updated_at": pl.Datetime("us", "UTC"),
    ARRIVED_ON: pl.Date(),
    "source_file": pl.String(),
    "source_position": pl.Int64(),
}
"""One row per received copy of a decision; ``tokens`` are the identifiers of one side, ``other_tokens`` the others."""
_VERSION_ORDER = ["updated_at", ARRIVED_ON, "source_file", "source_position"]


@dataclass(frozen=True)
class Rulings:
    """Decisions in force, about identifiers by their codes."""

    joins: tuple[Codes, ...] = ()
    """Each the codes of one person."""
    parts: tuple[tuple[Codes, Codes], ...] = ()
    """Each the codes of two sides that are not one person."""

    @property
    def joined(self) -> Codes:
        """Codes that a join is about, each once."""
        return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *self.joins]))

    @property
    def join_links(self) -> tuple[Codes, Codes]:
        """Links from the first code of each join to the others."""
        none = np.empty(0, dtype=np.int64)
        first = [np.repeat(codes[:1], len(codes) - 1) for codes in self.joins]
        return np.concatenate([none, *first]), np.concatenate([none, *(codes[1:] for codes in self.joins)])


def in_force(decisions: pl.DataFrame, last: date) -> pl.DataFrame:
    """The decisions that had arrived by the end of a day and were not withdrawn, by id."""
    return (
        decisions.filter(pl.col(ARRIVED_ON) <= last)
        .sort(_VERSION_ORDER)
        .group_by("decision_id", maintain_order=True)
        .last()
        .filter(~pl.col("is_withdrawn"))
        .sort("decision_id")
    )


def rulings_of(decisions: pl.DataFrame, identifiers: pl.DataFrame) -> Rulings:
    """Decisions in force as rulings on identifiers; one that nobody has sent yet is left out.

    Args:
        decisions: as :func:`in_force` gives them.
        identifiers: those of the evidence; the row number is the code.
    """
    if decisions.is_empty():
        return Rulings()
    wanted = pl.concat([decisions["tokens"].explode(), decisions["other_tokens"].explode()]).unique()
    known = identifiers.with_row_index("code").filter(pl.col("identifier_token").is_in(wanted.implode()))
    code_of = dict(known.select("identifier_token", "code").iter_rows())

    def codes(tokens: Sequence[str]) -> Codes:
        return np.unique(np.array([code_of[token] for token in tokens if token in code_of], dtype=np.int64))

    joins, parts = [], []
    for decision, tokens, others in decisions.select("decision", "tokens", "other_tokens").iter_rows():
        if decision == JOIN:
            joins.append(codes([*tokens, *others]))
        else:
            parts.append((codes(tokens), codes(others)))
    return Rulings(tuple(joins), tuple(parts))
