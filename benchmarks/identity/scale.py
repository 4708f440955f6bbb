"""Invented records of many persons, and how long it takes to find out who is who."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from assets.identity.evidence import SIGHTINGS_SCHEMA, evidence_of
from assets.identity.guards import Limits
from assets.identity.persons import person_identifiers
from assets.identity.resolution import resolve

_FIRST_DAY = date(2026, 1, 1)
_DAYS = 365
_KINDS = ["member_id", "member_card", "unionid", "external_user_id", "openid", "platform_user_id", "phone"]
_RECORDS = ((0, 1, 2, 6), (2, 3), (2, 4), (1, 6), (5, 6))
"""Kinds that stand together on a record, by number; each person has one of each of these records."""
_HOUSEHOLD_SHARE = 0.2
LIMITS = Limits(partners_per_identifier=3, identities_per_phone=1, names_per_phone=1, accounts_per_channel=1)


@dataclass(frozen=True)
class Timing:
    """What was resolved and how long each part took."""

    identifiers: int
    records: int
    persons: int
    shared: int
    encoding_seconds: float
    resolving_seconds: float
    naming_seconds: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.encoding_seconds + self.resolving_seconds + self.naming_seconds


def sightings(identifiers: int, seed: int = 0) -> pl.DataFrame:
    """Sightings of about ``identifiers`` identifiers of persons of whom a fifth gives the phone of the one before."""
    rng = np.random.default_rng(seed)
    persons = max(round(identifiers / (len(_KINDS) - _HOUSEHOLD_SHARE)), 1)
    number = np.arange(persons)
    phone = np.where(rng.random(persons) < _HOUSEHOLD_SHARE, np.maximum(number - 1, 0), number)
    parts = []
    for place, kinds in enumerate(_RECORDS):
        day = rng.integers(0, _DAYS, persons)
        for kind in kinds:
            owner = phone if _KINDS[kind] == "phone" else number
            parts.append(
                pl.DataFrame(
                    {
                        "record": number * len(_RECORDS) + place,
                        # As long as a token, and as little sorted.
                        "identifier_token": pl.Series(owner * 10 + kind)
                        .hash(seed)
                        .cast(pl.String)
                        .str.pad_end(32, "0"),
                        "day": day,
                    }
                ).select(
                    "record",
                    identifier_kind=pl.lit(_KINDS[kind]),
                    identifier_token="identifier_token",
                    scope=pl.lit("meituan" if _KINDS[kind] == "platform_user_id" else None, dtype=pl.String),
                    arrived_on=pl.lit(_FIRST_DAY) + pl.duration(days="day"),
                )
            )
    return pl.concat(parts).cast(SIGHTINGS_SCHEMA)  # type: ignore[arg-type]


def measure(identifiers: int) -> Timing:
    """Resolve ``identifiers`` identifiers once, from sightings in memory to rows of the lake table."""
    seen = sightings(identifiers)
    times = [time.monotonic()]
    evidence = evidence_of([seen])
    times.append(time.monotonic())
    resolution = resolve(evidence, LIMITS)
    times.append(time.monotonic())
    rows = person_identifiers(evidence, resolution)
    times.append(time.monotonic())
    encoding, resolving, naming = np.diff(times)
    return Timing(
        rows.height,
        seen["record"].n_unique(),
        rows["person_token"].n_unique(),
        int(rows["is_shared"].sum()),
        float(encoding),
        float(resolving),
        float(naming),
    )
