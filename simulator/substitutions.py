"""Products that had run out and that the customer agreed to replace by a similar one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.billing import Sales
from simulator.catalogue import Catalogue
from simulator.config import ChainConfig
from simulator.demand import Demand
from simulator.streams import stream
from simulator.supply import Supply

Ints = NDArray[np.int64]
#: Chance that who asks online for a product that has run out takes a similar one; few find one that has run out.
_SUBSTITUTION_CHANCE = 0.12
#: Letters of an ATC code that two products share when one can stand in for the other: the pharmacological subgroup.
_ATC_LETTERS = 4


def asked_for(
    config: ChainConfig, supply: Supply, catalogue: Catalogue, day: int, block: int, demand: Demand, sales: Sales
) -> Ints:
    """Per line the SKU that the customer had asked for and that had run out, -1 where the line is what was wanted."""
    draw = stream(config.seed, "substitutions", day, block).random(len(sales.order))
    subgroup = catalogue.table["atc_code"].str.head(_ATC_LETTERS).to_numpy()
    wanted = np.full(len(sales.order), -1)
    may = (draw < _SUBSTITUTION_CHANCE) & (demand.mode[sales.order] > 0) & ~catalogue.is_rx[sales.sku]
    for line in np.flatnonzero(may & (sales.lot >= 0)):
        sku, place = sales.sku[line], demand.fulfilling[sales.order[line]]
        alike = np.flatnonzero((subgroup == subgroup[sku]) & ~catalogue.is_rx & ~catalogue.is_banned)
        alike = alike[(alike != sku) & supply.ranged[place, alike]]
        gone = alike[supply.sellable(place * supply.skus + alike, day) == 0]
        if len(gone):
            wanted[line] = gone[0]
    return wanted
