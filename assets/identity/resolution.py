"""From evidence to persons: links between identifiers, what may not be linked, and the components that remain.

Tokens on one record belong together. Phones come last and join with care, for households share them and staff type the
store's own: one that would hold two identities together, or more accounts on one platform than a person has, or two
names, is everybody's and joins nobody. What people decided comes before all of this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.identity.components import Codes, component_of
from assets.identity.decisions import Rulings
from assets.identity.evidence import ARRIVED_ON, PHONE_RANK, Evidence
from assets.identity.guards import (
    Limits,
    claims_of,
    crowded_identifiers,
    names_with_phones,
    one_spelling,
    too_many,
)
from assets.identity.parting import parted

NOBODY = -1
CROWDED, CHAINED, BRIDGE = "partners", "chain", "bridge"
"""Why an identifier is reported, beside the claims of :mod:`assets.identity.guards`: it stands beside too many others,
it would chain two identities together by way of a third community, or it alone holds two communities together."""
BRIDGES_SCHEMA: dict[str, pl.DataType] = {
    "code": pl.Int64(),
    "reason": pl.String(),
    "identity_count": pl.Int64(),
}


@dataclass(frozen=True)
class Resolution:
    """Who is who among N identifiers."""

    person: Codes
    """(N,) code of the identifier after which the person is named; :data:`NOBODY` for what several persons use."""
    bridges: pl.DataFrame
    """:data:`BRIDGES_SCHEMA`: identifiers between communities, refused or not; one row each."""


def resolve(evidence: Evidence, limits: Limits, rulings: Rulings | None = None) -> Resolution:
    """Put identifiers together that belong to one person.

    The result depends on the sightings and rulings alone, not on their order.
    """
    rulings = rulings or Rulings()
    count = evidence.identifiers.height
    ruled = pl.DataFrame({"code": rulings.joined}, schema={"code": pl.Int64})
    strong = evidence.sightings.filter(pl.col("rank") < PHONE_RANK)
    crowded = crowded_identifiers(strong, limits).join(ruled, on="code", how="anti")
    usable = strong.join(crowded, on="code", how="anti")
    left, right = (np.concatenate(both) for both in zip(_links(usable), rulings.join_links, strict=True))
    community = component_of(count, left, right)

    claims = claims_of(evidence, usable, community)
    spellings = one_spelling(claims)
    adjacent = _adjacent(evidence.sightings, usable, community).join(
        ruled, left_on="phone", right_on="code", how="anti"
    )
    claimed = [
        adjacent.join(claims, on="community").select("phone", "claim", "value"),
        names_with_phones(evidence).join(ruled, left_on="phone", right_on="code", how="anti"),
    ]
    shared = too_many(pl.concat(claimed).unique(), "phone", spellings, limits)
    joining = adjacent.join(shared, on="phone", how="anti")
    person = _joined(count, left, right, joining)
    # Phones that are harmless one by one may still chain two identities together by way of a third community.
    of_person = claims.with_columns(person=pl.Series(person).gather(claims["community"]))
    chained = too_many(of_person, "person", spellings, limits)["person"]
    is_chained = pl.Series(person).gather(joining["phone"]).is_in(chained.implode())
    is_bridging = pl.len().over("phone") > 1
    chaining = joining.filter(is_chained, is_bridging)["phone"].unique()
    joining = joining.filter(~pl.col("phone").is_in(chaining.implode()))
    if len(chaining):
        person = _joined(count, left, right, joining)
    _part(person, usable, joining, rulings)
    refused = pl.concat([shared["phone"], chaining, crowded["code"]])
    person[refused.to_numpy()] = NOBODY
    bridges = [
        crowded.select("code", reason=pl.lit(CROWDED), identity_count="identity_count"),
        shared.select(code="phone", reason="claim", identity_count="identity_count"),
        _communities_of(adjacent.filter(pl.col("phone").is_in(chaining.implode())), CHAINED),
        _communities_of(joining.filter(is_bridging), BRIDGE),
    ]
    told = pl.concat([rows.cast(BRIDGES_SCHEMA) for rows in bridges])  # type: ignore[arg-type]
    return Resolution(person, told.sort("code"))


def _links(strong: pl.DataFrame) -> tuple[Codes, Codes]:
    """Links from the first identifier of each record to the others on it."""
    links = (
        strong.select("code", left=pl.col("code").min().over("record"))
        .filter(pl.col("left") != pl.col("code"))
        .unique()
    )
    return links["left"].to_numpy(), links["code"].to_numpy()


def _adjacent(sightings: pl.DataFrame, strong: pl.DataFrame, community: Codes) -> pl.DataFrame:
    """``phone``, ``community``, ``arrived_on``: which communities gave which phone, and since when; one row each."""
    phones = sightings.filter(pl.col("rank") == PHONE_RANK).select("record", ARRIVED_ON, phone="code")
    given = phones.join(strong.select("record", "code"), on="record")
    return (
        given.with_columns(community=pl.Series(community).gather(given["code"]))
        .group_by("phone", "community")
        .agg(pl.col(ARRIVED_ON).min())
    )


def _joined(count: int, left: Codes, right: Codes, joining: pl.DataFrame) -> Codes:
    return component_of(
        count,
        np.concatenate([left, joining["phone"].to_numpy()]),
        np.concatenate([right, joining["community"].to_numpy()]),
    )


def _communities_of(adjacent: pl.DataFrame, reason: str) -> pl.DataFrame:
    return adjacent.group_by(code="phone").agg(reason=pl.lit(reason), identity_count=pl.len())


def _part(person: Codes, strong: pl.DataFrame, joining: pl.DataFrame, rulings: Rulings) -> None:
    """Take persons apart, in place, that a decision says are two."""
    wrong = {
        int(named_after) for one, other in rulings.parts for named_after in np.intersect1d(person[one], person[other])
    }
    joins = list(zip(*(codes.tolist() for codes in rulings.join_links), strict=True))
    for named_after in sorted(wrong):
        codes = np.flatnonzero(person == named_after)
        seen = strong.filter(pl.col("code").is_in(codes)).select("record", ARRIVED_ON, left="code")
        # Every two identifiers of a record, not only the first and the others: the first may go to the other side.
        pairs = seen.join(seen.select("record", right="left"), on="record").filter(pl.col("left") < pl.col("right"))
        phones = joining.filter(pl.col("phone").is_in(codes)).select(ARRIVED_ON, left="community", right="phone")
        dated = pl.concat([pairs.select(phones.columns), phones]).sort(ARRIVED_ON, "left", "right")
        mine = [link for link in joins if person[link[0]] == named_after]
        known = [*dated.select("left", "right").iter_rows(), *mine]
        for code, part in parted(codes.tolist(), known, rulings.parts).items():
            person[code] = part
