"""Lake tables that Python model assets write before, or between, the two dbt steps.

A table is one file, ``lake/<table>/<table>.parquet``, replaced as a whole with every run: it is a pure function of the
tables it was made from, so a run that was killed is made good by the next one. Before the first run it has no rows, so
that dbt can always read it.

dbt knows the tables made between its steps as the source ``model_assets``; what is downstream of that source is built
in the second step (:mod:`assets.models`). Those made from the lake alone, before the first step, are the source
``identity``.

Belongs here: names, schemas and the way in. What computes a table has a folder of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from assets.content_reviews.schema import CONTENT_BREACHES, CONTENT_BREACHES_SCHEMA
from assets.identity.schema import (
    IDENTITY_BRIDGES,
    IDENTITY_BRIDGES_SCHEMA,
    MATCH_PROPOSALS,
    MATCH_PROPOSALS_SCHEMA,
    PERSON_CHANGES,
    PERSON_CHANGES_SCHEMA,
    PERSON_IDENTIFIERS,
    PERSON_IDENTIFIERS_SCHEMA,
)
from assets.ingest.writing import write_table
from assets.lifetime_value.schema import (
    CUSTOMER_LIFETIME_VALUES,
    CUSTOMER_LIFETIME_VALUES_SCHEMA,
    LIFETIME_VALUE_MODELS,
    LIFETIME_VALUE_MODELS_SCHEMA,
)
from assets.policy_replay.schema import POLICY_REPLAYS, POLICY_REPLAYS_SCHEMA
from warehouse.durable_files import remove_leftovers
from warehouse.zones import Zones

MODEL_TABLES: Mapping[str, Mapping[str, pl.DataType]] = {
    POLICY_REPLAYS: POLICY_REPLAYS_SCHEMA,
    CONTENT_BREACHES: CONTENT_BREACHES_SCHEMA,
    CUSTOMER_LIFETIME_VALUES: CUSTOMER_LIFETIME_VALUES_SCHEMA,
    LIFETIME_VALUE_MODELS: LIFETIME_VALUE_MODELS_SCHEMA,
    PERSON_IDENTIFIERS: PERSON_IDENTIFIERS_SCHEMA,
    PERSON_CHANGES: PERSON_CHANGES_SCHEMA,
    IDENTITY_BRIDGES: IDENTITY_BRIDGES_SCHEMA,
    MATCH_PROPOSALS: MATCH_PROPOSALS_SCHEMA,
}
"""Schema of every table that a model asset writes."""


def ensure_model_tables(zones: Zones) -> None:
    """See to it that every model asset's table can be read; one whose schema has changed starts anew without rows."""
    for table, schema in MODEL_TABLES.items():
        path = _file(zones, table)
        if not path.exists() or pl.read_parquet_schema(path) != schema:
            write_table(path, pl.DataFrame(schema=schema))


def write_model_table(zones: Zones, table: str, rows: pl.DataFrame) -> None:
    """Replace a model asset's table in one step; readers see the old rows or the new ones.

    Raises :class:`polars.exceptions.SchemaError` if ``rows`` does not have the table's columns and types.
    """
    if rows.schema != MODEL_TABLES[table]:
        raise pl.exceptions.SchemaError(f"{table}: got {dict(rows.schema)}, expected {dict(MODEL_TABLES[table])}")
    path = _file(zones, table)
    remove_leftovers(path.parent)
    write_table(path, rows)


def _file(zones: Zones, table: str) -> Path:
    return zones.lake / table / f"{table}.parquet"
