"""Who buys: members and guests, their homes, households, conditions and refill rhythms, and how they are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.catalogue import CONDITIONS, Catalogue
from simulator.config import ChainConfig
from simulator.geography import Geography
from simulator.streams import stream

NEVER = 10_000_000  # a day number that never comes


@dataclass(frozen=True)
class People:
    """Persons sorted by home store; arrays have one entry per person. Guests are persons without a membership."""

    home: NDArray[np.int32]  # location number
    offsets: NDArray[np.int64]  # first person of each location, one longer than the locations
    is_member: NDArray[np.bool_]
    registered_day: NDArray[np.int32]  # day number, may be negative; NEVER for guests
    household_head: NDArray[np.int64]  # the person whose phone number is used
    condition: NDArray[np.int8]  # -1 = none
    condition_sku: NDArray[np.int64]  # -1 = none
    rhythm_days: NDArray[np.int16]
    rhythm_phase: NDArray[np.int16]
    adherence: NDArray[np.float64]  # chance that a due refill is bought
    has_wechat: NDArray[np.bool_]
    birth_year: NDArray[np.int16]
    sex: NDArray[np.int8]

    def pick(self, location: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int64]:
        """Choose a person at home in each given store; a few regulars come far more often than the rest."""
        first, count = self.offsets[location], self.offsets[location + 1] - self.offsets[location]
        return first + np.floor(rng.random(len(location)) ** 1.7 * count).astype(np.int64)


def build_people(config: ChainConfig, geo: Geography, catalogue: Catalogue) -> People:
    """Populate the chain; every store gets at least 40 guests besides its members."""
    rng = stream(config.seed, "people")
    guests = max(40, round(1.2 * config.members / config.stores))
    total = config.members + guests * config.stores
    share = geo.volume[geo.first_store :] / geo.volume[geo.first_store :].sum()
    home = (
        np.concatenate(
            [rng.choice(config.stores, config.members, p=share), np.repeat(np.arange(config.stores), guests)]
        )
        + geo.first_store
    )
    is_member = np.arange(total) < config.members
    # Members and guests mixed within a store, so that regulars are found among both.
    order = np.lexsort((rng.random(total), home))
    home, is_member = home[order].astype(np.int32), is_member[order]
    offsets = np.searchsorted(home, np.arange(len(geo.level) + 1))
    registered = np.where(rng.random(total) < 0.88, -rng.integers(1, 2000, total), rng.integers(0, 365, total))
    person = np.arange(total, dtype=np.int64)
    # About a fifth live with the person before them and give that person's phone.
    shares = (rng.random(total) < 0.2) & (np.r_[-1, home[:-1]] == home)
    head = np.where(shares, person - 1, person)
    head = head[head]
    condition = np.where(
        rng.random(total) < np.where(is_member, 0.38, 0.1),
        rng.choice(len(CONDITIONS), total, p=[c[2] for c in CONDITIONS]),
        -1,
    )
    condition_sku = np.full(total, -1, dtype=np.int64)
    for number, skus in enumerate(catalogue.condition_skus):
        mine = condition == number
        if len(skus):
            weight = catalogue.popularity[skus]
            condition_sku[mine] = rng.choice(skus, int(mine.sum()), p=weight / weight.sum())
    condition[condition_sku < 0] = -1
    rhythm = rng.choice([14, 28, 28, 30, 30, 30, 60], total)
    age = np.where(condition >= 0, rng.normal(60, 11, total), rng.normal(40, 14, total)).clip(18, 92)
    return People(
        home=home,
        offsets=offsets,
        is_member=is_member,
        registered_day=np.where(is_member, registered, NEVER).astype(np.int32),
        household_head=head,
        condition=condition.astype(np.int8),
        condition_sku=condition_sku,
        rhythm_days=rhythm.astype(np.int16),
        rhythm_phase=(rng.integers(0, 60, total) % rhythm).astype(np.int16),
        adherence=rng.beta(5, 1.3, total),
        has_wechat=rng.random(total) < 0.85,
        birth_year=(config.start_day.year - age).astype(np.int16),
        sex=rng.choice(3, total, p=[0.54, 0.44, 0.02]).astype(np.int8),
    )


def refills_due(
    people: People, config: ChainConfig, day: int, first: int, last: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Persons at home in locations ``first`` to ``last`` (exclusive) who buy their chronic medicine on this day."""
    window = slice(int(people.offsets[first]), int(people.offsets[last]))
    due = (day + people.rhythm_phase[window]) % people.rhythm_days[window] == 0
    buys = rng.random(due.shape[0]) < people.adherence[window]
    return np.flatnonzero(due & buys & (people.condition[window] >= 0)) + window.start


def persons_table(people: People) -> pl.DataFrame:
    """Truth: every identifier of every person, one row each (``person_id, identifier_kind, identifier``)."""
    everyone = np.arange(len(people.home), dtype=np.int64)
    members = np.flatnonzero(people.is_member)
    wechat = np.flatnonzero(people.has_wechat)
    parts = [
        ("member_id", members, identifiers.member_ids(members)),
        ("member_card", members, identifiers.member_cards(members)),
        ("phone", everyone, identifiers.phones(people.household_head)),
        ("unionid", wechat, identifiers.unionids(wechat)),
        ("openid", wechat, identifiers.openids(wechat, 0)),
        ("openid", wechat, identifiers.openids(wechat, 1)),
        ("external_user_id", wechat, identifiers.external_user_ids(wechat)),
        *(("platform_user_id", everyone, identifiers.platform_user_ids(everyone, p)) for p in range(3)),
    ]
    return pl.concat(
        pl.DataFrame({"person_id": who, "identifier": text}).select(
            "person_id", pl.lit(kind).alias("identifier_kind"), "identifier"
        )
        for kind, who, text in parts
    )
