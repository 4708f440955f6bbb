"""Waste, turnover, suppliers and shelves worked out from the simulator's truth, written from their definitions.

Belongs here: plain replays and loops, one record after the other, as the definitions read. Does not belong here:
anything of dbt or its tables.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import CensoredData, ecdf

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


def purchase_lines(truth: Path, landing: Path, as_of: date) -> list[dict]:
    """Every line as known at the end of ``as_of``, ``due_on``, ``waited`` and ``late`` added."""
    agreed = dict(
        master_data(landing, "suppliers", ["supplier_id"]).select("supplier_id", "agreed_lead_time_days").rows()
    )
    lines = latest_versions(read_truth(truth, "purchase_orders"), "purchase_order_line_id", as_of).with_columns(
        local_day("ordered_at").alias("ordered_on"),
        local_day("received_at").alias("received_on"),
        local_day("cancelled_at").alias("cancelled_on"),
    )
    found = []
    for line in lines.sort("ordered_at", "purchase_order_line_id").iter_rows(named=True):
        due_on = line["promised_receipt_on"] or line["ordered_on"] + timedelta(days=int(agreed[line["supplier_id"]]))
        settled_on = line["received_on"] or line["cancelled_on"] or as_of
        on_time = line["received_on"] is not None and line["received_on"] <= due_on
        in_full = line["received_on"] is not None and line["received_quantity"] >= line["ordered_quantity"]
        found.append(
            line
            | {
                "due_on": due_on,
                "waited": (settled_on - line["ordered_on"]).days,
                "late": (settled_on - due_on).days,
                "on_time": on_time,
                "in_full": in_full,
                "agreed": int(agreed[line["supplier_id"]]),
            }
        )
    return found


def scorecards(lines: list[dict], as_of: date) -> pl.DataFrame:
    """What each supplier did with the lines due in each month, from lines in the order in which they were ordered."""
    months: dict[tuple[str, date], list[dict]] = defaultdict(list)
    prices: dict[tuple[str, str], list[float]] = defaultdict(list)
    for line in lines:
        seen = prices[line["supplier_id"], line["sku_id"]]
        seen.append(float(line["unit_price_yuan"]))
        line["first_price"], line["previous_price"] = seen[0], seen[-2] if len(seen) > 1 else None
        if line["due_on"] <= as_of:
            months[line["supplier_id"], line["due_on"].replace(day=1)].append(line)
    rows = []
    for (supplier_id, month), due in months.items():
        waited = [line["waited"] for line in due]
        bought = [(line["ordered_quantity"], float(line["unit_price_yuan"]), line) for line in due]
        again = [(packs, price, line["previous_price"]) for packs, price, line in bought if line["previous_price"]]
        before = sum(packs * previous for packs, _, previous in again)
        rows.append(
            {
                "supplier_id": supplier_id,
                "month_start_date": month,
                "due_line_count": len(due),
                "received_line_count": sum(line["received_on"] is not None for line in due),
                "open_line_count": sum(line["received_on"] is None and line["cancelled_on"] is None for line in due),
                "on_time_line_count": sum(line["on_time"] for line in due),
                "in_full_line_count": sum(line["in_full"] for line in due),
                "otif_line_count": sum(line["on_time"] and line["in_full"] for line in due),
                "agreed_lead_time_days": due[0]["agreed"],
                "lead_time_mean_days": float(np.mean(waited)),
                "lead_time_p50_days": float(np.quantile(waited, 0.5)),
                "lead_time_p90_days": float(np.quantile(waited, 0.9)),
                "lead_time_sd_days": float(np.std(waited, ddof=1)) if len(waited) > 1 else None,
                "late_mean_days": float(np.mean([line["late"] for line in due])),
                "ordered_quantity": sum(line["ordered_quantity"] for line in due),
                "delivered_quantity": sum(line["received_quantity"] or 0 for line in due),
                "price_drift_rate": sum(packs * price for packs, price, _ in bought)
                / sum(packs * line["first_price"] for packs, _, line in bought)
                - 1,
                "price_change_rate": sum(packs * price for packs, price, _ in again) / before - 1 if again else None,
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def expected_waits(waited: Sequence[int], is_open: Sequence[bool]) -> Callable[[int], tuple[float, float]]:
    """Mean and mean square of the lead times beyond a given wait, by scipy's product-limit estimate.

    What the estimate leaves over after the longest wait comes a day later.
    """
    came = [days for days, open_ in zip(waited, is_open, strict=True) if not open_]
    still = [days for days, open_ in zip(waited, is_open, strict=True) if open_]
    survival = ecdf(CensoredData(uncensored=came, right=still)).sf
    days, open_share = survival.quantiles, survival.probabilities
    mass = np.append(-np.diff(np.concatenate([[1.0], open_share])), open_share[-1])
    points = np.append(days, max(waited) + 1)

    def beyond(wait: int) -> tuple[float, float]:
        chosen = points > wait
        weights = mass[chosen] / mass[chosen].sum()
        return float(weights @ points[chosen]), float(weights @ points[chosen] ** 2)

    return beyond


def purchase_lead_times(
    lines: list[dict], fallback_sd: float, prior: float
) -> dict[tuple[str, str], tuple[float, float]]:
    """Mean and standard deviation of the lead time by (supplier, SKU), each group drawn to the wider one."""
    by_supplier: dict[str, list[dict]] = defaultdict(list)
    for line in lines:
        by_supplier[line["supplier_id"]].append(line)
    deviations: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for supplier_id, own in by_supplier.items():
        beyond = expected_waits([line["waited"] for line in own], [line["received_on"] is None for line in own])
        for line in own:
            wait, agreed = line["waited"], line["agreed"]
            mean, square = (wait, wait**2) if line["received_on"] else beyond(wait)
            deviations[supplier_id, line["sku_id"]].append((mean - agreed, square - 2 * agreed * mean + agreed**2))

    def drawn(values: list[tuple[float, float]], wider: tuple[float, float]) -> tuple[float, float]:
        mean, square = ((sum(v[i] for v in values) + prior * wider[i]) / (len(values) + prior) for i in (0, 1))
        return mean, square

    every = drawn([value for values in deviations.values() for value in values], (0.0, fallback_sd**2))
    found = {}
    for supplier_id, own in by_supplier.items():
        of_supplier = [value for (name, _), values in deviations.items() if name == supplier_id for value in values]
        lane = drawn(of_supplier, every)
        for sku_id in {line["sku_id"] for line in own}:
            mean, square = drawn(deviations[supplier_id, sku_id], lane)
            found[supplier_id, sku_id] = own[0]["agreed"] + mean, max(square - mean**2, 0.0) ** 0.5
    return found


def lots_left_over(
    movements: pl.DataFrame, as_of: date, wanted: dict[tuple[str, str], tuple[float, int]]
) -> dict[tuple[str, str, str, date], int]:
    """Packs left of each lot when demand takes the lot with the nearest last day first, whole packs of the sum so far.

    Args:
        movements: of :func:`movements_as_of`.
        as_of: last day known.
        wanted: by (location, SKU), packs wanted a day and packs that orders hold already.
    """
    held: dict[tuple[str, str], dict[tuple[date, str], int]] = defaultdict(lambda: defaultdict(int))
    for move in movements.iter_rows(named=True):
        held[move["location_id"], move["sku_id"]][move["expiry_date"], move["lot_id"]] += move["quantity"]
    found = {}
    for (location, sku), lots in held.items():
        daily, reserved = wanted.get((location, sku), (0.0, 0))
        sold = left = 0.0
        for (expiry, lot), packs in sorted(lots.items()):
            if packs <= 0:
                continue
            if expiry <= as_of:
                found[location, sku, lot, expiry] = packs
                continue
            taken = max(min(packs, daily * (expiry - as_of).days + reserved - sold), 0.0)
            left_before, sold, left = left, sold + taken, left + packs - taken
            found[location, sku, lot, expiry] = math.floor(round(left, 6)) - math.floor(round(left_before, 6))
    return found
