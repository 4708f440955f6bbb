"""What keeps two persons apart: limits on what one identifier, and one person, may hold together.

Belongs here: who may not be joined. Does not belong here: who is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.identity.components import Codes
from assets.identity.evidence import JOINING_KINDS, PHONE_RANK, Evidence

IDENTITY_RANK = JOINING_KINDS.index("external_user_id")
"""Kinds up to this one are given to one person by the chain or by WeChat: who has one is an identity of its own."""
IDENTITY, NAME_CLAIM = "identity", "name"
"""Claims to be somebody in particular."""
_SCOPE_PREFIX = "account:"
_PARTNER_KINDS = ("member_id", "unionid", "external_user_id")


@dataclass(frozen=True)
class Limits:
    """The seed ``identity_limits`` as in force on the last arrival day."""

    partners_per_identifier: int
    """Member ids, unionids or WeCom ids, of one kind, that one identifier may stand beside."""
    identities_per_phone: int
    """Identities (see :data:`IDENTITY_RANK`) that one phone may be given by."""
    names_per_phone: int
    """Names that may stand on records with one phone."""
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
    ranks = [JOINING_KINDS.index(kind) for kind in _PARTNER_KINDS]
    partners = strong.filter(pl.col("rank").is_in(ranks)).select("record", partner="code", kind="rank")
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


def claims_of(evidence: Evidence, strong: pl.DataFrame, community: Codes) -> pl.DataFrame:
    """What communities of identifiers claim that a person is, or has, once.

    Args:
        evidence: all of it.
        strong: the sightings that made the communities.
        community: (N,) the community of each code.

    Returns:
        ``community``, ``claim``, ``value``; one row each. An identity and an account are claimed by the community as a
        whole, so that one with two accounts contradicts others and not itself.
    """
    of = pl.Series(community)
    strong = strong.with_columns(community=of.gather(strong["code"]))
    identities = strong.filter(pl.col("rank") <= IDENTITY_RANK)
    accounts = strong.filter(pl.col("scope").is_not_null())
    whole = pl.col("community").cast(pl.String)
    return pl.concat(
        [
            identities.select("community", claim=pl.lit(IDENTITY), value=whole),
            accounts.select("community", claim=_SCOPE_PREFIX + pl.col("scope"), value=whole),
            strong.select("record", "community")
            .join(evidence.names, on="record")
            .select("community", claim=pl.lit(NAME_CLAIM), value="name_token"),
        ]
    ).unique()


def one_spelling(claims: pl.DataFrame) -> pl.DataFrame:
    """For each name a community bears, the least of the names that it bears: spellings of one, not several names.

    Returns:
        ``value``, ``spelling``.
    """
    names = claims.filter(pl.col("claim") == NAME_CLAIM)
    return (
        names.with_columns(spelling=pl.col("value").min().over("community"))
        .group_by("value")
        .agg(pl.col("spelling").min())
    )


def names_with_phones(evidence: Evidence) -> pl.DataFrame:
    """``phone``, ``claim``, ``value``: the names on records with a phone, whoever else is on them."""
    phones = evidence.sightings.filter(pl.col("rank") == PHONE_RANK).select("record", phone="code")
    return (
        phones.join(evidence.names, on="record").select("phone", claim=pl.lit(NAME_CLAIM), value="name_token").unique()
    )


def too_many(claims: pl.DataFrame, group: str, spellings: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Groups of communities that claim more of the same than may be one person.

    Args:
        claims: ``claim`` and ``value`` with the column ``group``.
        group: name of that column.
        spellings: names that count as one, as :func:`one_spelling` gives them.
        limits: how many there may be.

    Returns:
        The groups with ``claim``, the one that is most exceeded, and ``identity_count``, how many values it has.
    """
    allowed = (
        pl.when(pl.col("claim") == IDENTITY)
        .then(limits.identities_per_phone)
        .when(pl.col("claim") == NAME_CLAIM)
        .then(limits.names_per_phone)
        .otherwise(limits.accounts_per_channel)
    )
    return (
        claims.join(spellings, on="value", how="left")
        .group_by(group, "claim")
        .agg(identity_count=pl.coalesce("spelling", "value").n_unique())
        .filter(pl.col("identity_count") > allowed)
        .sort(group, pl.col("identity_count") * -1, "claim")
        .group_by(group, maintain_order=True)
        .first()
    )
