"""What members allow: most say yes to most things when they register, some take it back, a few want to be forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.clock import DAY_SECONDS, iso, midnight, utc
from simulator.config import ChainConfig
from simulator.people import NEVER, People
from simulator.streams import scramble, stream

Ints = NDArray[np.int64]
PURPOSES = ["care", "profiling", "marketing", "research", "health_data"]
_GRANTED_SHARE = np.array([0.93, 0.85, 0.60, 0.30, 0.85])
_ACTIONS = ["granted", "withdrawn", "erasure_requested"]
_CHANNELS = ["mini_program", "official_account", "wecom", "store", "hotline"]
_CHANNEL_SHARE = [0.5, 0.1, 0.15, 0.2, 0.05]
_CHILD_SHARE = 0.06
_CHILD_AGES = 12  # from 2 years on
_WITHDRAWN_SHARE = 0.25  # within a year
_GRANTED_AGAIN_SHARE = 0.4
_ERASURE_SHARE = 0.1  # within a year
_GUARDED_SHARE = 0.6  # of children whose consent a guardian gives


def birth_years(config: ChainConfig, people: People) -> Ints:
    """Year of birth as members state it: some members without a chronic illness are children of a household."""
    everyone = np.arange(len(people.home), dtype=np.int64)
    draw = scramble(everyone, 71)
    age = 2 + ((draw >> np.uint64(20)) % np.uint64(_CHILD_AGES)).astype(np.int64)
    return np.where(is_child(people), config.start_day.year - age, people.birth_year.astype(np.int64))


def is_child(people: People) -> NDArray[np.bool_]:
    """Members whose account is that of a child."""
    everyone = np.arange(len(people.home), dtype=np.int64)
    drawn = scramble(everyone, 72) % np.uint64(1000) < np.uint64(1000 * _CHILD_SHARE)
    return people.is_member & (people.condition < 0) & drawn


@dataclass
class Consents:
    """Every act of every member on every purpose, decided before the first day."""

    config: ChainConfig
    people: People
    person: Ints = field(init=False)
    purpose: Ints = field(init=False)  # -1: about everything
    action: Ints = field(init=False)
    day: Ints = field(init=False)
    second: Ints = field(init=False)  # of the day
    by_guardian: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """Draw what everybody does."""
        rng = stream(self.config.seed, "consents")
        total, kinds = len(self.people.home), len(PURPOSES)
        registered = np.repeat(self.people.registered_day.astype(np.int64), kinds)
        person = np.repeat(np.arange(total, dtype=np.int64), kinds)
        purpose = np.tile(np.arange(kinds, dtype=np.int64), total)
        given = (rng.random(total * kinds) < np.tile(_GRANTED_SHARE, total)) & (registered < NEVER)
        withdrawn_day = np.maximum(registered, 0) + rng.integers(1, 366, total * kinds)
        withdrawn = given & (rng.random(total * kinds) < _WITHDRAWN_SHARE)
        again = withdrawn & (rng.random(total * kinds) < _GRANTED_AGAIN_SHARE)
        again_day = withdrawn_day + rng.integers(2, 30, total * kinds)
        member = np.flatnonzero(self.people.is_member)
        erasing = member[rng.random(len(member)) < _ERASURE_SHARE]
        erasing_day = np.maximum(self.people.registered_day[erasing].astype(np.int64), 0) + rng.integers(
            1, 366, len(erasing)
        )
        acts = (
            (person[given], purpose[given], 0, registered[given]),
            (person[withdrawn], purpose[withdrawn], 1, withdrawn_day[withdrawn]),
            (person[again], purpose[again], 0, again_day[again]),
            (erasing, np.full(len(erasing), -1), 2, erasing_day),
        )
        self.person = np.concatenate([act[0] for act in acts])
        self.purpose = np.concatenate([act[1] for act in acts])
        self.action = np.concatenate([np.full(len(act[0]), act[2]) for act in acts])
        self.day = np.concatenate([act[3] for act in acts])
        # The form is filled in at registration; what comes later comes in the afternoon or in the evening.
        first = 32_400 + self.person % 36_000 + 60
        later = rng.integers(46_800, 82_800, len(self.person))
        self.second = np.where(np.arange(len(self.person)) < int(given.sum()), first, later)
        guarded = scramble(self.person, 73) % np.uint64(1000) < np.uint64(1000 * _GUARDED_SHARE)
        self.by_guardian = is_child(self.people)[self.person] & guarded
        self._channel = rng.choice(len(_CHANNELS), len(self.person), p=_CHANNEL_SHARE)
        self._names_card_only = rng.random(len(self.person)) < 0.1

    def records(self, day: int) -> tuple[pl.DataFrame, pl.Series]:
        """Records sent on a day: flat truth rows (``person_id``, all fields, UTC times) and JSON texts.

        The first day also carries what happened before it, with its true time.
        """
        sent = np.flatnonzero((self.day == day) | ((day == 0) & (self.day < 0)))
        who, purpose, on = self.person[sent], self.purpose[sent], self.day[sent]
        occurred = midnight(self.config, 0) + on * DAY_SECONDS + self.second[sent]
        updated = np.where(on < 0, midnight(self.config, 0) + 10_800 + who % 3600, occurred)
        is_known_by_wechat = self.people.has_wechat[who]
        frame = pl.DataFrame(
            {
                "consent_id": "C" + pl.Series(sent + 1_000_000_001).cast(pl.String).str.slice(1),
                "person_id": who,
                "member_id": identifiers.member_ids(who),
                "member_card": identifiers.member_cards(who),
                "phone": identifiers.phones(self.people.household_head[who]),
                "unionid": identifiers.unionids(who),
                "external_user_id": identifiers.external_user_ids(who),
                "purpose": pl.Series(PURPOSES).gather(pl.Series(np.maximum(purpose, 0))),
                "action": pl.Series(_ACTIONS).gather(pl.Series(self.action[sent])),
                "occurred_at": occurred,
                "channel": pl.Series(_CHANNELS).gather(pl.Series(self._channel[sent])),
                "text_version": pl.Series(["2024-06", "2025-11"]).gather(pl.Series((on > -60).astype(np.int64))),
                "given_by_guardian": self.by_guardian[sent],
                "updated_at": updated,
            }
        ).with_columns(
            pl.when(pl.Series(purpose >= 0)).then("purpose").alias("purpose"),
            # At the till the card is read and nothing else.
            pl.when(pl.Series(~self._names_card_only[sent])).then("member_id").alias("member_id"),
            pl.when(pl.Series(is_known_by_wechat)).then("unionid").alias("unionid"),
            pl.when(pl.Series(is_known_by_wechat)).then("external_user_id").alias("external_user_id"),
        )
        told = frame.with_columns(iso("occurred_at"), iso("updated_at")).select(
            "consent_id",
            pl.struct("member_id", "member_card", "phone", "unionid", "external_user_id").alias("person"),
            "purpose",
            "action",
            "occurred_at",
            "channel",
            "text_version",
            "given_by_guardian",
            "updated_at",
        )
        texts = (
            told.select(pl.struct(pl.all()).struct.json_encode().alias("text"))["text"]
            if len(told)
            else pl.Series([], dtype=pl.String)
        )
        return frame.with_columns(utc("occurred_at"), utc("updated_at")), texts
