"""Evidence written down record by record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from assets.identity.evidence import SIGHTINGS_SCHEMA, Evidence, evidence_of
from assets.identity.guards import Limits
from assets.identity.resolution import NOBODY, resolve

FIRST_DAY = date(2026, 3, 1)
LIMITS = Limits(partners_per_identifier=3, identities_per_phone=1, accounts_per_channel=1)
KINDS = {
    "M": "member_id",
    "C": "member_card",
    "U": "unionid",
    "W": "external_user_id",
    "O": "openid",
    "D": "platform_user_id",
    "P": "phone",
}
"""First letter of an identifier's token in these tests, by kind."""
Record = tuple[int, str]
"""Day (0 is the first) and tokens apart by blanks; a scope may follow a token after a colon."""


def evidence(records: Sequence[Record]) -> Evidence:
    """Evidence of some records, in the order given."""
    rows = []
    for number, (day, words) in enumerate(records):
        for word in words.split():
            token, _, scope = word.partition(":")
            rows.append((number, KINDS[token[0]], token, scope or None, FIRST_DAY + timedelta(days=day)))
    return evidence_of([pl.DataFrame(rows, schema=SIGHTINGS_SCHEMA, orient="row")])


def persons(records: Sequence[Record], limits: Limits = LIMITS) -> dict[str, str | None]:
    """The identifier that each identifier's person is named after; none for what is shared."""
    known = evidence(records)
    tokens = known.identifiers["identifier_token"].to_list()
    named_after = resolve(known, limits).person
    return {token: None if code == NOBODY else tokens[code] for token, code in zip(tokens, named_after, strict=True)}
