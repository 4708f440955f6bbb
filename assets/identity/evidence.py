"""What the lake knows of identifiers: which of them were seen on one record, and since when.

Belongs here: from lake rows to sightings. Does not belong here: what a sighting proves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from assets.feeds.base import LakeTable
from warehouse.tokens import IdentifierKind

JOINING_KINDS: tuple[IdentifierKind, ...] = (
    "member_id",
    "member_card",
    "unionid",
    "external_user_id",
    "openid",
    "platform_user_id",
    "phone",
)
"""Kinds of identifiers that say who somebody is, the strongest first."""
NAME = "name"
"""What tells persons apart and never joins them: names are borne by many."""
PHONE_RANK = JOINING_KINDS.index("phone")
ARRIVED_ON = "arrived_on"
IDENTIFIERS_SCHEMA: dict[str, pl.DataType] = {
    "identifier_token": pl.String(),
    "identifier_kind": pl.String(),
    "rank": pl.Int8(),
    "first_seen_on": pl.Date(),
}
SIGHTINGS_SCHEMA: dict[str, pl.DataType] = {
    "record": pl.Int64(),
    "identifier_kind": pl.String(),
    "identifier_token": pl.String(),
    "scope": pl.String(),
    ARRIVED_ON: pl.Date(),
}
"""One row per record x identifier on it; ``scope`` is the app or platform that gave it out, where a record says so."""
_RANKS = pl.DataFrame(
    {"identifier_kind": JOINING_KINDS, "rank": range(len(JOINING_KINDS))}, schema_overrides={"rank": pl.Int8}
)


@dataclass(frozen=True)
class Evidence:
    """Identifiers and the records they stand on."""

    identifiers: pl.DataFrame
    """:data:`IDENTIFIERS_SCHEMA`, one row per identifier, the one after which a person would be named first: least
    day, then strongest kind (``rank``), then token. The row number is the identifier's code."""
    sightings: pl.DataFrame
    """``record``, ``code``, ``rank``, ``scope`` and ``arrived_on``; one row per record x identifier."""
    names: pl.DataFrame
    """``record``, ``name_token`` and ``arrived_on``; one row per record x name on it."""

    @property
    def last_day(self) -> date:
        """Greatest arrival day of any sighting; the last day of the calendar if there is none."""
        last = self.sightings[ARRIVED_ON].max()
        return last if isinstance(last, date) else date.max

    def part(self, codes: pl.Series, last: date) -> tuple[Evidence, pl.Series]:
        """What was known of some identifiers at the end of an arrival day, and the codes they have here.

        In the part they have new ones, in the same order.
        """
        seen = self.sightings.filter(pl.col(ARRIVED_ON) <= last, pl.col("code").is_in(codes.implode()))
        kept = seen["code"].unique().sort()
        recoded = pl.DataFrame({"code": kept}).with_row_index("part_code")
        sightings = (
            seen.join(recoded, on="code", how="left")
            .with_columns(code=pl.col("part_code").cast(pl.Int64))
            .drop("part_code")
        )
        names = self.names.filter(pl.col(ARRIVED_ON) <= last).join(seen.select("record").unique(), on="record")
        return Evidence(self.identifiers[kept], sightings, names), kept


def sightings_of(table: LakeTable, rows: pl.LazyFrame) -> pl.DataFrame:
    """Who was seen with whom in one lake table.

    Args:
        table: what the columns mean.
        rows: rows of the lake table with :data:`ARRIVED_ON`.

    Returns:
        :data:`SIGHTINGS_SCHEMA`. Rows of the lake table with the same identifiers are one record, numbered from 0, of
        the day on which they first came together.
    """
    tokens = [entry.token_column for entry in table.tokenised]
    names = list(table.name_tokens.values())
    scopes = sorted({entry.scope_column for entry in table.tokenised if entry.scope_column})
    records = (
        rows.select(*tokens, *names, *scopes, ARRIVED_ON)
        .filter(pl.any_horizontal(pl.col(tokens).is_not_null()))
        .group_by(*tokens, *names, *scopes)
        .agg(pl.col(ARRIVED_ON).min())
        .with_row_index("record")
        # Once for all columns: the order of the groups, and so the number of a record, is another one each time.
        .collect()
    )
    parts = [
        *[(entry.kind, entry.token_column, entry.scope_column) for entry in table.tokenised],
        *[(NAME, token_column, None) for token_column in names],
    ]
    return pl.concat([_sightings(records, *part) for part in parts])


def _sightings(records: pl.DataFrame, kind: str, token_column: str, scope_column: str | None) -> pl.DataFrame:
    seen = records.select(
        pl.col("record").cast(pl.Int64),
        identifier_kind=pl.lit(kind),
        identifier_token=pl.col(token_column),
        scope=pl.col(scope_column) if scope_column else pl.lit(None, dtype=pl.String),
        arrived_on=pl.col(ARRIVED_ON),
    )
    if isinstance(seen.schema["identifier_token"], pl.List):
        seen = seen.explode("identifier_token")
    return seen.filter(pl.col("identifier_token").is_not_null())


def evidence_of(tables: Sequence[pl.DataFrame]) -> Evidence:
    """The evidence of several lake tables, each as :func:`sightings_of` gives it."""
    parts, records = [pl.DataFrame(schema=SIGHTINGS_SCHEMA)], 0
    for part in tables:
        parts.append(part.with_columns(pl.col("record") + records))
        records += 0 if part.is_empty() else int(part["record"].max()) + 1  # type: ignore[arg-type]
    rows = pl.concat(parts)
    is_name = pl.col("identifier_kind") == NAME
    names = rows.filter(is_name).select("record", name_token="identifier_token", arrived_on=ARRIVED_ON).unique()
    sightings = rows.filter(~is_name)
    identifiers = (
        sightings.group_by("identifier_token")
        .agg(pl.col("identifier_kind").first(), first_seen_on=pl.col(ARRIVED_ON).min())
        .join(_RANKS, on="identifier_kind", how="left")
        .sort("first_seen_on", "rank", "identifier_token")
        .select(list(IDENTIFIERS_SCHEMA))
    )
    codes = identifiers.select("identifier_token", "rank").with_row_index("code")
    coded = sightings.join(codes, on="identifier_token", how="left").select(
        "record", pl.col("code").cast(pl.Int64), "rank", "scope", ARRIVED_ON
    )
    return Evidence(identifiers, coded.unique(), names)
