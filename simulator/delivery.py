"""What becomes of an order: review, acceptance, picking, hand-over, ride, delivery, or a cancellation on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.clock import DAY_SECONDS, OFFSET_SECONDS
from simulator.demand import Demand, courier_speed
from simulator.geography import Geography

Ints = NDArray[np.int64]
FATES = [
    "completed",
    "customer_before_dispatch",
    "chain_before_picking",
    "never_delivered",
    "refused_at_the_door",
    "lost_by_courier",
]
_FATE_SHARE = np.array([0.938, 0.036, 0.012, 0.004, 0.005, 0.005])
STATUSES = ["placed", "paid", "accepted", "picked", "handed_over", "delivered", "cancelled"]
_RUSH = {11: 1.08, 12: 1.14, 17: 1.10, 18: 1.18, 19: 1.12}
#: How much longer the strongest rain makes the wait for a courier and the ride.
_RAIN_ON_HAND_OVER, _RAIN_ON_RIDE = 0.35, 0.55
#: Median minutes and spread (of the logarithm) of picking and of the hand-over, without rush and rain.
_PICKING, _HAND_OVER = (4.2, 0.45), (4.0, 0.5)
_ORDER_OF_STEPS = ("paid_at", "reviewed_at", "accepted_at", "picked_at", "handed_over_at", "delivered_at")


@dataclass
class Journey:
    """Times in seconds UTC (0 = never), one entry per order."""

    fate: Ints
    distance_meters: Ints  # -1 where no courier rides
    paid_at: Ints
    reviewed_at: Ints
    accepted_at: Ints
    picked_at: Ints
    handed_over_at: Ints
    delivered_at: Ints
    promised_at: Ints
    cancelled_at: Ints
    status: Ints
    final_at: Ints


def draw_fates(demand: Demand, rng: np.random.Generator) -> Ints:
    """Decide how each order ends; at the till nothing goes wrong, and only couriers lose goods."""
    fate = rng.choice(len(FATES), len(demand.store), p=_FATE_SHARE)
    fate[demand.mode == 0] = 0
    fate[(demand.mode == 3) & (fate >= 3)] = 0
    return fate


def draw_journeys(
    demand: Demand, fate: Ints, is_rx: NDArray[np.bool_], geo: Geography, rng: np.random.Generator
) -> Journey:
    """Let every order run its course; steps after a cancellation never happen."""
    n = len(demand.store)
    till, courier = demand.mode == 0, (demand.mode == 1) | (demand.mode == 2)
    rush = _rush(demand)

    def minutes(median: float, spread: float) -> NDArray[np.float64]:
        return median * np.exp(rng.normal(0, spread, n)) * 60

    distance = np.clip(rng.gamma(2.2, 720, n), 150, 5200) * np.where(demand.mode == 2, 1.4, 1.0)
    paid = demand.placed_at + np.where(till, rng.integers(20, 90, n), minutes(0.5, 0.7).clip(4, 900)).astype(np.int64)
    reviewed = np.where(is_rx, paid + np.where(till, rng.integers(20, 120, n), minutes(2.2, 0.7)).astype(np.int64), 0)
    accepted = np.maximum(paid, reviewed) + np.where(till, 1, minutes(0.8, 0.7)).astype(np.int64)
    # Booked goods are picked an hour before their window, which is the same evening or the next day.
    wait = np.where(demand.mode == 2, rng.choice([3, 5, 8, 16, 24], n, p=[0.25, 0.2, 0.15, 0.2, 0.2]) * 3600, 0)
    picked = accepted + np.where(till, rng.integers(5, 40, n), minutes(*_PICKING) * rush).astype(np.int64) + wait
    handed = picked + np.where(till, 5, minutes(*_HAND_OVER) * rush * (1 + _RAIN_ON_HAND_OVER * demand.rain)).astype(
        np.int64
    )
    ride = (
        _dry_ride_minutes(geo, demand, distance)
        * 60
        * rush
        * (1 + _RAIN_ON_RIDE * demand.rain)
        * np.exp(rng.normal(0, 0.16, n))
    )
    ride = np.where(till, 10, np.where(demand.mode == 3, rng.gamma(1.6, 2400, n) + 300, ride)).astype(np.int64)
    delivered = handed + ride
    promised = np.where(
        demand.mode == 1, paid + np.where(distance < 2600, 30, np.where(distance < 3800, 40, 50)) * 60, 0
    )
    promised = np.where(demand.mode == 2, paid + wait + 5400, promised)

    cancelled = np.zeros(n, dtype=np.int64)
    u = rng.random(n)
    # A customer may turn back before paying, before picking or just before the courier leaves.
    early = fate == 1
    window_start = np.where(u < 0.2, demand.placed_at, np.where(u < 0.75, paid, accepted))
    window_end = np.where(u < 0.2, paid, np.where(u < 0.75, accepted, handed))
    at = window_start + 1 + (rng.random(n) * (window_end - window_start - 2).clip(0)).astype(np.int64)
    cancelled = np.where(early, at, cancelled)
    cancelled = np.where(
        fate == 2, accepted + 60 + (rng.random(n) * (picked - accepted - 61).clip(0)).astype(np.int64), cancelled
    )
    cancelled = np.where(fate == 4, delivered, cancelled)
    cancelled = np.where(fate == 5, handed + rng.integers(5400, 14400, n), cancelled)
    delivered = np.where(fate >= 3, 0, delivered)
    steps = {
        "paid_at": paid,
        "reviewed_at": reviewed,
        "accepted_at": accepted,
        "picked_at": picked,
        "handed_over_at": handed,
        "delivered_at": delivered,
    }
    for name in _ORDER_OF_STEPS:
        steps[name] = np.where((cancelled > 0) & (steps[name] > cancelled), 0, steps[name]).astype(np.int64)
    status = np.full(n, 0)
    for number, name in (
        (1, "paid_at"),
        (2, "accepted_at"),
        (3, "picked_at"),
        (4, "handed_over_at"),
        (5, "delivered_at"),
    ):
        status = np.where(steps[name] > 0, number, status)
    status = np.where(cancelled > 0, 6, status)
    final = np.maximum.reduce([demand.placed_at, cancelled, *steps.values()])
    return Journey(
        fate=fate,
        distance_meters=np.where(courier, distance, -1).astype(np.int64),
        promised_at=promised.astype(np.int64),
        cancelled_at=cancelled,
        status=status,
        final_at=final,
        **steps,
    )


def _rush(demand: Demand) -> NDArray[np.float64]:
    """How much longer everything takes in the hour in which an order is placed."""
    hour = ((demand.placed_at + OFFSET_SECONDS) % DAY_SECONDS // 3600).astype(np.int64)
    return np.array([_RUSH.get(h, 1.0) for h in range(24)])[hour]


def _dry_ride_minutes(geo: Geography, demand: Demand, distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minutes that a ride of some metres takes without rush and rain."""
    return distance / (245 * courier_speed(geo, demand.store)) + 2.5


def delay_causes(order_ids: pl.Series, demand: Demand, journey: Journey, geo: Geography) -> pl.DataFrame:
    """Truth: minutes that rush and rain are expected to have cost each instant delivery, leg by leg."""
    rush, rain = _rush(demand), demand.rain

    def mean(leg: tuple[float, float]) -> float:
        return leg[0] * float(np.exp(leg[1] ** 2 / 2))

    ride = _dry_ride_minutes(geo, demand, journey.distance_meters.astype(np.float64))
    return pl.DataFrame(
        {
            "order_id": order_ids,
            "pick_rush_minutes": mean(_PICKING) * (rush - 1),
            "handover_rush_minutes": mean(_HAND_OVER) * (rush - 1),
            "handover_rain_minutes": mean(_HAND_OVER) * rush * _RAIN_ON_HAND_OVER * rain,
            "ride_rush_minutes": ride * (rush - 1),
            "ride_rain_minutes": ride * rush * _RAIN_ON_RIDE * rain,
        }
    ).filter(pl.Series((demand.mode == 1) & (journey.delivered_at > 0)))
