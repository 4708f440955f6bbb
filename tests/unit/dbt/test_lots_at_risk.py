"""Packs that will expire before they sell, against a walk through the days that sells the oldest lot first."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from tests.unit.dbt.compiled_models import CompiledProject, run_model

AS_OF = date(2026, 3, 1)
PAIRS = 400
Lots = dict[tuple[str, str, date], int]


@pytest.fixture(scope="module")
def lots_on_hand_sql(project: CompiledProject) -> str:
    return project.sql("int_supply__lots_on_hand")


def random_lots(rng: np.random.Generator) -> Lots:
    """Up to five lots of each SKU, some with the same last day; none is past it."""
    return {
        (f"K{pair:04d}", f"L{number}", AS_OF + timedelta(days=int(rng.integers(1, 30)))): int(rng.integers(1, 25))
        for pair in range(PAIRS)
        for number in range(rng.integers(1, 6))
    }


def left_over(lots: Lots, daily: dict[str, Fraction], reserved: dict[str, int]) -> dict[tuple[str, str, date], int]:
    """Sell day by day, oldest lot first, until every lot has passed; whole packs of what is left so far."""
    found = {}
    for sku in daily:
        queue = [[expiry, lot, Fraction(packs)] for (name, lot, expiry), packs in lots.items() if name == sku]
        queue.sort(key=lambda entry: entry[:2])
        wanted = Fraction(reserved[sku])
        for days in range(31):
            day = AS_OF + timedelta(days=days)
            wanted += daily[sku] if days else 0
            for entry in queue:
                if entry[0] >= day:
                    taken = min(entry[2], wanted)
                    entry[2], wanted = entry[2] - taken, wanted - taken
            # What nothing was there for is a lost sale and buys nothing tomorrow.
            wanted = Fraction(0)
        left = Fraction(0)
        for expiry, lot, packs in queue:
            found[sku, lot, expiry] = math.floor(left + packs) - math.floor(left)
            left += packs
    return found


def at_risk(sql: str, lots: Lots, daily: dict[str, Fraction], reserved: dict[str, int]) -> pl.DataFrame:
    skus = list(daily)
    return run_model(
        sql,
        {
            "int_ingest__as_of": pl.DataFrame({"as_of_date": [AS_OF]}),
            "int_supply__parameters": pl.DataFrame({"surplus_cover_days": [60.0]}),
            "int_reference__products": pl.DataFrame({"sku_id": skus}).with_columns(
                storage_class=pl.lit("ambient"), special_class=pl.lit("none")
            ),
            "int_supply__replenishment_policy": pl.DataFrame(
                {
                    "location_id": "S1",
                    "sku_id": skus,
                    "expected_daily_quantity": [float(daily[sku]) for sku in skus],
                    "order_up_to_quantity": 5,
                    "business_date": AS_OF,
                }
            ),
            "int_supply__stock_pipeline": pl.DataFrame(
                {
                    "location_id": "S1",
                    "sku_id": skus,
                    "reserved_quantity": [reserved[sku] for sku in skus],
                    "business_date": AS_OF,
                }
            ),
            "int_supply__lot_days": pl.DataFrame(
                [
                    {
                        "location_id": "S1",
                        "sku_id": sku,
                        "lot_id": lot,
                        "expiry_date": expiry,
                        "net_quantity": packs,
                        "net_value_yuan": 2.0 * packs,
                        "moved_on": AS_OF,
                    }
                    for (sku, lot, expiry), packs in lots.items()
                ]
            ),
        },
    )


def test_what_is_at_risk_is_what_selling_the_oldest_first_leaves(lots_on_hand_sql: str) -> None:
    rng = np.random.default_rng(5)
    lots = random_lots(rng)
    skus = sorted({sku for sku, _, _ in lots})
    daily = {sku: Fraction(int(rng.integers(0, 13)), 4) for sku in skus}
    reserved = {sku: int(rng.integers(0, 4)) * int(rng.random() < 0.3) for sku in skus}
    rows = at_risk(lots_on_hand_sql, lots, daily, reserved)
    observed = dict(zip(rows.select("sku_id", "lot_id", "expiry_date").rows(), rows["at_risk_quantity"], strict=True))
    assert observed == left_over(lots, daily, reserved)
    assert (rows["at_risk_quantity"] <= rows["lot_quantity"]).all()
    assert 0 < rows["at_risk_quantity"].sum() < rows["lot_quantity"].sum()


@pytest.mark.parametrize(
    ("daily", "share"), [(Fraction(1000), 0.0), (Fraction(0), 1.0)], ids=["ample demand", "no demand"]
)
def test_nothing_is_at_risk_where_demand_is_ample_and_all_is_where_there_is_none(
    lots_on_hand_sql: str, daily: Fraction, share: float
) -> None:
    lots = random_lots(np.random.default_rng(6))
    skus = sorted({sku for sku, _, _ in lots})
    rows = at_risk(lots_on_hand_sql, lots, dict.fromkeys(skus, daily), dict.fromkeys(skus, 0))
    assert (rows["at_risk_quantity"].cast(pl.Float64) == share * rows["lot_quantity"].cast(pl.Float64)).all()
