"""What keeps two persons apart: limits on what one identifier, and one person, may hold together.

Belongs here: who may not be joined. Does not belong here: who is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.identity.components import Codes
from assets.identity.evidence import JOINING_KINDS

IDENTITY_RANK = JOINING_KINDS.index("external_user_id")
"""Kinds up to this one are given to one person by the chain or by WeChat: who has one is an identity of its own."""
IDENTITY = "identity"
"""Claim to be somebody in particular."""
_SCOPE_PREFIX = "account:"


@dataclass(frozen=True)
class Limits:
    """The seed ``identity_limits`` as in force on the last arrival day."""

    partners_per_identifier: int
    """Member ids, unionids or WeCom ids, of one kind, that one identifier may stand beside."""
    identities_per_phone: int
    """Identities (see :data:`IDENTITY_RANK`) that one phone may be given by."""
    accounts_per_channel: int
    """Accounts on one platform or in one app that one phone may be given by."""

    @classmethod
    def of(cls, values: Mapping[str, float]) -> Limits:
        """Limits by their names; raises :class:`KeyError` for one that is missing."""
        return cls(**{name: int(values[name]) for name in cls.__dataclass_fields__})


def crowded_identifiers(strong: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Identifiers that stand beside more member ids, unionids or WeCom ids of one kind than one person has.

    Args:
        strong: sightings of all kinds but phones.
        limits: how many there may be.

    Returns:
        ``code``, ``identity_count``, in the order of the codes.
    """
    partners = strong.filter(pl.col("rank").is_in(_partner_ranks())).select("record", partner="code", kind="rank")
    return (
        strong.select("record", "code")
        .join(partners, on="record")
        .filter(pl.col("code") != pl.col("partner"))
        .group_by("code", "kind")
        .agg(identity_count=pl.col("partner").n_unique())
        .group_by("code")
        .agg(pl.col("identity_count").max())
        .filter(pl.col("identity_count") > limits.partners_per_identifier)
        .sort("code")
    )


def _partner_ranks() -> list[int]:
    return [JOINING_KINDS.index(kind) for kind in ("member_id", "unionid", "external_user_id")]


def claims_of(sightings: pl.DataFrame, community: Codes) -> pl.DataFrame:
    """What communities of identifiers claim that a person is, or has, once.

    Args:
        sightings: of all kinds but phones.
        community: (N,) the community of each code.

    Returns:
        ``community``, ``claim``; one row each.
    """
    of = pl.Series(community)
    identities = sightings.filter(pl.col("rank") <= IDENTITY_RANK)
    accounts = sightings.filter(pl.col("scope").is_not_null())
    return pl.concat(
        [
            identities.select(community=of.gather(identities["code"]), claim=pl.lit(IDENTITY)),
            accounts.select(community=of.gather(accounts["code"]), claim=_SCOPE_PREFIX + pl.col("scope")),
        ]
    ).unique()


def too_many(claims: pl.DataFrame, group: str, limits: Limits) -> pl.DataFrame:
    """Groups of communities of which more claim the same than may be one person.

    Args:
        claims: ``claim`` and ``community`` with the column ``group``; one row each.
        group: name of that column.
        limits: how many there may be.

    Returns:
        The groups, with ``identity_count``: the most communities with the same claim.
    """
    allowed = (
        pl.when(pl.col("claim") == IDENTITY).then(limits.identities_per_phone).otherwise(limits.accounts_per_channel)
    )
    return (
        claims.group_by(group, "claim")
        .agg(identity_count=pl.len())
        .filter(pl.col("identity_count") > allowed)
        .group_by(group)
        .agg(pl.col("identity_count").max())
    )
