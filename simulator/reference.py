"""Reference feeds: whole lists on the first day, afterwards only rows that changed. They are always clean."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.clock import iso, midnight
from simulator.communities import Communities
from simulator.config import ChainConfig
from simulator.geography import Geography, stores_table
from simulator.seasons import calendar_table
from simulator.sensors import SensorField
from simulator.streams import stream
from simulator.supply import Supply
from simulator.writers import Landing


@dataclass
class Reference:
    """Writes the master data, and lets prices move now and then."""

    config: ChainConfig
    geo: Geography
    catalogue: Catalogue
    supply: Supply
    sensors: SensorField
    communities: Communities
    landing: Landing
    price_fen: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with list prices of the catalogue."""
        self.price_fen = self.catalogue.price_fen.copy()

    def morning(self, day: int, write: bool) -> None:
        """Move some prices (from this day on); write the lists (first day) or the changed rows."""
        rng = stream(self.config.seed, "prices", day)
        draw, factor = rng.random(len(self.price_fen)), rng.uniform(0.94, 1.07, len(self.price_fen))
        moved = np.flatnonzero((draw < 0.004) & (day > 0))
        self.price_fen[moved] = np.maximum(
            np.round(self.price_fen[moved] * factor[moved], -1), self.catalogue.cost_fen[moved] + 10
        ).astype(np.int64)
        if not write:
            return
        if day == 0:
            self._write_lists()
        elif len(moved):
            self._write("products", day, self._products()[moved.tolist()])

    def _products(self) -> pl.DataFrame:
        table = self.catalogue.table
        case, least = self.catalogue.case_packs, self.catalogue.least_packs
        return table.with_columns(
            pl.Series("order_multiple_quantity", case).replace(1, None),
            pl.Series("minimum_order_quantity", least).replace(1, None),
            pl.Series("unit_cost_yuan", (self.catalogue.cost_fen / 100).round(2)),
            pl.Series("list_price_yuan", (self.price_fen / 100).round(2)),
        )

    def _assortment(self) -> pl.DataFrame:
        location, sku = np.nonzero(self.supply.ranged)
        return pl.DataFrame(
            {
                "location_id": self.geo.ids.gather(pl.Series(location)),
                "sku_id": self.catalogue.ids.gather(pl.Series(sku)),
                "ranged_from": pl.repeat(self.config.start_day.isoformat(), len(sku), eager=True),
                "ranged_to": pl.repeat(None, len(sku), dtype=pl.String, eager=True),
                "reorder_point": self.supply.reorder_point[location, sku],
                "order_up_to": self.supply.order_up_to[location, sku],
                "shelf_capacity_quantity": pl.Series(self.supply.shelf_capacity[location, sku]).replace(0, None),
            }
        )

    def _write_lists(self) -> None:
        for feed, table in (
            ("products", self._products()),
            ("stores", stores_table(self.config, self.geo)),
            ("suppliers", self.catalogue.supplier_table),
            ("communities", self.communities.table()),
            ("assortment", self._assortment()),
            ("calendar", calendar_table(self.config)),
            ("sensors", self.sensors.register()),
        ):
            self._write(feed, 0, table)

    def _write(self, feed: str, day: int, table: pl.DataFrame) -> None:
        stamped = table.with_columns(pl.lit(midnight(self.config, day) + 1800).alias("updated_at")).with_columns(
            iso("updated_at")
        )
        today = self.config.day(day)
        self.landing.write(
            feed, today, f"{feed}-{today.isoformat()}.csv", stamped.write_csv(float_precision=None).encode()
        )
