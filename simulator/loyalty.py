"""The points ledger: points for orders, from campaigns, redeemed, expired after twelve months, and put right.

What does not hang on orders - campaigns, redemptions, expiries - is a function of the member alone, so that a chain
that begins in the middle sends the same entries. Redemptions are therefore paid from campaign points; points of orders
stay, and the expiry of those is beyond the twelve months that a chain is watched.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.clock import DAY_SECONDS, OFFSET_SECONDS, iso, midnight, utc
from simulator.config import ChainConfig
from simulator.documents import OrderBook
from simulator.people import People
from simulator.purchasing import LineVersions
from simulator.service_desk import RecordBook
from simulator.streams import scramble, stream

Ints = NDArray[np.int64]
KINDS = ["earned", "redeemed", "expired", "adjusted"]
REASONS = ["order", "campaign", "coupon", "twelve_months", "order_refunded", "correction"]
BREACHES = ["balance_below_zero", "expired_more_than_due", "earned_twice_for_order"]
_EARNED, _REDEEMED, _EXPIRED, _ADJUSTED = range(4)
_ORDER, _CAMPAIGN, _COUPON, _TWELVE_MONTHS, _REFUNDED, _CORRECTION = range(6)
LASTS_DAYS = 365
_LOTS = 5
_CYCLE_DAYS = LASTS_DAYS // _LOTS  # a campaign this often: the lot of five campaigns ago is a year old
_REDEEMS_AFTER, _CORRECTED_AFTER = 20, 21
_LONGEST_PAST = 700
_ACTIVE_TENTHS = 4
_EARNED_TWICE = 0.006


@dataclass
class Loyalty:
    """Writes the entries of each day."""

    config: ChainConfig
    people: People
    book: RecordBook = field(init=False)

    def __post_init__(self) -> None:
        """Choose who takes part in campaigns."""
        self.book = RecordBook(self.config, "entry_id")
        person = np.arange(len(self.people.home), dtype=np.int64)
        takes_part = scramble(person, 71) % np.uint64(10) < _ACTIVE_TENTHS
        self._active = np.flatnonzero(self.people.is_member & takes_part)
        registered = self.people.registered_day[self._active].astype(np.int64)
        wait = (scramble(self._active, 72) % np.uint64(_CYCLE_DAYS)).astype(np.int64)
        self._first_campaign = np.maximum(registered, -_LONGEST_PAST) + 1 + wait

    def hear_of(self, day: int, block: int, orders: OrderBook) -> None:
        """Earn points for the delivered orders of members who showed their card; take them back with refunds."""
        rng = stream(self.config.seed, "points", day, block)
        frame, bill, journey = orders.frame, orders.bill, orders.journey
        twice = rng.random(len(frame)) < _EARNED_TWICE
        points = bill.total // 100
        known = frame["member_card"].is_not_null().to_numpy() & (journey.fate == 0) & (journey.delivered_at > 0)
        hit = np.flatnonzero(known & (points > 0))
        doubled = hit[twice[hit]]
        back = hit[(bill.refund[hit] >= 100)]
        person = frame["person_id"].to_numpy()
        ids = frame["order_id"]
        for rows, mark, kind, amount, reason, at, breach in (
            (hit, "E", _EARNED, points[hit], _ORDER, journey.delivered_at[hit] + 60, -1),
            (doubled, "D", _EARNED, points[doubled], _ORDER, journey.delivered_at[doubled] + 1860, 2),
            (
                back,
                "R",
                _ADJUSTED,
                -np.minimum(points[back], bill.refund[back] // 100),
                _REFUNDED,
                np.maximum(bill.refunded_at[back], journey.delivered_at[back]) + 60,
                -1,
            ),
        ):
            order_id = ids.gather(pl.Series(rows))
            self._add(
                "LP" + order_id.str.slice(1) + mark,
                person[rows],
                np.full(len(rows), kind),
                amount,
                np.full(len(rows), reason),
                at,
                np.full(len(rows), breach),
                order_id,
            )

    def run(self, day: int) -> None:
        """Write the campaigns, redemptions and expiries of a day; the first day carries all that was before it."""
        age = day - self._first_campaign
        today = np.isin(age % _CYCLE_DAYS, [0, _REDEEMS_AFTER, _CORRECTED_AFTER]) & (age >= 0)
        cohort = np.flatnonzero((self._first_campaign <= 0) if day == 0 else today)
        when, person, kind, points, reason, breach = self._history(cohort, day)
        chosen = when <= day if day == 0 else when == day
        when, person, kind, points = when[chosen], person[chosen], kind[chosen], points[chosen]
        reason, breach = reason[chosen], breach[chosen]
        # Expiry before what is earned, that before what is redeemed.
        hour = np.array([12, 18, 3, 9])[kind]
        at = midnight(self.config, 0) + when * DAY_SECONDS + hour * 3600 + person % 3600
        ids = identifiers.opaque((person * 100_003 + when + 10_000) * len(KINDS) + kind, 77, "LC", 18)
        nothing = pl.Series([None] * len(person), dtype=pl.String)
        self._add(ids, person, kind, points, reason, at, breach, nothing, sent_from=midnight(self.config, day))

    def due(self, day: int) -> LineVersions | None:
        """Entries that are sent on a day."""
        return self.book.due(day)

    def _history(self, cohort: Ints, until: int) -> tuple[Ints, ...]:
        """Every entry of some members up to a day: ``day, person, kind, points, reason, breach``."""
        person, first = self._active[cohort], self._first_campaign[cohort]
        lots = np.zeros((len(person), _LOTS), dtype=np.int64)
        found: list[tuple[Ints, ...]] = []

        def note(
            rows: Ints, days: Ints, kind: int, points: Ints, reason: int, breach: NDArray[np.bool_], what: int
        ) -> None:
            size = len(rows)
            found.append(
                (days, person[rows], np.full(size, kind), points, np.full(size, reason), np.where(breach, what, -1))
            )

        cycles = (until - first.min()) // _CYCLE_DAYS + 1 if len(person) else 0
        for cycle in range(cycles):
            day = first + cycle * _CYCLE_DAYS
            luck = scramble(person * 1009 + cycle, 73).astype(np.float64) / 2.0**64
            slot = cycle % _LOTS
            begins = day <= until
            rest, whole = lots[:, slot], lots.sum(axis=1)
            ends = np.flatnonzero(begins & (rest > 0))
            wrong = (luck[ends] < 0.3) & (whole[ends] > rest[ends])
            note(ends, day[ends], _EXPIRED, np.where(wrong, whole[ends], rest[ends]), _TWELVE_MONTHS, wrong, 1)
            lots[ends[wrong]] = 0
            lots[:, slot] = 0
            earns = np.flatnonzero(begins)
            lots[earns, slot] = 50 + (scramble(person[earns] * 1009 + cycle, 74) % np.uint64(350)).astype(np.int64)
            note(earns, day[earns], _EARNED, lots[earns, slot], _CAMPAIGN, np.zeros(len(earns), dtype=bool), -1)
            whole = lots.sum(axis=1)
            habit = (scramble(person, 75) % np.uint64(100)).astype(np.float64) / 100
            redeems = np.flatnonzero((day + _REDEEMS_AFTER <= until) & (luck < habit) & (whole > 0))
            share = np.array([0.3, 0.6, 1.0])[(scramble(person[redeems] * 1009 + cycle, 76) % np.uint64(3)).astype(int)]
            wanted = np.maximum((whole[redeems] * share).astype(np.int64), 1)
            # More than the member can have, whatever was earned with orders.
            wrong = luck[redeems] < 0.012
            excess = np.where(wrong, 100_000, 0)
            note(redeems, day[redeems] + _REDEEMS_AFTER, _REDEEMED, wanted + excess, _COUPON, wrong, 0)
            righted = redeems[wrong & (day[redeems] + _CORRECTED_AFTER <= until)]
            note(
                righted,
                day[righted] + _CORRECTED_AFTER,
                _ADJUSTED,
                np.full(len(righted), 100_000),
                _CORRECTION,
                np.zeros(len(righted), dtype=bool),
                -1,
            )
            left = wanted.copy()
            for step in range(1, _LOTS + 1):
                oldest = (slot + step) % _LOTS
                used = np.minimum(left, lots[redeems, oldest])
                lots[redeems, oldest] -= used
                left -= used
        if not found:
            return tuple(np.zeros(0, dtype=np.int64) for _ in range(6))
        return tuple(np.concatenate(column) for column in zip(*found, strict=True))

    def _add(
        self,
        ids: pl.Series,
        person: Ints,
        kind: Ints,
        points: Ints,
        reason: Ints,
        at: Ints,
        breach: Ints,
        order_id: pl.Series,
        sent_from: int = 0,
    ) -> None:
        if not len(person):
            return
        earned_on = (at + OFFSET_SECONDS) // DAY_SECONDS
        flat = pl.DataFrame(
            {
                "entry_id": ids,
                "person_id": person,
                "account": identifiers.member_ids(person),
                "member_card": identifiers.member_cards(person),
                "phone": identifiers.phones(self.people.household_head[person]),
                "kind": pl.Series(KINDS).gather(pl.Series(kind)),
                "points": points,
                "reason": pl.Series(REASONS).gather(pl.Series(reason)),
                "order_id": order_id,
                "occurred_at": at,
                "expires_on": np.where(kind == _EARNED, earned_on + LASTS_DAYS - 1, -1),
                "updated_at": np.maximum(at, sent_from + 3600),
                "rule_code": pl.Series(BREACHES).gather(pl.Series(breach).replace(-1, None)),
            }
        ).with_columns(
            pl.when(pl.Series(person % 10 < 3)).then("phone").alias("phone"),
            pl.when(pl.col("expires_on") > 0).then(pl.col("expires_on").cast(pl.Int32).cast(pl.Date)),
        )
        texts = flat.with_columns(iso("occurred_at"), iso("updated_at"), pl.col("expires_on").cast(pl.String)).select(
            pl.struct(
                "entry_id",
                "account",
                pl.struct("member_card", "phone").alias("person"),
                "kind",
                "points",
                "reason",
                "order_id",
                "occurred_at",
                "expires_on",
                "updated_at",
            )
            .struct.json_encode()
            .alias("text")
        )["text"]
        truth = flat.with_columns(utc("occurred_at"), utc("updated_at"))
        self.book.add(flat, texts, truth)
