"""Schema of the lake table that the content checker writes."""

from __future__ import annotations

import polars as pl

CONTENT_BREACHES = "content_breaches"
CONTENT_BREACHES_SCHEMA: dict[str, pl.DataType] = {
    "content_id": pl.String(),
    "rule_code": pl.String(),
    "matched_words": pl.String(),
}
"""One row per piece of content x rule that its words break."""
