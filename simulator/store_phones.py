"""Stores whose staff type the store's own phone number where a customer gives none."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.config import ChainConfig
from simulator.demand import CHANNELS, Demand
from simulator.geography import Geography
from simulator.streams import stream

_EVERY, _WHICH = 4, 2
_SHARE = 0.5


def store_phones(locations: NDArray[np.int64]) -> pl.Series:
    """The phone numbers of locations."""
    return pl.Series(4_006_000_000 + locations, dtype=pl.Int64).cast(pl.String)


def types_store_phone(config: ChainConfig, geo: Geography, day: int, block: int, demand: Demand) -> NDArray[np.bool_]:
    """Orders at the tills of every fourth store at which staff would not ask for the customer's phone."""
    rng = stream(config.seed, "store phones", day, block)
    is_careless = (demand.store - geo.first_store) % _EVERY == _WHICH
    return (rng.random(len(demand.store)) < _SHARE) & is_careless & (demand.channel == CHANNELS.index("till"))


def store_phone_table(geo: Geography) -> pl.DataFrame:
    """Truth: one row per store whose staff do so (``store_id, phone``)."""
    stores = np.arange(geo.first_store, len(geo.level))
    careless = stores[(stores - geo.first_store) % _EVERY == _WHICH]
    return pl.DataFrame({"store_id": geo.ids.gather(pl.Series(careless)), "phone": store_phones(careless)})
