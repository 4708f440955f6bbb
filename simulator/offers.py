"""Offers of bundles and services: who is shown what, and who takes it within and after thirty days."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.clock import DAY_SECONDS, iso, midnight, utc
from simulator.config import ChainConfig
from simulator.documents import labels
from simulator.people import People
from simulator.purchasing import LineVersions
from simulator.service_desk import RecordBook
from simulator.streams import stream

Ints = NDArray[np.int64]
KINDS = ["bundle", "insurance", "check_up", "internet_hospital"]
STATUSES = ["shown", "taken", "declined"]
CHANNELS = ["wecom", "mini_program", "store", "sms"]
_CODES = [["BD-HOME", "BD-CHRONIC"], ["INS-MEDICAL", "INS-ACCIDENT"], ["CHK-BASIC", "CHK-CHRONIC"], ["IH-REFILL"]]
_KIND_SHARE = np.array([0.34, 0.2, 0.3, 0.16])
_UPTAKE = np.array([0.2, 0.1, 0.2, 0.24])
"""Chance that an offer of each kind is taken at all; those of 55 and over take check-ups half as often again."""
_PER_MEMBER_DAY = 1 / 60
_DAYS_BEFORE = 45
_LONGEST_DAYS = 44.0
_TIMES = ("shown_at", "taken_at", "declined_at", "updated_at")


@dataclass
class Offers:
    """Shows the offers of each day and keeps their versions until they are sent."""

    config: ChainConfig
    people: People
    book: RecordBook = field(init=False)

    def __post_init__(self) -> None:
        self.book = RecordBook(self.config, "offer_id")

    def show(self, day: int) -> None:
        """Show the offers of a day and settle what becomes of them; the first day sends those of the weeks before."""
        for shown_on in range(-_DAYS_BEFORE, 1) if day == 0 else (day,):
            self._show(shown_on)

    def due(self, day: int) -> LineVersions | None:
        """Offers that are sent on a day."""
        return self.book.due(day)

    def _show(self, day: int) -> None:
        rng = stream(self.config.seed, "offers", day)
        people = self.people
        able = np.flatnonzero(people.is_member & (people.registered_day <= day))
        person = able[rng.random(len(able)) < _PER_MEMBER_DAY]
        n = len(person)
        if not n:
            return
        kind = rng.choice(len(KINDS), n, p=_KIND_SHARE)
        code = rng.integers(0, 60, n)
        start = midnight(self.config, 0) + day * DAY_SECONDS
        shown = start + 9 * 3600 + rng.integers(0, 11 * 3600, n)
        is_old = self.config.start_day.year - people.birth_year[person] >= 55
        chance = _UPTAKE[kind] * np.where(is_old & (kind == 2), 1.5, 1.0)
        draw = rng.random(n)
        wait = (np.minimum(rng.exponential(12.0, n) + 0.01, _LONGEST_DAYS) * DAY_SECONDS).astype(np.int64)
        taken = np.where(draw < chance, shown + wait, 0)
        declined = np.where((draw >= chance) & (draw < chance + 0.3), shown + wait, 0)
        answered = np.maximum(taken, declined)
        wechat = people.has_wechat[person]
        codes = [_CODES[k][c % len(_CODES[k])] for k, c in zip(kind.tolist(), code.tolist(), strict=True)]
        first = pl.DataFrame(
            {
                "offer_id": identifiers.opaque(person * 100_003 + day + 10_000, 78, "OF", 18),
                "person_id": person,
                "external_user_id": identifiers.external_user_ids(person),
                "unionid": identifiers.unionids(person),
                "phone": identifiers.phones(people.household_head[person]),
                "member_card": identifiers.member_cards(person),
                "offer_kind": labels(KINDS, kind),
                "offer_code": codes,
                "bundle_code": codes,
                "channel": labels(CHANNELS, np.where(wechat, rng.integers(0, 2, n), rng.integers(2, 4, n))),
                "status": labels(STATUSES, np.zeros(n)),
                "shown_at": shown,
                "taken_at": np.zeros(n, dtype=np.int64),
                "declined_at": np.zeros(n, dtype=np.int64),
                "updated_at": shown,
            }
        ).with_columns(
            pl.when(pl.Series(wechat)).then("external_user_id").alias("external_user_id"),
            pl.when(pl.Series(wechat)).then("unionid").alias("unionid"),
            pl.when(pl.Series(~wechat)).then("phone").alias("phone"),
            pl.when(pl.Series(kind == 0)).then("bundle_code").alias("bundle_code"),
        )
        second = first.with_columns(
            labels(STATUSES, np.where(taken > 0, 1, 2)).alias("status"),
            pl.Series("taken_at", taken),
            pl.Series("declined_at", declined),
            pl.Series("updated_at", answered),
        ).filter(pl.Series(answered > 0))
        # What was before the first day is sent on it, as it then stands.
        begin = midnight(self.config, 0)
        versions = (
            pl.concat([first, second])
            .sort("offer_id", "updated_at")
            .filter(~((pl.col("updated_at").shift(-1).over("offer_id") < begin).fill_null(False)))
            .with_columns(
                pl.when(pl.col("updated_at") < begin).then(begin + 3600).otherwise("updated_at").alias("updated_at")
            )
        )
        self._send(versions)

    def _send(self, flat: pl.DataFrame) -> None:
        texts = flat.with_columns(iso(name) for name in _TIMES).select(
            pl.struct(
                "offer_id",
                pl.struct("external_user_id", "unionid", "phone").alias("person"),
                "offer_kind",
                "offer_code",
                "bundle_code",
                "channel",
                "status",
                *_TIMES,
            )
            .struct.json_encode()
            .alias("text")
        )["text"]
        self.book.add(flat, texts, flat.with_columns(utc(name) for name in _TIMES))
