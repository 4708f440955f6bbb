"""The lake tables that say who is who."""

from __future__ import annotations

import polars as pl

PERSON_IDENTIFIERS = "person_identifiers"
PERSON_IDENTIFIERS_SCHEMA: dict[str, pl.DataType] = {
    "identifier_token": pl.String(),
    "identifier_kind": pl.String(),
    "person_token": pl.String(),
    "is_shared": pl.Boolean(),
    "first_seen_on": pl.Date(),
}
"""One row per identifier; what several persons use has no person."""
