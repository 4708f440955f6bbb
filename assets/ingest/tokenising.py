"""From rows at the door to lake rows: tokens for identifiers, helpers and names dropped, provenance added."""

from __future__ import annotations

import polars as pl

from assets.feeds.base import LakeTable
from warehouse.keys import Key
from warehouse.tokens import tokenise


def to_lake_rows(table: LakeTable, rows: pl.DataFrame, key: Key, source_file: str, file_id: str) -> pl.DataFrame:
    """Lake rows of one table, columns in the order of its lake schema. No identifier is left in them."""
    tokens = [tokenise(key, entry.kind, rows[entry.column]).alias(entry.token_column) for entry in table.tokenised]
    constants = {"token_key_id": key.key_id, "source_file": source_file, "file_id": file_id}
    return rows.with_columns(
        *tokens, *[pl.lit(value).alias(name) for name, value in constants.items() if name in table.lake_schema]
    ).select(list(table.lake_schema))
