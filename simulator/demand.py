"""What people ask for on one day in one block of stores: who, where, how, which goods and how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.clock import midnight
from simulator.config import ChainConfig
from simulator.geography import CITIES, Geography
from simulator.people import People, refills_due
from simulator.seasons import HOUR_SHARES, city_flu_levels, flu_level, promoted_skus, promotion_lift, traffic
from simulator.streams import stream

CHANNELS = ["till", "mini_program", "meituan", "eleme", "jd_daojia", "official_account"]
MODES = ["in_store", "instant", "booked", "pickup"]
LINES_PER_ORDER = 1.75  # mean, of everyday orders
UNITS_PER_LINE = 1.3
_CHANNEL_SHARE = np.array([0.56, 0.15, 0.14, 0.08, 0.04, 0.03])
_REFILL_CHANNEL_SHARE = np.array([0.45, 0.33, 0.04, 0.02, 0.03, 0.13])
#: Shape of the gamma-mixed rate (mean 1) of a store's day: a standard deviation of 18 % on top of what chance does.
_DAY_TO_DAY_SHAPE = 30.0
#: Goods that the flu lifts at least by this much are what an outbreak is about.
_FLU_GOODS_LIFT = 1.0
Ints = NDArray[np.int64]


@dataclass
class Demand:
    """Orders asked for, sorted by the time they are placed, and their lines sorted by order."""

    store: Ints  # location number
    fulfilling: Ints
    channel: Ints
    mode: Ints
    person: Ints  # -1 = nobody known
    placed_at: Ints
    rain: NDArray[np.float64]
    line_order: Ints
    line_sku: Ints
    line_units: Ints


def sku_weights(catalogue: Catalogue, flu: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often each SKU is wanted against the others for given flu levels of 0 to 1, shape ``(levels, SKUs)``."""
    return catalogue.popularity**1.35 * (1 + catalogue.flu_lift * flu[:, None])


def sku_shares(catalogue: Catalogue, weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Chance of each SKU on a line at the till and online, for rows of weights."""
    online = np.where(catalogue.is_banned, 0.0, weight)
    return weight / weight.sum(axis=1, keepdims=True), online / online.sum(axis=1, keepdims=True)


def expected_units(
    config: ChainConfig, geo: Geography, catalogue: Catalogue, ranged: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Units a day that planners expect per location and SKU; DCs see all below them. Reorder levels follow."""
    level = np.array([flu_level(config.start_day, config.seed) * 0.7])
    (till,), (online,) = sku_shares(catalogue, sku_weights(catalogue, level))
    share = (_CHANNEL_SHARE[0] * till + (1 - _CHANNEL_SHARE[0]) * online) * LINES_PER_ORDER * UNITS_PER_LINE
    stores = config.orders_per_store_day * geo.volume[:, None] * share[None, :] * 1.08
    expected = np.where(ranged, stores, 0.0).astype(np.float32)
    expected[geo.level < 2] = 0.0
    for location in range(geo.first_store - 1, -1, -1):
        below = geo.parent == location
        expected[location] = expected[below].sum(axis=0)
    return expected


def _wanted_goods(
    config: ChainConfig, catalogue: Catalogue, day: int, cities: Ints, flu: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of the SKUs in each city on a day, and how many orders come for each that would come anyway.

    What promotions and an outbreak bring comes on top: it takes nothing away from other goods.
    """
    usual = sku_weights(catalogue, flu)
    weight = usual * promotion_lift(promoted_skus(config, day, len(catalogue.ids)))
    if config.outbreak:
        level = config.outbreak.level(config.day(day))
        lift = np.where(catalogue.flu_lift >= _FLU_GOODS_LIFT, 1 + (config.outbreak.strength - 1) * level, 1.0)
        struck = np.array([CITIES[city][1] == config.outbreak.city for city in cities])
        weight = np.where(struck[:, None], weight * lift, weight)
    return weight, weight.sum(axis=1) / usual.sum(axis=1)


def draw_demand(
    config: ChainConfig,
    geo: Geography,
    catalogue: Catalogue,
    people: People,
    ranged: NDArray[np.bool_],
    day: int,
    block: int,
    rain: NDArray[np.float64],
) -> Demand:
    """Draw the demand of one day in block number ``block`` of the stores."""
    rng = stream(config.seed, "demand", day, block)
    first, last = geo.blocks()[block]
    stores = np.arange(first, last)
    cities, city_row = np.unique(geo.city[stores].astype(np.int64), return_inverse=True)
    flu = city_flu_levels(config, day)[cities]
    weight, more = _wanted_goods(config, catalogue, day, cities, flu)
    wet = rain[geo.city[stores]].mean(axis=1)
    mood = rng.gamma(_DAY_TO_DAY_SHAPE, 1 / _DAY_TO_DAY_SHAPE, len(stores))
    of_city = traffic(config, day)[cities] * (1 + 0.25 * flu) * more
    rate = config.orders_per_store_day * geo.volume[stores] * of_city[city_row] * (1 - 0.15 * wet) * mood
    everyday = np.repeat(stores, rng.poisson(rate))
    refill = refills_due(people, config, day, first, last, rng)
    count, refills = len(everyday), len(refill)
    store = np.concatenate([everyday, people.home[refill]]).astype(np.int64)
    total = count + refills
    channel = np.concatenate([rng.choice(6, count, p=_CHANNEL_SHARE), rng.choice(6, refills, p=_REFILL_CHANNEL_SHARE)])
    online = channel > 0
    draw = rng.random(total)
    booked = np.where(np.arange(total) >= count, 0.35, 0.10)
    mode = np.where(~online, 0, np.where(draw < booked, 2, np.where(draw < booked + 0.12, 3, 1)))
    person = np.concatenate([people.pick(everyday.astype(np.int32), rng), refill])
    known = online | (np.arange(total) >= count) | (rng.random(total) < 0.62)
    # At the till a guest stays nameless.
    guest_at_till = ~online & (people.registered_day[person] > day)
    wechat_needed = (channel == 1) | (channel == 5)
    channel = np.where(wechat_needed & ~people.has_wechat[person], 2, channel)
    buyer, person = person, np.where(known & ~guest_at_till, person, -1)

    hour = np.searchsorted(np.cumsum(HOUR_SHARES / HOUR_SHARES.sum()), rng.random(total))
    second = (hour * 3600 + rng.integers(0, 3600, total)).astype(np.int64)
    opens, closes = geo.opens_minute[store] * 60, geo.closes_minute[store] * 60
    # Who meets a closed door comes at another time of the opening hours.
    outside = (second < opens) | (second >= closes - 60)
    second = np.where(outside, opens + (rng.random(total) * (closes - opens - 60)).astype(np.int64), second)

    reroute = online & (mode == 1) & (rng.random(total) < 0.06)
    fulfilling = np.where(reroute, geo.neighbour[store], store)

    # Goods: everyday orders by popularity; a refill brings its own SKU and now and then something else.
    lines = np.concatenate([1 + rng.poisson(LINES_PER_ORDER - 1, count), 1 + rng.poisson(0.35, refills)]).clip(1, 6)
    line_order = np.repeat(np.arange(total), lines)
    is_first = np.r_[True, np.diff(line_order) != 0] if total else np.zeros(0, dtype=bool)
    # One ladder for all cities, till and online: each distribution stands on the whole number that is its turn.
    skus = len(catalogue.ids)
    ladder = (
        np.concatenate([np.cumsum(share, axis=1).clip(0, 1) for share in sku_shares(catalogue, weight)])
        + np.arange(2 * len(cities))[:, None]
    )
    ladder[:, -1] = np.arange(2 * len(cities)) + 1
    turn_of_order = city_row[store - first] + len(cities) * online

    def pick(where: Ints) -> Ints:
        turn = turn_of_order[line_order[where]]
        found = np.searchsorted(ladder.ravel(), turn + rng.random(len(where)), side="right")
        return np.minimum(found - turn * skus, skus - 1)

    line_sku = pick(np.arange(len(line_order)))
    own = is_first & (line_order >= count)
    line_sku[own] = people.condition_sku[buyer[line_order[own]]]
    for _ in range(2):  # what a store does not range its customers do not ask for twice
        missing = np.flatnonzero(~ranged[fulfilling[line_order], line_sku])
        line_sku[missing] = pick(missing)
    line_units = np.minimum(1 + rng.poisson(UNITS_PER_LINE - 1, len(line_order)), 5)
    line_units[own] = np.maximum(1, np.round(people.rhythm_days[buyer[line_order[own]]] / 28)).astype(np.int64)

    keep = ranged[fulfilling[line_order], line_sku] & ~(online[line_order] & catalogue.is_banned[line_sku])
    key = line_order * len(catalogue.ids) + line_sku
    _, once = np.unique(key, return_index=True)
    unique = np.zeros(len(key), dtype=bool)
    unique[once] = True
    keep &= unique
    line_order, line_sku, line_units = line_order[keep], line_sku[keep], line_units[keep]

    # In the order of time, empty orders dropped.
    alive = np.flatnonzero(np.bincount(line_order, minlength=total) > 0)
    turn = alive[np.lexsort((alive, second[alive]))]
    place = np.full(total, -1)
    place[turn] = np.arange(len(turn))
    by_order = np.argsort(place[line_order], kind="stable")
    placed = midnight(config, day) + second
    return Demand(
        store[turn],
        fulfilling[turn],
        channel[turn].astype(np.int64),
        mode[turn].astype(np.int64),
        person[turn],
        placed[turn],
        rain[geo.city[store[turn]], (second[turn] // 3600).clip(0, 23)],
        place[line_order][by_order],
        line_sku[by_order],
        line_units[by_order].astype(np.int64),
    )


def courier_speed(geo: Geography, store: Ints) -> NDArray[np.float64]:
    """Speed of couriers in a store's city against the mean city."""
    return np.array([c[7] for c in CITIES])[geo.city[store]]
