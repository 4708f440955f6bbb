"""Waste, turnover, suppliers and shelves worked out from the simulator's truth, written from their definitions.

Belongs here: plain replays and loops, one record after the other, as the definitions read. Does not belong here:
anything of dbt or its tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from tests.integration.warehouse_oracle import latest_versions, local_day, read_truth
from tests.integration.warehouse_oracle_supply import master_data

YEAR_DAYS = 365


def movements_as_of(truth: Path, as_of: date) -> pl.DataFrame:
    """Latest version of every movement, with the local ``day`` and its ``cost`` (positive for what leaves)."""
    cost = -pl.col("quantity") * pl.col("unit_cost_yuan").cast(pl.Float64)
    return latest_versions(read_truth(truth, "inventory"), "movement_id", as_of).with_columns(
        local_day("occurred_at").alias("day"), cost.alias("cost")
    )


def expiry_waste(movements: pl.DataFrame) -> pl.DataFrame:
    """Cost written off as expired and cost of goods sold less returns, per location and day that has either."""
    waste = pl.col("movement_kind") == "expiry"
    counted = movements.filter(pl.col("movement_kind").is_in(["expiry", "sale", "return"]))
    return counted.group_by(pl.col("day").alias("business_date"), pl.col("location_id").alias("store_id")).agg(
        pl.col("cost").filter(waste).sum().alias("numerator"), pl.col("cost").filter(~waste).sum().alias("denominator")
    )


def inventory_turnover(positions: pl.DataFrame, movements: pl.DataFrame, landing: Path) -> pl.DataFrame:
    """Annual cost of goods sold over mean stock value of a history shorter than a year, place by place, day by day."""
    locations = master_data(landing, "stores", ["location_id"])
    kinds = dict(locations.select("location_id", "kind").iter_rows())
    cities = dict(locations.select("location_id", "city_zh").iter_rows())
    stock: dict[tuple[str, date], float] = defaultdict(float)
    sold: dict[tuple[str, date], float] = defaultdict(float)
    for row in positions.iter_rows(named=True):
        stock[row["location_id"], row["business_date"]] += row["stock_value_yuan"]
    for row in movements.filter(pl.col("movement_kind").is_in(["sale", "return"])).iter_rows(named=True):
        sold[row["location_id"], row["day"]] += row["cost"]
    days = sorted({day for _, day in stock})
    stores = [location for location, kind in kinds.items() if kind == "store"]
    places: list[tuple[str, str, str, Iterable[str]]] = [("store", "all", store, [store]) for store in stores]
    places += [
        ("city", city, "all", [store for store in stores if cities[store] == city])
        for city in {cities[store] for store in stores}
    ]
    places.append(("chain", "all", "all", list(kinds)))
    rows = []
    for grain, area, store_id, members in places:
        worth = turned = 0.0
        for number, day in enumerate(days, start=1):
            worth += sum(stock[member, day] for member in members)
            turned += sum(sold[member, day] for member in members)
            rows.append(
                {
                    "grain": grain,
                    "area": area,
                    "store_id": store_id,
                    "business_date": day,
                    "numerator": turned * YEAR_DAYS / number,
                    "denominator": worth / number,
                    "observations": number,
                }
            )
    return pl.DataFrame(rows)
