"""How persons are named: after the identifier that was seen first.

A name is a function of that one identifier, so it stays when others are found; when two persons turn out to be one, the
one who was seen earlier gives the name.
"""

from __future__ import annotations

import hashlib

import polars as pl

from assets.identity.evidence import Evidence
from assets.identity.resolution import NOBODY, Resolution
from assets.identity.schema import IDENTITY_BRIDGES_SCHEMA, PERSON_IDENTIFIERS_SCHEMA
from warehouse.tokens import TOKEN_HEX_DIGITS

_DOMAIN = b"person\x00"
"""Keeps a person from being taken for the identifier that gave the name."""


def person_token_of(identifier_tokens: pl.Series) -> pl.Series:
    """Tokens of the persons named after some identifiers, computed once for each: SHA-256 of a keyed token."""
    distinct = identifier_tokens.unique().drop_nulls()
    tokens = [hashlib.sha256(_DOMAIN + token.encode()).hexdigest()[:TOKEN_HEX_DIGITS] for token in distinct]
    return identifier_tokens.replace_strict(
        distinct, pl.Series(tokens, dtype=pl.String), default=None, return_dtype=pl.String
    )


def person_identifiers(evidence: Evidence, resolution: Resolution) -> pl.DataFrame:
    """Rows of the lake table ``person_identifiers``, in the order of the evidence."""
    named_after = pl.Series(resolution.person)
    is_shared = named_after == NOBODY
    tokens = evidence.identifiers["identifier_token"]
    names = tokens.gather(named_after.set(is_shared, None))
    return evidence.identifiers.with_columns(person_token=person_token_of(names), is_shared=is_shared).select(
        list(PERSON_IDENTIFIERS_SCHEMA)
    )


def identity_bridges(identifiers: pl.DataFrame, resolution: Resolution) -> pl.DataFrame:
    """Rows of the lake table ``identity_bridges``, in the order of the evidence.

    Args:
        identifiers: rows as :func:`person_identifiers` gives them.
        resolution: what it was made from.
    """
    bridges = resolution.bridges
    return pl.concat(
        [identifiers[bridges["code"]], bridges.select(bridge_reason="reason", identity_count="identity_count")],
        how="horizontal",
    ).select(list(IDENTITY_BRIDGES_SCHEMA))
