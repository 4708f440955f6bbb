"""What follows an order: claims with couriers and insurers, and tickets at the service desk, sent as they go on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.clock import DAY_SECONDS, decimal_yuan, iso, local_day, midnight, utc, yuan
from simulator.config import ChainConfig
from simulator.documents import OrderBook, labels
from simulator.people import People
from simulator.purchasing import LineVersions
from simulator.streams import stream

Ints = NDArray[np.int64]
CLAIM_KINDS = ["damage", "loss", "delay", "temperature"]
LIABLE = ["courier", "chain", "platform", "customer"]
CLAIM_OUTCOMES = ["paid", "rejected", "withdrawn"]
TOPICS = [
    "delivery_late",
    "damaged_goods",
    "wrong_item",
    "medication_question",
    "prescription_question",
    "refund",
    "invoice",
    "other",
]
TICKET_CHANNELS = ["wecom", "hotline", "mini_program"]
TICKET_OUTCOMES = ["solved", "refunded", "redelivered", "referred", "no_reply"]
_CLAIM_TIMES = ("opened_at", "settled_at", "updated_at")
_CLAIM_MONEY = ("claimed", "settled")
_TICKET_TIMES = ("opened_at", "first_answered_at", "resolved_at", "updated_at")
#: Longest waits, in days: with the warm-up of a chain that begins in the middle, nothing may take more than 24 in all.
_OPENED_WITHIN, _SETTLED_WITHIN, _RESOLVED_WITHIN = 5.0, 7.0, 4.0
#: Shares of liable parties by kind of claim.
_LIABLE_SHARE = np.array(
    [[0.70, 0.22, 0.04, 0.04], [0.92, 0.02, 0.06, 0.0], [0.72, 0.20, 0.08, 0.0], [0.80, 0.20, 0.0, 0.0]]
)


@dataclass
class RecordBook:
    """Records of which every version waits for the day on which it is sent."""

    config: ChainConfig
    key: str
    _waiting: dict[int, list[pl.DataFrame]] = field(default_factory=lambda: defaultdict(list))

    def add(self, versions: pl.DataFrame, texts: pl.Series, truth: pl.DataFrame) -> None:
        """Take in versions, one row each, sorted by record and time; ``versions`` has the key and ``updated_at``."""
        rows = truth.with_columns(
            texts.alias("_text"), pl.Series("_day", local_day(self.config, versions["updated_at"].to_numpy()))
        ).with_columns(
            pl.col("_text").shift(1).over(self.key).alias("_older"),
            pl.col("_day").shift(-1).over(self.key).fill_null(-1).alias("_newer_day"),
        )
        for (day,), part in rows.partition_by("_day", maintain_order=True, as_dict=True).items():
            self._waiting[int(day)].append(part)  # type: ignore[call-overload]

    def due(self, day: int) -> LineVersions | None:
        """Versions that are sent on a day, None if there are none."""
        parts = self._waiting.pop(day, [])
        if not parts:
            return None
        rows = pl.concat(parts)
        truth = rows.drop("_text", "_day", "_older", "_newer_day")
        return LineVersions(truth, rows["_text"], rows["_older"], rows["_newer_day"].to_numpy())


class ServiceDesk:
    """Claims and tickets of a chain."""

    def __init__(self, config: ChainConfig, people: People) -> None:
        self.config, self.people = config, people
        self.claims, self.tickets = RecordBook(config, "claim_id"), RecordBook(config, "ticket_id")

    def hear_of(self, day: int, block: int, book: OrderBook) -> None:
        """Open what the orders of one day and block of stores lead to."""
        claims = _claims(self.config, day, block, book)
        if len(claims):
            self.claims.add(claims, _claim_texts(claims), _truth(claims, _CLAIM_TIMES, _CLAIM_MONEY))
        self._open(_order_tickets(self.config, day, block, book))

    def hear_members(self, day: int) -> None:
        """Open the tickets of members who ask about no order."""
        self._open(_member_tickets(self.config, self.people, day))

    def _open(self, tickets: pl.DataFrame) -> None:
        if len(tickets):
            self.tickets.add(tickets, _ticket_texts(tickets), _truth(tickets, _TICKET_TIMES, ()))


def _truth(flat: pl.DataFrame, times: tuple[str, ...], money: tuple[str, ...]) -> pl.DataFrame:
    amounts = [decimal_yuan(f"{name}_fen").alias(f"{name}_yuan") for name in money]
    return flat.with_columns(*(utc(name) for name in times), *amounts).drop(f"{name}_fen" for name in money)


def _claims(config: ChainConfig, day: int, block: int, book: OrderBook) -> pl.DataFrame:
    """Versions of claims, sorted: each when opened and, mostly, when settled."""
    rng = stream(config.seed, "claims", day, block)
    journey, frame = book.journey, book.frame
    n = len(frame)
    courier = frame["courier_company"].is_not_null().to_numpy()
    arrived, lost = courier & (journey.delivered_at > 0), courier & (journey.fate == 5)
    late = arrived & (journey.promised_at > 0) & (journey.delivered_at > journey.promised_at + 600)
    chances = [
        (lost, 0.9, 1),
        (arrived & frame["is_cold_chain"].to_numpy(), 0.03, 3),
        (late, 0.06, 2),
        (arrived, 0.009, 0),
    ]
    kind = np.full(n, -1)
    for mask, chance, number in chances:
        kind[(kind < 0) & mask & (rng.random(n) < chance)] = number
    hit = np.flatnonzero(kind >= 0)
    kind, size = kind[hit], len(hit)
    known_at = np.where(journey.delivered_at[hit] > 0, journey.delivered_at[hit], journey.cancelled_at[hit])
    wait = np.minimum(rng.exponential(0.6, size), _OPENED_WITHIN)
    opened = known_at + 900 + (wait * DAY_SECONDS).astype(np.int64)
    settled = opened + 3600 + (np.minimum(rng.exponential(2.0, size), _SETTLED_WITHIN) * DAY_SECONDS).astype(np.int64)
    settled = np.where(rng.random(size) < 0.95, settled, 0)
    outcome = rng.choice(len(CLAIM_OUTCOMES), size, p=[0.78, 0.16, 0.06])
    u = rng.random(size)
    liable = (u[:, None] > np.cumsum(_LIABLE_SHARE[kind], axis=1)[:, :-1]).sum(axis=1)
    claimed = np.maximum((book.bill.total[hit] * rng.choice([0.3, 0.5, 1.0], size, p=[0.2, 0.2, 0.6])).astype(int), 100)
    paid = (claimed * rng.choice([0.5, 0.8, 1.0], size, p=[0.15, 0.15, 0.7])).astype(np.int64)
    index = pl.Series(hit)
    opening = pl.DataFrame(
        {
            "claim_id": "DC" + frame["order_id"].gather(index).str.slice(1),
            "order_id": frame["order_id"].gather(index),
            "claim_kind": labels(CLAIM_KINDS, kind),
            "courier_company": frame["courier_company"].gather(index),
            "liable_party": labels(LIABLE, np.full(size, -1)),
            "claimed_fen": claimed.astype(np.int64),
            "settled_fen": pl.Series([None] * size, dtype=pl.Int64),
            "opened_at": opened,
            "settled_at": np.zeros(size, dtype=np.int64),
            "outcome": labels(CLAIM_OUTCOMES, np.full(size, -1)),
            "updated_at": opened,
        }
    )
    is_paid = outcome == 0
    closing = opening.with_columns(
        labels(LIABLE, np.where(is_paid, liable, -1)).alias("liable_party"),
        pl.when(pl.Series(is_paid)).then(pl.Series(paid)).alias("settled_fen"),
        pl.Series("settled_at", settled),
        labels(CLAIM_OUTCOMES, outcome).alias("outcome"),
        pl.Series("updated_at", settled),
    ).filter(pl.col("settled_at") > 0)
    return pl.concat([opening, closing]).sort("claim_id", "updated_at")


def _claim_texts(flat: pl.DataFrame) -> pl.Series:
    ready = flat.with_columns(
        *(iso(name) for name in _CLAIM_TIMES), *(yuan(f"{name}_fen").alias(f"{name}_yuan") for name in _CLAIM_MONEY)
    ).drop(f"{name}_fen" for name in _CLAIM_MONEY)
    return ready.select(pl.struct(pl.all()).struct.json_encode().alias("text"))["text"]


def _order_tickets(config: ChainConfig, day: int, block: int, book: OrderBook) -> pl.DataFrame:
    rng = stream(config.seed, "order tickets", day, block)
    journey, frame = book.journey, book.frame
    n = len(frame)
    online = (frame["channel"] != "till").to_numpy()
    late = online & (journey.promised_at > 0) & (journey.delivered_at > journey.promised_at)
    asks_late = late & (rng.random(n) < 0.08)
    asks = asks_late | (rng.random(n) < np.where(online, 0.015, 0.002))
    hit = np.flatnonzero(asks)
    topic = rng.choice(np.arange(1, len(TOPICS)), len(hit), p=[0.12, 0.10, 0.28, 0.14, 0.16, 0.12, 0.08])
    topic = np.where(asks_late[hit], 0, topic)
    about = np.where(journey.delivered_at[hit] > 0, journey.delivered_at[hit], book.final_at[hit])
    opened = about + 60 + (np.minimum(rng.exponential(0.25, len(hit)), 3.0) * DAY_SECONDS).astype(np.int64)
    index = pl.Series(hit)
    who = {
        "phone": frame["phone"].gather(index),
        "unionid": frame["unionid"].gather(index),
        "external_user_id": pl.Series([None] * len(hit), dtype=pl.String),
    }
    ids = "ST" + frame["order_id"].gather(index).str.slice(1)
    return _ticket_versions(ids, frame["order_id"].gather(index), who, topic, opened, rng)


def _member_tickets(config: ChainConfig, people: People, day: int) -> pl.DataFrame:
    rng = stream(config.seed, "member tickets", day)
    able = np.flatnonzero(people.is_member & people.has_wechat & (people.registered_day <= day))
    who = able[np.unique(rng.integers(0, max(len(able), 1), rng.poisson(0.0006 * len(able))))] if len(able) else able
    size = len(who)
    topic = rng.choice([3, 4, 6, 7], size, p=[0.6, 0.15, 0.1, 0.15])
    opened = midnight(config, day) + 8 * 3600 + rng.integers(0, 14 * 3600, size)
    stamp = config.day(day).strftime("%y%m%d")
    ids = f"STM{stamp}-" + pl.Series(np.arange(size) + 10_001).cast(pl.String).str.slice(1)
    person = {
        "phone": pl.Series([None] * size, dtype=pl.String),
        "unionid": identifiers.unionids(who),
        "external_user_id": identifiers.external_user_ids(who),
    }
    return _ticket_versions(ids, pl.Series([None] * size, dtype=pl.String), person, topic, opened.astype(np.int64), rng)


def _ticket_versions(
    ids: pl.Series,
    order_ids: pl.Series,
    person: dict[str, pl.Series],
    topic: Ints,
    opened: Ints,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Versions of tickets, sorted: each when opened, when first answered and when resolved, as far as it gets."""
    size = len(topic)
    channel = rng.choice(len(TICKET_CHANNELS), size, p=[0.7, 0.2, 0.1])
    answered = opened + 5 + (rng.exponential(1, size) * np.array([300, 45, 1500])[channel]).astype(np.int64)
    lasts = np.minimum(rng.exponential(0.3, size), _RESOLVED_WITHIN) * DAY_SECONDS
    resolved = answered + 60 + lasts.astype(np.int64)
    end = rng.random(size)
    answered = np.where(end < 0.98, answered, 0)
    resolved = np.where(end < 0.95, resolved, 0)
    outcome = rng.choice(len(TICKET_OUTCOMES), size, p=[0.66, 0.14, 0.06, 0.08, 0.06])
    nothing = np.zeros(size, dtype=np.int64)
    first = pl.DataFrame(
        {
            "ticket_id": ids,
            "order_id": order_ids,
            **person,
            "topic": labels(TOPICS, topic),
            "ticket_channel": labels(TICKET_CHANNELS, channel),
            "opened_at": opened,
            "first_answered_at": nothing,
            "resolved_at": nothing,
            "outcome": labels(TICKET_OUTCOMES, np.full(size, -1)),
            "updated_at": opened,
        }
    )
    second = first.with_columns(pl.Series("first_answered_at", answered), pl.Series("updated_at", answered))
    third = second.with_columns(
        pl.Series("resolved_at", resolved),
        pl.Series("updated_at", resolved),
        labels(TICKET_OUTCOMES, outcome).alias("outcome"),
    )
    versions = pl.concat([first, second, third]).filter(pl.col("updated_at") > 0)
    return versions.sort("ticket_id", "updated_at")


def _ticket_texts(flat: pl.DataFrame) -> pl.Series:
    ready = flat.with_columns(*(iso(name) for name in _TICKET_TIMES))
    who = ("phone", "unionid", "external_user_id")
    document = pl.struct(
        "ticket_id",
        "order_id",
        pl.struct(who).alias("customer"),
        *(c for c in flat.columns if c not in (*who, "ticket_id", "order_id")),
    )
    return ready.select(document.struct.json_encode().alias("text"))["text"]
