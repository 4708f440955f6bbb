"""Lectures, free tests and live streams of the communities: who comes, and who looks in at the store afterwards."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.catalogue import Catalogue
from simulator.clock import iso, midnight, utc
from simulator.communities import Communities
from simulator.config import ChainConfig
from simulator.demand import Demand
from simulator.documents import OrderBook, labels
from simulator.purchasing import LineVersions
from simulator.service_desk import RecordBook
from simulator.streams import stream

Ints = NDArray[np.int64]
EVENT_KINDS = ["lecture", "free_test", "live_stream"]
STATUSES = ["planned", "held", "cancelled"]
#: What an attendance is called in the feed of community activity.
ATTENDED = ["lecture", "free_test", "live_view"]
#: Topics by kind of community.
TOPICS = [
    ["blood_pressure", "blood_glucose", "medication_safety"],
    ["pregnancy_nutrition", "infant_care", "vaccination"],
    ["flu_season", "joint_care", "first_aid"],
]
#: Days after an event within which those look in at the store whom it brought there.
VISIT_DAYS = 6
_CHANCE_A_DAY = 1 / 6
_ANNOUNCED_DAYS = 3
_CANCELLED_SHARE = 0.06
_KIND_SHARE = [0.4, 0.35, 0.25]
_COMES = np.array([0.38, 0.34, 0.50])
_LOOKS_IN = np.array([0.24, 0.36, 0.10])
_TIMES = ("starts_at", "ends_at", "updated_at")


@dataclass
class Gatherings:
    """Events of all communities, at most one per community and day."""

    config: ChainConfig
    communities: Communities
    _programme: RecordBook = field(init=False)
    _attendance: dict[int, pl.DataFrame] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with an empty programme."""
        self._programme = RecordBook(self.config, "community_event_id")

    def due(self, day: int) -> LineVersions | None:
        """Announce what takes place in a few days; what the programme says anew on this day."""
        flat = self._versions(day + _ANNOUNCED_DAYS)
        if len(flat):
            texts = flat.with_columns(*(iso(name) for name in _TIMES)).select(
                pl.struct(pl.all()).struct.json_encode().alias("text")
            )["text"]
            self._programme.add(flat, texts, flat.with_columns(*(utc(name) for name in _TIMES)))
        return self._programme.due(day)

    def sign_ins(self, day: int) -> tuple[pl.DataFrame, pl.Series]:
        """Attendances of a day as activity records: truth rows and JSON texts, like those of ``Communities``."""
        came = self._came(day)
        person = self.communities.member[came["membership"].to_numpy()]
        frame = pl.DataFrame(
            {
                "event_id": f"EA{day:05d}" + pl.Series(np.arange(len(came)) + 1).cast(pl.String).str.zfill(6),
                "community_id": self.communities.ids(came["community"].to_numpy()),
                "person_id": person,
                "external_user_id": identifiers.external_user_ids(person),
                "unionid": identifiers.unionids(person),
                "phone": pl.Series([None] * len(came), dtype=pl.String),
                "kind": labels(ATTENDED, came["kind"].to_numpy()),
                "pharmacist_id": self.communities.pharmacists(came["community"].to_numpy()),
                "reference_id": came["community_event_id"],
                "occurred_at": came["at"],
                "updated_at": came["at"],
            }
        )
        return frame.with_columns(utc("occurred_at"), utc("updated_at")), self.communities.texts(frame)

    def look_in(
        self, catalogue: Catalogue, demand: Demand, day: int, block: int
    ) -> tuple[Demand, list[tuple[int, str, int]]]:
        """Nameless purchases at the till that were made by those whom an event brought: now they show their card.

        Returns the demand with these customers, and of each such order its place, the event and the person.
        """
        rng = stream(self.config.seed, "visits after gatherings", day, block)
        on_prescription = np.bincount(demand.line_order, catalogue.is_rx[demand.line_sku], len(demand.store)) > 0
        nameless = rng.permutation(np.flatnonzero((demand.mode == 0) & (demand.person < 0) & ~on_prescription))
        waiting: dict[int, list[int]] = defaultdict(list)
        for order in nameless.tolist():
            waiting[int(demand.store[order])].append(order)
        person, brought = demand.person.copy(), []
        for past in range(max(day - VISIT_DAYS, 0), day):
            came = self._came(past)
            for event, membership, community in (
                came.filter(pl.col("looks_in_on") == day)
                .select("community_event_id", "membership", "community")
                .iter_rows()
            ):
                orders = waiting[int(self.communities.store[community])]
                if orders:
                    order = orders.pop()
                    person[order] = self.communities.member[membership]
                    brought.append((order, event, int(person[order])))
        return replace(demand, person=person), brought

    def _planned(self, day: int) -> pl.DataFrame:
        """Events that are to start on a day, by community number."""
        rng = stream(self.config.seed, "gatherings", day)
        n = len(self.communities.store)
        draw, cancelled = rng.random(n), rng.random(n) < _CANCELLED_SHARE
        kind = rng.choice(len(EVENT_KINDS), n, p=_KIND_SHARE)
        starts = midnight(self.config, day) + 1800 * rng.integers(18, 39, n)
        ends = starts + 1800 * rng.integers(2, 5, n)
        topic = rng.integers(0, len(TOPICS[0]), n)
        # What would have had to be announced before the chain began does not take place.
        community = np.flatnonzero((draw < _CHANCE_A_DAY) & (day >= _ANNOUNCED_DAYS))
        stamp = self.config.day(day).strftime("%y%m%d")
        return pl.DataFrame(
            {
                "community": community,
                "community_event_id": f"CE{stamp}-" + self.communities.ids(community),
                "kind": kind[community],
                "topic": [TOPICS[self.communities.kind[c]][topic[c]] for c in community],
                "starts_at": starts[community],
                "ends_at": ends[community],
                "cancelled": cancelled[community],
            },
            schema_overrides={"topic": pl.String, "community_event_id": pl.String},
        )

    def _came(self, day: int) -> pl.DataFrame:
        """Who comes to the events of a day, and the day on which it brings them to the store (-1 = it does not)."""
        if day not in self._attendance:
            self._attendance = {past: came for past, came in self._attendance.items() if past >= day - VISIT_DAYS}
            self._attendance[day] = self._draw_attendance(day)
        return self._attendance[day]

    def _draw_attendance(self, day: int) -> pl.DataFrame:
        rng = stream(self.config.seed, "gathering attendance", day)
        held = self._planned(day).filter(~pl.col("cancelled"))
        event = np.full(len(self.communities.store), -1)
        event[held["community"].to_numpy()] = np.arange(len(held))
        of_member = event[self.communities.community]
        n = len(of_member)
        draw, follows, minute = rng.random(n), rng.random(n), rng.integers(0, 25, n)
        delay = rng.integers(1, VISIT_DAYS + 1, n)
        inside = (of_member >= 0) & (self.communities.joined <= day) & (self.communities.left > day)
        kind = held["kind"].to_numpy()
        here = np.flatnonzero(inside)
        here = here[draw[here] < _COMES[kind[of_member[here]]]]
        which = of_member[here]
        looks_in = follows[here] < _LOOKS_IN[kind[which]]
        return held[which.tolist()].with_columns(
            pl.Series("membership", here, dtype=pl.Int64),
            pl.col("starts_at").add(pl.Series(60 * minute[here])).alias("at"),
            pl.Series("looks_in_on", np.where(looks_in, day + delay[here], -1), dtype=pl.Int64),
        )

    def _versions(self, day: int) -> pl.DataFrame:
        """Versions of the events of a day, sorted: announced, then held or called off."""
        planned = self._planned(day)
        number = planned["community"].to_numpy()
        announced = planned.select(
            "community_event_id",
            self.communities.ids(number).alias("community_id"),
            labels(EVENT_KINDS, planned["kind"].to_numpy()).alias("kind"),
            "topic",
            self.communities.pharmacists(number).alias("pharmacist_id"),
            "starts_at",
            "ends_at",
            pl.lit(STATUSES[0]).alias("status"),
            pl.Series(midnight(self.config, day - _ANNOUNCED_DAYS) + 36_000 + number % 3600).alias("updated_at"),
        )
        cancelled = planned["cancelled"]
        told = announced.with_columns(
            pl.when(cancelled).then(pl.lit(STATUSES[2])).otherwise(pl.lit(STATUSES[1])).alias("status"),
            pl.when(cancelled).then(pl.col("starts_at") - 7200).otherwise(pl.col("ends_at") + 600).alias("updated_at"),
        )
        return pl.concat([announced, told]).sort("community_event_id", "updated_at")


def visit_truth(book: OrderBook, brought: list[tuple[int, str, int]]) -> pl.DataFrame:
    """Truth: orders that customers made because of an event."""
    return pl.DataFrame(
        {
            "order_id": book.order_ids.gather(pl.Series([order for order, _, _ in brought], dtype=pl.Int64)),
            "community_event_id": pl.Series([event for _, event, _ in brought], dtype=pl.String),
            "person_id": pl.Series([person for _, _, person in brought], dtype=pl.Int64),
        }
    )
