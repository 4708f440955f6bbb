"""From rows at the door to lake rows, and to what the vault keeps of them.

Tokens stand in for identifiers and names, helpers are dropped, provenance is added.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from assets.feeds.base import LakeTable
from warehouse.keys import Key
from warehouse.tokens import distinct_tokens, with_tokens
from warehouse.vault import ENTRY_SCHEMA


class Tokenised(NamedTuple):
    """Rows of one lake table, and the identifiers and names that they no longer hold."""

    rows: pl.DataFrame
    """Columns in the order of the table's lake schema. No identifier is left in them."""
    entries: pl.DataFrame
    """For :meth:`warehouse.vault.Vault.hand_over`."""


def to_lake_rows(table: LakeTable, rows: pl.DataFrame, key: Key, source_file: str, file_id: str) -> Tokenised:
    """Lake rows of one table, and its entries for the vault."""
    entries = [pl.DataFrame(schema=ENTRY_SCHEMA)]
    constants = {"token_key_id": key.key_id, "source_file": source_file, "file_id": file_id}
    columns = [pl.lit(value).alias(name) for name, value in constants.items() if name in table.lake_schema]
    tokens: dict[str, pl.Series] = {}
    for entry in table.tokenised:
        distinct = distinct_tokens(key, entry.kind, rows[entry.column])
        tokens[entry.column] = with_tokens(rows[entry.column], distinct).alias(entry.token_column)
        entries.append(
            distinct.drop_nulls().select(
                "identifier_token",
                pl.lit(entry.kind).alias("identifier_kind"),
                "identifier",
                pl.lit(None, ENTRY_SCHEMA["version_at"]).alias("version_at"),
            )
        )
    for name, token_column in table.name_tokens.items():
        tokens[name] = with_tokens(rows[name], distinct_tokens(key, "name", rows[name])).alias(token_column)
    for name, owner in table.names.items():
        named = pl.DataFrame([tokens[owner.column].alias("identifier_token"), rows[name].alias("identifier")])
        entries.append(
            named.select(
                "identifier_token",
                pl.lit("name").alias("identifier_kind"),
                "identifier",
                rows["updated_at"].alias("version_at"),
            ).filter(pl.col("identifier").str.contains(r"\S"), pl.col("identifier_token").is_not_null())
        )
    return Tokenised(rows.with_columns(*tokens.values(), *columns).select(list(table.lake_schema)), pl.concat(entries))


def still_standing(entries: pl.DataFrame, table: LakeTable, rows: pl.DataFrame) -> pl.DataFrame:
    """Entries whose token is still in ``rows``, lake rows of which some were taken out or lost their tokens."""
    columns = [rows[column] for column in table.token_columns]
    tokens = [column.explode() if isinstance(column.dtype, pl.List) else column for column in columns]
    return entries.filter(pl.col("identifier_token").is_in(pl.concat(tokens).to_list())) if tokens else entries
