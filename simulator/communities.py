"""Health communities around the stores: who is in them, who talks, who only reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.clock import iso, midnight, utc
from simulator.config import ChainConfig
from simulator.geography import CITIES, Geography
from simulator.people import NEVER, People
from simulator.streams import stream

KINDS = ["chronic", "mother_baby", "neighbourhood"]
ACTIVITY = ["join", "leave", "message", "read", "check_in", "task", "lecture", "consultation", "live_view"]
_ACTIVITY_SHARE = np.array([0.0, 0.0, 0.16, 0.52, 0.14, 0.05, 0.03, 0.04, 0.06])
_NAMES = [("慢病关爱群", "chronic care"), ("母婴健康群", "mother and baby"), ("邻里健康群", "neighbourhood")]
Ints = NDArray[np.int64]


@dataclass
class Communities:
    """All communities and their memberships (sorted by community)."""

    config: ChainConfig
    geo: Geography
    people: People
    store: Ints = field(init=False)  # location number per community
    kind: Ints = field(init=False)
    member: Ints = field(init=False)  # person per membership
    community: Ints = field(init=False)
    joined: Ints = field(init=False)
    left: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Every store has one community, every second one a further one; members with WeChat join about one of them."""
        rng = stream(self.config.seed, "communities")
        stores = np.arange(self.geo.first_store, len(self.geo.level))
        second = stores[stores % 2 == 0]
        self.store = np.concatenate([stores, second]).astype(np.int64)
        self.kind = np.concatenate([np.where(stores % 3 == 1, 2, 0), np.where(second % 4 == 0, 1, 2)]).astype(np.int64)
        by_store = np.full(len(self.geo.level), -1)
        by_store[second] = len(stores) + np.arange(len(second))
        able = np.flatnonzero(self.people.is_member & self.people.has_wechat)
        draw = rng.random(len(able))
        home = self.people.home[able]
        one = home - self.geo.first_store
        member = np.concatenate([able[draw < 0.55], able[(draw > 0.4) & (draw < 0.75) & (by_store[home] >= 0)]])
        community = np.concatenate(
            [one[draw < 0.55], by_store[home][(draw > 0.4) & (draw < 0.75) & (by_store[home] >= 0)]]
        )
        order = np.lexsort((member, community))
        self.member, self.community = member[order].astype(np.int64), community[order].astype(np.int64)
        n = len(self.member)
        registered = self.people.registered_day[self.member]
        joined = np.where(rng.random(n) < 0.75, -rng.integers(1, 400, n), rng.integers(0, 365, n))
        self.joined = np.maximum(joined, registered + 1).astype(np.int64)
        stay = rng.exponential(700, n).astype(np.int64) + 3
        gone = self.joined + stay
        # Only those who are still in when the feed begins, or who come later, are known to it.
        self.left = np.where(gone < 1, gone + 1000, gone)
        self.left = np.where(self.left > 4000, NEVER, self.left)
        self._zest = rng.gamma(0.55, 0.42, n)

    def table(self) -> pl.DataFrame:
        """Rows of the ``communities`` feed without ``updated_at``."""
        number = np.arange(len(self.store))
        city = self.geo.city[self.store]
        return pl.DataFrame(
            {
                "community_id": self.ids(number),
                "name_zh": [
                    f"{CITIES[c][0]}{_NAMES[k][0]}{n + 1}" for n, c, k in zip(number, city, self.kind, strict=True)
                ],
                "name_en": [
                    f"{CITIES[c][1]} {_NAMES[k][1]} {n + 1}" for n, c, k in zip(number, city, self.kind, strict=True)
                ],
                "kind": [KINDS[k] for k in self.kind],
                "store_id": self.geo.ids[self.store.tolist()],
                "pharmacist_id": self.pharmacists(number),
                "started_on": (self.config.start_day - timedelta(days=420)).isoformat(),
            }
        )

    def ids(self, number: Ints) -> pl.Series:
        """Community ids: ``G`` and five digits."""
        return "G" + pl.Series(number + 100_001).cast(pl.String).str.slice(1)

    def pharmacists(self, number: Ints) -> pl.Series:
        """The pharmacist who leads each community (the first one of its store)."""
        return "P" + pl.Series(self.store[number] - self.geo.first_store + 100_001).cast(pl.String).str.slice(1) + "-1"

    def activity(self, day: int) -> tuple[pl.DataFrame, pl.Series]:
        """Events sent on a day: records (``event_id`` ...), their JSON texts, and truth rows.

        The first day also carries the joins from before it, with their true time and this day's ``updated_at``.
        """
        rng = stream(self.config.seed, "activity", day)
        start = midnight(self.config, day)
        active = (self.joined <= day) & (self.left > day)
        weekday = 1.15 if self.config.day(day).weekday() >= 5 else 0.95
        events = rng.poisson(self._zest * weekday) * active
        who = np.repeat(np.arange(len(self.member)), events)
        kind = rng.choice(len(ACTIVITY), len(who), p=_ACTIVITY_SHARE)
        at = start + (np.clip(rng.normal(15.5, 3.8, len(who)), 6, 23.9) * 3600).astype(np.int64)
        joins = np.flatnonzero(self.joined == day)
        leaves = np.flatnonzero(self.left == day)
        join_at = start + 21_600 + rng.integers(0, 1800, len(joins))
        leave_at = start + 86_100 + rng.integers(0, 300, len(leaves))
        old = np.flatnonzero((self.joined < 0) & (self.left > 0)) if day == 0 else np.zeros(0, dtype=np.int64)
        old_at = midnight(self.config, 0) + self.joined[old] * 86_400 + 36_000
        who = np.concatenate([old, joins, who, leaves])
        kind = np.concatenate(
            [np.zeros(len(old) + len(joins), dtype=np.int64), kind, np.ones(len(leaves), dtype=np.int64)]
        )
        occurred = np.concatenate([old_at, join_at, at, leave_at])
        sent = np.concatenate([np.full(len(old), start + 3600), join_at, at, leave_at])
        person = self.member[who]
        community = self.community[who]
        has_phone = rng.random(len(who)) < 0.25
        lecture = np.isin(kind, [5, 6, 8])
        frame = pl.DataFrame(
            {
                "event_id": "E"
                + pl.Series(np.arange(len(who)) + (day + 1) * 100_000_000).cast(pl.String).str.zfill(13),
                "community_id": self.ids(community),
                "person_id": person,
                "external_user_id": identifiers.external_user_ids(person),
                "unionid": identifiers.unionids(person),
                "phone": identifiers.phones(self.people.household_head[person]),
                "kind": pl.Series(ACTIVITY).gather(pl.Series(kind)),
                "pharmacist_id": self.pharmacists(community),
                "reference_id": "T" + pl.Series(day * 10 + kind).cast(pl.String),
                "occurred_at": occurred,
                "updated_at": sent,
            }
        ).with_columns(
            pl.when(pl.Series(has_phone)).then("phone").alias("phone"),
            pl.when(pl.Series(lecture)).then("reference_id").alias("reference_id"),
            pl.when(pl.Series(kind > 1)).then("pharmacist_id").alias("pharmacist_id"),
        )
        return frame.with_columns(utc("occurred_at"), utc("updated_at")), self.texts(frame)

    @staticmethod
    def texts(frame: pl.DataFrame) -> pl.Series:
        """JSON texts of activity records whose times are seconds."""
        return frame.with_columns(iso("occurred_at"), iso("updated_at")).select(
            pl.struct(
                "event_id",
                "community_id",
                pl.struct("external_user_id", "unionid", "phone").alias("member"),
                "kind",
                "pharmacist_id",
                "reference_id",
                "occurred_at",
                "updated_at",
            )
            .struct.json_encode()
            .alias("text")
        )["text"]
