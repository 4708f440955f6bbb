"""From evidence to persons: links between identifiers, what may not be linked, and the components that remain.

Tokens on one record belong together. Phones come last and join with care, for households share them and staff type the
store's own: one that would hold two identities together, or more accounts on one platform than a person has, is
everybody's and joins nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.identity.components import Codes, component_of
from assets.identity.evidence import PHONE_RANK, Evidence
from assets.identity.guards import Limits, claims_of, crowded_identifiers, too_many

NOBODY = -1


@dataclass(frozen=True)
class Resolution:
    """Who is who among N identifiers."""

    person: Codes
    """(N,) code of the identifier after which the person is named; :data:`NOBODY` for what several persons use."""


def resolve(evidence: Evidence, limits: Limits) -> Resolution:
    """Put identifiers together that belong to one person.

    The result depends on the sightings alone, not on their order.
    """
    count = evidence.identifiers.height
    strong = evidence.sightings.filter(pl.col("rank") < PHONE_RANK)
    crowded = crowded_identifiers(strong, limits)
    usable = strong.join(crowded, on="code", how="anti")
    left, right = _links(usable)
    community = component_of(count, left, right)
    claims = claims_of(usable, community)
    adjacent = _adjacent(evidence.sightings, usable, community)
    shared = too_many(adjacent.join(claims, on="community"), "phone", limits)["phone"]
    joining = adjacent.join(shared.to_frame(), on="phone", how="anti")
    person = _joined(count, left, right, joining)
    # Phones that are harmless one by one may still chain two identities together by way of a third community.
    of_person = claims.with_columns(person=pl.Series(person).gather(claims["community"]))
    chained = too_many(of_person, "person", limits)["person"]
    is_chained = pl.Series(person).gather(joining["phone"]).is_in(chained.implode())
    bridging = joining.filter(is_chained, pl.len().over("phone") > 1)["phone"].unique()
    if len(bridging):
        shared = pl.concat([shared, bridging])
        person = _joined(count, left, right, joining.join(bridging.to_frame(), on="phone", how="anti"))
    person[shared.to_numpy()] = NOBODY
    person[crowded["code"].to_numpy()] = NOBODY
    return Resolution(person)


def _links(strong: pl.DataFrame) -> tuple[Codes, Codes]:
    """Links from the first identifier of each record to the others on it."""
    links = (
        strong.with_columns(first=pl.col("code").min().over("record"))
        .filter(pl.col("first") != pl.col("code"))
        .select("first", "code")
        .unique()
    )
    return links["first"].to_numpy(), links["code"].to_numpy()


def _adjacent(sightings: pl.DataFrame, strong: pl.DataFrame, community: Codes) -> pl.DataFrame:
    """``phone``, ``community``: which communities gave which phone, one row each."""
    phones = sightings.filter(pl.col("rank") == PHONE_RANK).select("record", phone="code")
    given = phones.join(strong.select("record", "code"), on="record")
    return given.select("phone", community=pl.Series(community).gather(given["code"])).unique()


def _joined(count: int, left: Codes, right: Codes, joining: pl.DataFrame) -> Codes:
    return component_of(
        count,
        np.concatenate([left, joining["phone"].to_numpy()]),
        np.concatenate([right, joining["community"].to_numpy()]),
    )
