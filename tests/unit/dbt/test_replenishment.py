"""Stock levels, orders and shares of a small chain with made-up demand, against scipy and against their own rules."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

from tests.unit.dbt.compiled_models import CompiledProject, run_model, run_models

AS_OF = date(2026, 3, 2)
DAYS = [AS_OF - timedelta(days=1), AS_OF]
SKUS = [f"K{number:02d}" for number in range(40)]
CENTRES = {"C": None, "R": "C"}
STORES = {f"S{number}": "C" if number < 4 else "R" for number in range(8)}
PROBABILITIES = {"50": 0.5, "80": 0.8, "90": 0.9, "95": 0.95, "975": 0.975}
MODELS = ["int_supply__replenishment_policy", "int_supply__replenishment_needs", "int_supply__allocations"]
CHAIN_KEY = ["location_id", "sku_id", "business_date"]
UNRANGED = ("S0", "K00")
GOLDEN_SKU = "K39"
"""d = 20 and sigma_d = 6 a day, L = 6, R = 2, sigma_L = 2, z = 1.96: safety stock 85.16."""

Tables = dict[str, pl.DataFrame]


def lead_time(location: str, sku: str) -> dict[str, object]:
    """Lead time, its standard deviation and review time of a pair."""
    usual = (1.5, 0.5, 1) if location in STORES else (7.0, 2.0, 7)
    days, spread, review = (6.0, 2.0, 2) if sku == GOLDEN_SKU else usual
    return {
        "location_id": location,
        "sku_id": sku,
        "source_location_id": {**CENTRES, **STORES}[location],
        "supplier_id": "V1",
        "lead_time_days": days,
        "lead_time_sd_days": spread,
        "review_days": review,
        "protection_days": math.ceil(days + review),
    }


def chain(seed: int) -> Tables:
    """Parents of the policy, with normal demand of random size at every store."""
    rng = np.random.default_rng(seed)
    pairs = [(location, sku) for location in [*CENTRES, *STORES] for sku in SKUS]
    times = [lead_time(location, sku) for location, sku in pairs]
    forecasts = []
    for time in times:
        if time["location_id"] not in STORES:
            continue
        for day in DAYS:
            golden = time["sku_id"] == GOLDEN_SKU
            daily = 20.0 if golden else float(rng.gamma(1.2, 1.5) + 0.05)
            span = float(time["protection_days"])  # type: ignore[arg-type]
            spread = 6.0 * math.sqrt(span) if golden else math.sqrt(span * daily * rng.uniform(1, 2))
            mean = daily * span
            levels = {
                f"quantile_{step}_quantity": max(0.0, mean + spread * norm.ppf(p)) for step, p in PROBABILITIES.items()
            }
            forecasts.append(
                {
                    "location_id": time["location_id"],
                    "sku_id": time["sku_id"],
                    "forecast_date": day,
                    "protection_days": time["protection_days"],
                    "expected_daily_quantity": daily,
                    "expected_quantity": mean,
                    "demand_sd_quantity": spread,
                }
                | levels
            )
    positions = [
        {
            "location_id": location,
            "sku_id": sku,
            "business_date": day,
            "is_ranged": (location, sku) != UNRANGED,
            "sellable_closing_quantity": int(rng.integers(-1, 30 if location in STORES else 40)),
        }
        for location, sku in pairs
        for day in DAYS
    ]
    pipeline = [
        {
            "location_id": location,
            "sku_id": sku,
            "business_date": day,
            "on_order_quantity": 0 if location in STORES else int(rng.integers(0, 20)),
            "in_transit_quantity": int(rng.integers(0, 3)),
            "reserved_quantity": int(rng.integers(0, 3)),
        }
        for location, sku in pairs
        for day in DAYS
        if rng.random() < 0.4
    ]
    products = [
        {
            "sku_id": sku,
            "shelf_life_days": None if rng.random() < 0.1 else int(rng.integers(20, 700)),
            "order_multiple_quantity": int(rng.integers(1, 12)) if rng.random() < 0.7 else None,
            "minimum_order_quantity": int(rng.integers(1, 40)) if rng.random() < 0.7 else None,
            "list_price_yuan": 30.0,
            "unit_cost_yuan": 20.0,
        }
        for sku in SKUS
        if sku != GOLDEN_SKU
    ]
    products.append({"sku_id": GOLDEN_SKU, "list_price_yuan": 30.0, "unit_cost_yuan": 20.0})
    return {
        "int_supply__demand_forecasts": pl.DataFrame(forecasts),
        "int_supply__lead_times": pl.DataFrame(times, infer_schema_length=None),
        "int_reference__supplied_stores": pl.DataFrame(
            [
                {"location_id": location, "store_id": store}
                for store, centre in STORES.items()
                for location in {store, centre, "C"}
            ]
        ),
        "int_reference__locations": pl.DataFrame(
            [{"location_id": name, "location_kind": "dc"} for name in CENTRES]
            + [{"location_id": name, "location_kind": "store"} for name in STORES]
        ),
        "int_reference__products": pl.DataFrame(products, infer_schema_length=None),
        "int_supply__ranges": pl.DataFrame(
            [
                {
                    "location_id": location,
                    "sku_id": sku,
                    "ranged_from": date(2020, 1, 1),
                    "ranged_to": None,
                    "shelf_capacity_quantity": int(rng.integers(2, 60))
                    if location in STORES and sku != GOLDEN_SKU and rng.random() < 0.6
                    else None,
                }
                for location, sku in pairs
            ],
            schema_overrides={"ranged_to": pl.Date},
            infer_schema_length=None,
        ),
        "int_supply__service_levels": pl.DataFrame(
            [{"sku_id": sku, "service_class": "chronic", "service_level": 0.975, "service_score": 1.96} for sku in SKUS]
        ),
        "int_supply__parameters": pl.DataFrame(
            [{"presentation_stock_quantity": 1.0, "usable_shelf_life_share": 0.5, "surplus_cover_days": 60.0}]
        ),
        "int_supply__forecast_scores": pl.DataFrame(
            [{f"score_{step}": float(norm.ppf(p)) for step, p in PROBABILITIES.items()}]
        ),
        "int_supply__stock_positions": pl.DataFrame(positions),
        "int_supply__stock_pipeline": pl.DataFrame(pipeline),
        "int_supply__phantom_stock": pl.DataFrame(
            [
                {
                    "location_id": location,
                    "sku_id": sku,
                    "business_date": day,
                    "phantom_quantity": int(rng.integers(1, 4)),
                }
                for location, sku in pairs
                for day in DAYS
                if rng.random() < 0.1
            ]
        ),
    }


@pytest.fixture(scope="module")
def tables() -> Tables:
    return chain(11)


@pytest.fixture(scope="module")
def built(project: CompiledProject, tables: Tables) -> Tables:
    return run_models({model: project.sql(model) for model in MODELS}, tables)


def test_safety_stock_and_levels_are_the_golden_ones(built: Tables) -> None:
    golden = built["int_supply__replenishment_policy"].filter(
        pl.col("location_id").is_in(list(STORES)), sku_id=pl.lit(GOLDEN_SKU)
    )
    assert golden.height == len(STORES) * len(DAYS)
    assert (golden["safety_stock_quantity"] - 85.16).abs().max() < 0.005  # type: ignore[operator]
    assert set(golden["reorder_point_quantity"]) == {math.ceil(6 * 20 + 85.16)}
    assert set(golden["order_up_to_quantity"]) == {math.ceil(8 * 20 + 85.16)}


def test_a_distribution_centre_sees_the_demand_of_all_stores_below_it(built: Tables, tables: Tables) -> None:
    daily = tables["int_supply__demand_forecasts"].rename({"forecast_date": "business_date"})
    for centre, stores in {"C": list(STORES), "R": [s for s, parent in STORES.items() if parent == "R"]}.items():
        variance = pl.col("demand_sd_quantity") ** 2 / pl.col("protection_days")
        below = daily.filter(pl.col("location_id").is_in(stores)).group_by("sku_id", "business_date")
        expected = below.agg(mean=pl.col("expected_daily_quantity").sum(), variance=variance.sum())
        policy = built["int_supply__replenishment_policy"].filter(location_id=pl.lit(centre))
        both = policy.join(expected, on=["sku_id", "business_date"], validate="1:1")
        assert both.height == len(SKUS) * len(DAYS)
        spread = {row["sku_id"]: row["lead_time_sd_days"] for row in (lead_time(centre, sku) for sku in SKUS)}
        sigma_lead = both["sku_id"].replace_strict(spread, return_dtype=pl.Float64)
        total = both["variance"] * both["protection_days"] + (both["mean"] * sigma_lead) ** 2
        assert (both["expected_daily_quantity"] - both["mean"]).abs().max() < 1e-9  # type: ignore[operator]
        assert (both["safety_stock_quantity"] - 1.96 * total.sqrt()).abs().max() < 1e-3  # type: ignore[operator]


def test_levels_stay_within_shelf_and_shelf_life(built: Tables, tables: Tables) -> None:
    policy = (
        built["int_supply__replenishment_policy"]
        .join(tables["int_supply__ranges"], on=["location_id", "sku_id"])
        .join(tables["int_reference__products"], on="sku_id")
    )
    sells = (pl.col("expected_daily_quantity") * pl.col("shelf_life_days") * 0.5).clip(1)
    assert policy.filter(pl.col("order_up_to_quantity") > pl.col("shelf_capacity_quantity")).is_empty()
    assert policy.filter(pl.col("order_up_to_quantity") > sells + 1e-6).is_empty()
    assert policy.filter(pl.col("order_up_to_quantity") <= pl.col("reorder_point_quantity")).is_empty()


def test_orders_are_whole_cases_that_fit_or_one_smallest_order(built: Tables) -> None:
    orders = built["int_supply__replenishment_needs"].join(
        built["int_supply__replenishment_policy"].select(
            *CHAIN_KEY, "maximum_stock_quantity", "order_multiple_quantity", "minimum_order_quantity"
        ),
        on=CHAIN_KEY,
    )
    assert orders.height > 200
    for row in orders.iter_rows(named=True):
        case, least = row["order_multiple_quantity"], row["minimum_order_quantity"]
        smallest = math.ceil(least / case) * case
        room = row["maximum_stock_quantity"] - row["stock_position_quantity"] if row["maximum_stock_quantity"] else None
        wanted = max(row["order_up_to_quantity"] - row["stock_position_quantity"], least)
        assert row["order_quantity"] % case == 0
        assert row["order_quantity"] >= smallest
        assert room is None or row["order_quantity"] <= max(room, smallest)
        assert row["order_quantity"] < wanted + case
        if room is None or room >= wanted + case:
            assert row["order_quantity"] >= wanted


def test_there_is_an_order_exactly_where_one_is_due_and_none_for_what_is_not_ranged(
    built: Tables, tables: Tables
) -> None:
    policy = built["int_supply__replenishment_policy"]
    stock = tables["int_supply__stock_positions"].filter("is_ranged")
    due = (
        policy.join(stock, on=CHAIN_KEY)
        .join(tables["int_supply__stock_pipeline"], on=CHAIN_KEY, how="left")
        .join(tables["int_supply__phantom_stock"], on=CHAIN_KEY, how="left")
        .with_columns(
            position=pl.col("sellable_closing_quantity").clip(0)
            + pl.col("on_order_quantity").fill_null(0)
            + pl.col("in_transit_quantity").fill_null(0)
            - pl.col("reserved_quantity").fill_null(0)
            - pl.min_horizontal(pl.col("phantom_quantity").fill_null(0), pl.col("sellable_closing_quantity").clip(0))
        )
        .filter(pl.col("position") <= pl.col("reorder_point_quantity"))
    )
    needs = built["int_supply__replenishment_needs"]
    both = needs.join(due.select(*CHAIN_KEY, "position"), on=CHAIN_KEY, how="full", coalesce=True)
    assert needs.height == due.height == both.height
    assert both["position"].equals(both["stock_position_quantity"], null_equal=False)
    location, sku = UNRANGED
    assert not policy.filter(location_id=pl.lit(location), sku_id=pl.lit(sku)).is_empty()
    assert needs.filter(location_id=pl.lit(location), sku_id=pl.lit(sku)).is_empty()


def test_the_risk_of_running_out_is_that_of_normal_demand(built: Tables) -> None:
    needs = built["int_supply__replenishment_needs"].filter(pl.col("quantile_50_quantity") > 0)
    score = ((needs["stock_position_quantity"] - needs["expected_quantity"]) / needs["demand_sd_quantity"]).to_numpy()
    below_nothing = needs["stock_position_quantity"].to_numpy() < 0
    expected = np.where(below_nothing, 1.0, norm.sf(score))
    assert np.abs(needs["stockout_probability"].to_numpy() - expected).max() < 1e-6
    loss = needs["demand_sd_quantity"].to_numpy() * (norm.pdf(score) - score * norm.sf(score))
    most = needs["expected_quantity"].to_numpy() + np.clip(-needs["stock_position_quantity"].to_numpy(), 0, None)
    assert np.abs(needs["expected_short_quantity"].to_numpy() - np.minimum(loss, most)).max() < 1e-4


def test_shares_of_what_a_centre_lacks_conserve_it_and_are_fair(built: Tables, tables: Tables) -> None:
    shares = built["int_supply__allocations"].join(built["int_supply__replenishment_needs"], on=CHAIN_KEY)
    stock = (
        tables["int_supply__stock_positions"]
        .join(tables["int_supply__stock_pipeline"], on=CHAIN_KEY, how="left")
        .join(tables["int_supply__phantom_stock"], on=CHAIN_KEY, how="left")
        .select(
            pl.col("location_id").alias("source_location_id"),
            "sku_id",
            "business_date",
            held=(
                pl.col("sellable_closing_quantity")
                - pl.col("reserved_quantity").fill_null(0)
                - pl.col("phantom_quantity").fill_null(0)
            ).clip(0),
        )
    )
    lacking = 0
    for (source, sku, day), group in shares.group_by("source_location_id", "sku_id", "business_date"):
        held = stock.filter(source_location_id=pl.lit(source), sku_id=pl.lit(sku), business_date=pl.lit(day))[
            "held"
        ].item()
        given, asked = group["allocated_quantity"], group["order_quantity"]
        assert (given <= asked).all()
        assert given.sum() == min(held, asked.sum())
        if held >= asked.sum():
            continue
        lacking += 1
        middle, spread = group["expected_quantity"].to_numpy(), group["demand_sd_quantity"].to_numpy()
        stands = group["stock_position_quantity"].to_numpy() + given.to_numpy()

        def missed(stock: np.ndarray, middle: np.ndarray = middle, spread: np.ndarray = spread) -> np.ndarray:
            return np.where(stock < 0, 1.0, norm.sf((stock - middle) / spread))

        last_given, next_wanted = missed(stands - 1)[given > 0], missed(stands)[given < asked]
        if len(last_given):
            assert last_given.min() >= next_wanted.max() - 1e-6
    assert lacking > 20


def test_the_order_of_rows_changes_nothing(project: CompiledProject, tables: Tables, built: Tables) -> None:
    shuffled = {name: rows.sample(fraction=1.0, shuffle=True, seed=5) for name, rows in tables.items()}
    again = run_models({model: project.sql(model) for model in MODELS}, shuffled)
    for model in ("int_supply__replenishment_needs", "int_supply__allocations"):
        whole = [name for name, kind in built[model].schema.items() if not kind.is_float()]
        assert again[model].select(whole).sort(CHAIN_KEY).equals(built[model].select(whole).sort(CHAIN_KEY))


def walk_until_expired(lots: list[tuple[int, int]], daily: float) -> list[float]:
    """Packs of each lot (days to expiry, packs) that are left when it expires, the earliest sold first."""
    left = [float(packs) for _, packs in lots]
    for day in range(1, max(days for days, _ in lots) + 1):
        wanted = daily
        for number, (days, _) in enumerate(lots):
            if days >= day:
                sold = min(wanted, left[number])
                left[number] -= sold
                wanted -= sold
    return left


def test_packs_at_risk_are_those_that_a_walk_through_the_days_leaves(project: CompiledProject, tables: Tables) -> None:
    rng = np.random.default_rng(21)
    cases = {
        f"K{case:03d}": (
            float(rng.choice([0.0, 0.5, 1.0, 2.0])),
            sorted({int(days): int(rng.integers(1, 25)) for days in rng.integers(1, 40, rng.integers(1, 5))}.items()),
        )
        for case in range(200)
    }
    lot_days = [
        {
            "location_id": "S1",
            "sku_id": sku,
            "lot_id": f"L{days}",
            "expiry_date": AS_OF + timedelta(days=days),
            "net_quantity": packs,
            "net_value_yuan": 2.0 * packs,
            "moved_on": AS_OF,
        }
        for sku, (_, lots) in cases.items()
        for days, packs in lots
    ]
    policy = [
        {
            "location_id": "S1",
            "sku_id": sku,
            "business_date": AS_OF,
            "expected_daily_quantity": daily,
            "order_up_to_quantity": 3,
        }
        for sku, (daily, _) in cases.items()
    ]
    nothing = tables["int_supply__stock_pipeline"].clear()
    on_hand = run_model(
        project.sql("int_supply__lots_on_hand"),
        {
            "int_supply__lot_days": pl.DataFrame(lot_days),
            "int_supply__replenishment_policy": pl.DataFrame(policy),
            "int_supply__stock_pipeline": nothing,
            "int_reference__products": pl.DataFrame(
                [{"sku_id": sku, "storage_class": "ambient", "special_class": "none"} for sku in cases]
            ),
            "int_supply__parameters": tables["int_supply__parameters"],
            "int_ingest__as_of": pl.DataFrame([{"as_of_date": AS_OF}]),
        },
    )
    assert on_hand["at_risk_quantity"].sum() > 100
    for sku, (daily, lots) in cases.items():
        rows = on_hand.filter(sku_id=pl.lit(sku)).sort("expiry_date")
        walked = walk_until_expired(lots, daily)
        # Whole packs: rounded down in the running sum, so that no pack is counted twice.
        whole = np.floor(np.cumsum(walked) + 1e-9)
        assert rows["at_risk_quantity"].cum_sum().to_list() == whole.tolist()
        kept = max(3, math.ceil(60 * daily))
        total = sum(packs for _, packs in lots)
        assert rows["surplus_quantity"].sum() == max(total - int(whole[-1]) - kept, 0)
        assert (rows["at_risk_quantity"] + rows["surplus_quantity"] <= rows["lot_quantity"]).all()
