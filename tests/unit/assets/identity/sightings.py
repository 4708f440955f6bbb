"""Evidence written down record by record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from assets.identity.decisions import DECISIONS_SCHEMA, in_force, rulings_of
from assets.identity.evidence import SIGHTINGS_SCHEMA, Evidence, evidence_of
from assets.identity.guards import Limits
from assets.identity.resolution import NOBODY, resolve

FIRST_DAY = date(2026, 3, 1)
LIMITS = Limits(partners_per_identifier=3, identities_per_phone=1, names_per_phone=1, accounts_per_channel=1)
KINDS = {
    "M": "member_id",
    "C": "member_card",
    "U": "unionid",
    "W": "external_user_id",
    "O": "openid",
    "D": "platform_user_id",
    "P": "phone",
    "N": "name",
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


Decision = tuple[int, str, str, str]
"""Day of arrival, ``join``, ``part`` or ``withdrawn``, id, and tokens with a bar between the sides."""


def decisions(*given: Decision) -> pl.DataFrame:
    """Received copies of decisions; ``withdrawn`` takes back the one of the same id."""
    rows = []
    kinds = {name: kind for _, kind, name, _ in reversed(given) if kind != "withdrawn"}
    for number, (day, kind, name, words) in enumerate(given):
        one, _, other = words.partition("|")
        at = FIRST_DAY + timedelta(days=day)
        moment = datetime(at.year, at.month, at.day, 12, number, tzinfo=UTC)
        rows.append((name, kinds[name], one.split(), other.split(), kind == "withdrawn", moment, at, "file", number))
    return pl.DataFrame(rows, schema=DECISIONS_SCHEMA, orient="row")


def persons(
    records: Sequence[Record], limits: Limits = LIMITS, given: pl.DataFrame | None = None
) -> dict[str, str | None]:
    """The identifier that each identifier's person is named after; none for what is shared.

    ``given``: decisions, of which those that arrived are in force.
    """
    known = evidence(records)
    tokens = known.identifiers["identifier_token"].to_list()
    rulings = None if given is None else rulings_of(in_force(given, date.max), known.identifiers)
    named_after = resolve(known, limits, rulings).person
    return {token: None if code == NOBODY else tokens[code] for token, code in zip(tokens, named_after, strict=True)}
