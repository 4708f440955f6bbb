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
PERSON_CHANGES = "person_changes"
PERSON_CHANGES_SCHEMA: dict[str, pl.DataType] = {
    "changed_on": pl.Date(),
    "change_kind": pl.String(),
    "previous_person_token": pl.String(),
    "person_token": pl.String(),
    "identifier_token": pl.String(),
    "identifier_count": pl.Int64(),
    "evidence_kind": pl.String(),
    "decision_id": pl.String(),
}
"""One row per day x person who lost identifiers x person who got them; no person where several persons use them now.
``identifier_token`` is the one of them that was seen first."""
IDENTITY_BRIDGES = "identity_bridges"
IDENTITY_BRIDGES_SCHEMA: dict[str, pl.DataType] = {
    "identifier_token": pl.String(),
    "identifier_kind": pl.String(),
    "bridge_reason": pl.String(),
    "identity_count": pl.Int64(),
    "person_token": pl.String(),
    "first_seen_on": pl.Date(),
}
"""One row per identifier that stands between communities of identifiers; it has a person if it joins them."""
MATCH_PROPOSALS = "match_proposals"
MATCH_PROPOSALS_SCHEMA: dict[str, pl.DataType] = {
    "identifier_token": pl.String(),
    "other_identifier_token": pl.String(),
    "person_token": pl.String(),
    "other_person_token": pl.String(),
    "match_probability": pl.Float64(),
    "match_reasons": pl.String(),
}
"""One row per pair of members who may be one person: their member tokens, the persons they are now, and why."""
