"""Who is who in truth: what the simulator's tables say of persons and of the records that named them, in plain Python.

A pair of identifiers is *true* if one person has both; a phone that a household shares makes true pairs with the
identifiers of each of its members. It is *joinable* if records of that person alone lead from one to the other, and no
phone on that way, nor either of the two, was given by anybody else: what hangs on somebody else's phone only, nobody
can join in good conscience.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from tests.integration.chains import BuiltChain
from warehouse.tokens import distinct_tokens, token_key

Identifier = tuple[str, str]
"""Kind and text."""
Pair = frozenset[str]
"""Tokens of two identifiers."""
_COLUMNS = {
    "member_id": "member_id",
    "member_card": "member_card",
    "phone": "phone",
    "unionid": "unionid",
    "openid": "openid",
    "openids": "openid",
    "external_user_id": "external_user_id",
    "platform_user_id": "platform_user_id",
    "platform_user_ids": "platform_user_id",
}
_TABLES = ("orders", "members", "community_activity")


@dataclass(frozen=True)
class IdentityTruth:
    """Truth about the identifiers that arrived."""

    token: dict[Identifier, str]
    """Token of every identifier of a person."""
    owners: dict[str, set[int]]
    """Persons by the token of an identifier that they have."""
    givers: dict[str, set[int]]
    """Persons by the token of a phone that they gave."""
    joinable: set[Pair]
    """Pairs that honest evidence leads to."""

    def is_true(self, pair: Pair) -> bool:
        """Whether one person has both identifiers."""
        one, other = pair
        return bool(self.owners[one] & self.owners[other])


def identity_truth(chain: BuiltChain) -> IdentityTruth:
    """The truth of one chain."""
    persons = pl.read_parquet(chain.truth / "persons.parquet")
    token = _tokens(chain, persons)
    owners: dict[str, set[int]] = defaultdict(set)
    for person, kind, identifier in persons.select("person_id", "identifier_kind", "identifier").iter_rows():
        owners[token[kind, identifier]].add(person)
    records = list(_records(chain))
    givers: dict[str, set[int]] = defaultdict(set)
    for person, identifiers in records:
        for kind, identifier in identifiers:
            # A store's own phone is nobody's and so has no token here: it makes no pair either.
            if kind == "phone" and (kind, identifier) in token:
                givers[token[kind, identifier]].add(person)
    links: dict[int, list[list[str]]] = defaultdict(list)
    for person, identifiers in records:
        known = [token[entry] for entry in identifiers if entry in token]
        links[person].append([one for one in known if len(givers.get(one, ())) <= 1])
    joinable = {pair for sets in links.values() for pair in _connected_pairs(sets)}
    return IdentityTruth(token, owners, givers, joinable)


def _tokens(chain: BuiltChain, persons: pl.DataFrame) -> dict[Identifier, str]:
    key = token_key(chain.zones.keys)
    found: dict[Identifier, str] = {}
    for (kind,), rows in persons.partition_by("identifier_kind", as_dict=True).items():
        for identifier, token in distinct_tokens(key, kind, rows["identifier"]).iter_rows():  # type: ignore[arg-type]
            found[kind, identifier] = token
    return found


def _records(chain: BuiltChain) -> Iterator[tuple[int, list[Identifier]]]:
    """Person and identifiers of every record of a known person that has arrived."""
    for table in _TABLES:
        rows = pl.read_parquet(chain.truth / table / "*.parquet").filter(
            pl.col("person_id").is_not_null(), pl.col("arrives_on") <= chain.as_of
        )
        for row in rows.select("person_id", *(name for name in _COLUMNS if name in rows.columns)).iter_rows(named=True):
            person = row.pop("person_id")
            entries = [
                (_COLUMNS[name], identifier)
                for name, value in row.items()
                for identifier in (value if isinstance(value, list) else [value])
                if identifier is not None
            ]
            yield person, entries


def _connected_pairs(sets: list[list[str]]) -> Iterator[Pair]:
    groups: list[set[str]] = []
    for identifiers in sets:
        merged = set(identifiers)
        for group in [group for group in groups if group & merged]:
            merged |= group
            groups.remove(group)
        if merged:
            groups.append(merged)
    for group in groups:
        for one, other in combinations(sorted(group), 2):
            yield frozenset((one, other))
