"""Sales that no prescription makes right: what may not be sold online, and packs whose code was sold before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.config import ChainConfig
from simulator.demand import Demand
from simulator.documents import OrderBook
from simulator.people import People
from simulator.streams import stream

_CODE_SOLD_TWICE = 0.002
_SOLD_ONLINE_ALTHOUGH_BANNED = 0.1


def sell_banned_online(
    config: ChainConfig, catalogue: Catalogue, people: People, demand: Demand, day: int, block: int
) -> Demand:
    """Some customers at the till who want what may not be sold online order it by the mini-program and fetch it."""
    rng = stream(config.seed, "banned online", day, block)
    n = len(demand.store)
    wants = np.bincount(demand.line_order, catalogue.is_banned[demand.line_sku], n) > 0
    able = (demand.mode == 0) & (demand.person >= 0) & people.has_wechat[np.maximum(demand.person, 0)]
    lured = wants & able & (rng.random(n) < _SOLD_ONLINE_ALTHOUGH_BANNED)
    return replace(demand, channel=np.where(lured, 1, demand.channel), mode=np.where(lured, 3, demand.mode))


def banned_online(catalogue: Catalogue, book: OrderBook, demand: Demand) -> pl.DataFrame:
    """Lines of what may not be sold online in orders that came in online and whose goods left."""
    sales, journey = book.sales, book.journey
    left = (journey.handed_over_at > 0) | (journey.delivered_at > 0)
    lines = np.flatnonzero(catalogue.is_banned[sales.sku] & (demand.channel[sales.order] > 0) & left[sales.order])
    return pl.DataFrame(
        {
            "order_id": book.order_ids.gather(pl.Series(sales.order[lines])),
            "line_number": sales.number[lines],
        }
    )


def sell_codes_twice(
    config: ChainConfig, day: int, block: int, book: OrderBook, is_scanned: NDArray[np.bool_]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines on which a code sold before stands in place of the pack's own; with the truth about both lines.

    ``is_scanned``: per order, whether its packs were scanned when they were sold.
    """
    rng = stream(config.seed, "codes sold twice", day, block)
    sales, journey = book.sales, book.journey
    left = np.where(journey.handed_over_at > 0, journey.handed_over_at, journey.delivered_at)[sales.order]
    sold = (left > 0) & (journey.fate[sales.order] != 4) & is_scanned[sales.order]
    coded = np.flatnonzero(sold & (book.lines["trace_codes"].list.len().to_numpy() > 0))
    turn = coded[np.lexsort((left[coded], sales.sku[coded]))]
    lured = rng.random(len(turn)) < _CODE_SOLD_TWICE
    pairs: list[tuple[int, int]] = []
    for before, after, is_lured in zip(turn[:-1].tolist(), turn[1:].tolist(), lured[1:].tolist(), strict=True):
        same = sales.sku[before] == sales.sku[after] and sales.order[before] != sales.order[after]
        if is_lured and same and not (pairs and pairs[-1][1] == before):
            pairs.append((before, after))
    codes = [book.lines["trace_codes"][before][0] for before, _ in pairs]
    truth = pl.DataFrame(
        {
            "trace_code": [code for code in codes for _ in range(2)],
            "order_id": [book.order_ids[int(sales.order[line])] for pair in pairs for line in pair],
            "line_number": [int(sales.number[line]) for pair in pairs for line in pair],
        },
        schema={"trace_code": pl.String, "order_id": pl.String, "line_number": pl.Int64},
    )
    swapped = pl.DataFrame(
        {"place": [after for _, after in pairs], "code": codes}, schema={"place": pl.Int64, "code": pl.String}
    )
    return swapped, truth
