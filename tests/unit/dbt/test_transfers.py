"""Transfers between locations: what they conserve, and how near the greedy choice comes to the exact optimum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

import numpy as np
import polars as pl
import pytest

from tests.unit.dbt.compiled_models import CompiledProject, run_model

AS_OF = date(2026, 3, 1)
CASES = 250
OPTION_KEY = ["source_location_id", "location_id", "sku_id", "lot_id", "expiry_date", "reason_code"]
LOT_KEY = ["source_location_id", "sku_id", "lot_id", "expiry_date", "reason_code"]
FEN = 100
"""The exact solvers count in whole numbers."""

Option = dict[str, object]


def random_options(rng: np.random.Generator, sku_id: str, parcel_yuan: float) -> list[Option]:
    """Options of one SKU: up to 4 lots that can be spared, up to 5 takers, some of them out of reach of each other."""
    lots = [
        {
            "source_location_id": f"A{rng.integers(3)}",
            "lot_id": f"L{number}",
            "days": int(rng.integers(3, 40)),
            "reason_code": "expiring" if rng.random() < 0.75 else "surplus",
            "spare_quantity": int(rng.integers(1, 30)),
            "saved": int(rng.integers(300, 8000)),
        }
        for number in range(rng.integers(1, 5))
    ]
    takers = [
        {
            "location_id": f"B{number}",
            "rate": float(rng.gamma(1.5, 0.5)),
            "supplied": int(rng.integers(0, 10)),
            "short": int(rng.integers(1, 8)) if rng.random() < 0.4 else 0,
            "short_value": int(rng.integers(200, 5000)),
        }
        for number in range(rng.integers(1, 6))
    ]
    options = []
    for lot in lots:
        for taker in takers:
            room = int(np.floor(taker["rate"] * (lot["days"] - 1))) - taker["supplied"]
            if room <= 0 or rng.random() < 0.2:
                continue
            is_surplus = lot["reason_code"] == "surplus"
            options.append(
                {
                    "source_location_id": lot["source_location_id"],
                    "location_id": taker["location_id"],
                    "sku_id": sku_id,
                    "lot_id": lot["lot_id"],
                    "expiry_date": AS_OF + timedelta(days=lot["days"]),
                    "reason_code": lot["reason_code"],
                    "spare_quantity": lot["spare_quantity"],
                    "room_quantity": room,
                    "short_quantity": min(taker["short"], room),
                    # Keeping a surplus costs less than handling it: it only moves to where packs are missed.
                    "saved_pack_yuan": 0.1 if is_surplus else lot["saved"] / FEN,
                    "short_pack_yuan": taker["short_value"] / FEN if taker["short"] else 0.0,
                    "handling_pack_yuan": 0.2,
                    "parcel_cost_yuan": round(parcel_yuan * float(rng.uniform(0.5, 3)), 2),
                    "days_to_expiry": lot["days"],
                    "lot_quantity": lot["spare_quantity"],
                    "distance_kilometers": 5.0,
                    "procedure_code": "sealed_parcel",
                    "procedure_zh": "",
                    "procedure_en": "",
                    "business_date": AS_OF,
                }
            )
    return options


def all_cases(seed: int, parcel_yuan: float) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [option for case in range(CASES) for option in random_options(rng, f"K{case:04d}", parcel_yuan)]
    return pl.DataFrame(rows)


@pytest.fixture(scope="module")
def transfers_sql(project: CompiledProject) -> str:
    return project.sql("int_supply__transfers")


def chosen(sql: str, options: pl.DataFrame) -> pl.DataFrame:
    transfers = run_model(sql, {"int_supply__transfer_options": options})
    return transfers.join(
        options.select(*OPTION_KEY, "spare_quantity", "room_quantity", "short_quantity"), on=OPTION_KEY
    )


def worth(transfers: pl.DataFrame) -> float:
    """Yuan that the transfers of one SKU are worth, however they were chosen."""
    moved = float(
        (
            transfers["transfer_quantity"] * (transfers["saved_pack_yuan"] - transfers["handling_pack_yuan"])
            - transfers["parcel_cost_yuan"]
        ).sum()
    )
    per_taker = transfers.group_by("location_id").agg(
        pl.col("transfer_quantity").sum(), pl.col("short_quantity").max(), pl.col("short_pack_yuan").max()
    )
    missed = pl.min_horizontal("transfer_quantity", "short_quantity") * pl.col("short_pack_yuan")
    return moved + float(per_taker.select(missed.sum()).item())


def test_nothing_is_shipped_twice_and_no_taker_gets_what_it_cannot_sell(transfers_sql: str) -> None:
    options = all_cases(1, parcel_yuan=8.0)
    transfers = chosen(transfers_sql, options)
    assert transfers.height > CASES / 4
    assert transfers.select(OPTION_KEY).is_duplicated().sum() == 0
    sent = transfers.group_by(LOT_KEY).agg(pl.col("transfer_quantity").sum(), pl.col("spare_quantity").first())
    assert (sent["transfer_quantity"] <= sent["spare_quantity"]).all()
    # What has arrived before a day must be sold by it: the sum over the lots that expire no later has to fit.
    arrived = (
        transfers.sort("expiry_date")
        .group_by("location_id", "sku_id", "expiry_date", maintain_order=True)
        .agg(pl.col("transfer_quantity").sum(), pl.col("room_quantity").min())
        .with_columns(arrived=pl.col("transfer_quantity").cum_sum().over("location_id", "sku_id"))
    )
    assert (arrived["arrived"] <= arrived["room_quantity"]).all()


def test_the_choice_does_not_depend_on_the_order_of_the_options(transfers_sql: str) -> None:
    options = all_cases(2, parcel_yuan=8.0)
    once = chosen(transfers_sql, options).sort(OPTION_KEY)
    again = chosen(transfers_sql, options.sample(fraction=1.0, shuffle=True, seed=3)).sort(OPTION_KEY)
    assert once.equals(again)


def test_no_transfer_costs_more_than_it_saves(transfers_sql: str) -> None:
    transfers = chosen(transfers_sql, all_cases(4, parcel_yuan=30.0))
    each = (
        pl.col("transfer_quantity") * (pl.col("saved_pack_yuan") - pl.col("handling_pack_yuan"))
        + pl.col("helped_quantity") * pl.col("short_pack_yuan")
        - pl.col("parcel_cost_yuan")
    )
    helped = transfers.group_by("location_id", "sku_id").agg(
        pl.col("helped_quantity").sum(), pl.col("short_quantity").max()
    )
    assert (helped["helped_quantity"] <= helped["short_quantity"]).all()
    assert transfers.height > 0
    assert transfers.filter(each <= 0).is_empty()


def rooms(options: list[Option]) -> dict[str, dict[date, int]]:
    """Per taker, what fits until each expiry."""
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for option in options:
        found[str(option["location_id"])][option["expiry_date"]] = option["room_quantity"]  # type: ignore[index,assignment]
    return found


def optimum_without_parcels(options: list[Option]) -> float:
    """Greatest worth of one SKU's transfers where parcels are free: a minimum-cost flow, exactly.

    A taker is a chain of nodes, one per expiry, earliest first: what passes the node of a day has to be sold by it.
    """
    flow = pytest.importorskip("ortools.graph.python.min_cost_flow").SimpleMinCostFlow()
    nodes: dict[object, int] = defaultdict(lambda: len(nodes))
    source, sink = nodes["source"], nodes["sink"]
    lots = {tuple(option[key] for key in LOT_KEY): int(option["spare_quantity"]) for option in options}  # type: ignore[call-overload]
    supply = sum(lots.values())
    for lot, spare in lots.items():
        flow.add_arc_with_capacity_and_unit_cost(source, nodes[lot], spare, 0)
    for option in options:
        lot, door = tuple(option[key] for key in LOT_KEY), (option["location_id"], option["expiry_date"])
        gain = round((float(option["saved_pack_yuan"]) - float(option["handling_pack_yuan"])) * FEN)  # type: ignore[arg-type]
        flow.add_arc_with_capacity_and_unit_cost(nodes[lot], nodes[door], supply, -gain)
    for taker, room in rooms(options).items():
        days = sorted(room)
        for day, later in zip(days, [*days[1:], None], strict=True):
            flow.add_arc_with_capacity_and_unit_cost(nodes[taker, day], nodes[taker, later], room[day], 0)
        own = [option for option in options if option["location_id"] == taker]
        short = max(int(option["short_quantity"]) for option in own)  # type: ignore[call-overload]
        bonus = round(max(float(option["short_pack_yuan"]) for option in own) * FEN)  # type: ignore[arg-type]
        flow.add_arc_with_capacity_and_unit_cost(nodes[taker, None], sink, short, -bonus)
        flow.add_arc_with_capacity_and_unit_cost(nodes[taker, None], sink, supply, 0)
    flow.add_arc_with_capacity_and_unit_cost(source, sink, supply, 0)
    flow.set_node_supply(source, supply)
    flow.set_node_supply(sink, -supply)
    assert flow.solve() == flow.OPTIMAL
    return -flow.optimal_cost() / FEN


def optimum_with_parcels(options: list[Option]) -> float:
    """The same with the cost of every parcel: an integer programme, solved to the optimum."""
    cp_model = pytest.importorskip("ortools.sat.python.cp_model")
    model = cp_model.CpModel()
    gains, by_lot, by_taker = [], defaultdict(list), defaultdict(list)
    for number, option in enumerate(options):
        most = min(int(option["spare_quantity"]), int(option["room_quantity"]))  # type: ignore[call-overload]
        packs, is_sent = model.new_int_var(0, most, f"packs{number}"), model.new_bool_var(f"sent{number}")
        model.add(packs <= most * is_sent)
        gain = round((float(option["saved_pack_yuan"]) - float(option["handling_pack_yuan"])) * FEN)  # type: ignore[arg-type]
        gains.append(gain * packs - round(float(option["parcel_cost_yuan"]) * FEN) * is_sent)  # type: ignore[arg-type]
        by_lot[tuple(option[key] for key in LOT_KEY)].append((packs, option))
        by_taker[option["location_id"]].append((packs, option))
    for members in by_lot.values():
        model.add(sum(packs for packs, _ in members) <= members[0][1]["spare_quantity"])
    for taker, room in rooms(options).items():
        members = by_taker[taker]
        for day, packs_that_fit in room.items():
            model.add(sum(packs for packs, option in members if option["expiry_date"] <= day) <= packs_that_fit)
        short = max(int(option["short_quantity"]) for _, option in members)
        helped = model.new_int_var(0, short, f"helped{taker}")
        model.add(helped <= sum(packs for packs, _ in members))
        gains.append(round(max(float(option["short_pack_yuan"]) for _, option in members) * FEN) * helped)
    model.maximize(sum(gains))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return solver.objective_value / FEN


def shares_of_optimum(sql: str, options: pl.DataFrame, optimum: Callable[[list[Option]], float]) -> list[float]:
    transfers = chosen(sql, options).partition_by("sku_id", as_dict=True)
    shares = []
    for (sku_id,), of_case in options.partition_by("sku_id", as_dict=True).items():
        best = optimum(of_case.to_dicts())
        mine = worth(transfers[(sku_id,)]) if (sku_id,) in transfers else 0.0
        assert mine <= best + 0.01 * of_case.height
        if best > 0:
            shares.append(mine / best)
    return shares


def test_greedy_transfers_come_near_the_exact_optimum_where_parcels_are_free(transfers_sql: str) -> None:
    shares = shares_of_optimum(transfers_sql, all_cases(5, parcel_yuan=0.0), optimum_without_parcels)
    assert median(shares) >= 0.99, shares
    assert min(shares) >= 0.7, shares


def test_greedy_transfers_come_near_the_exact_optimum_with_the_cost_of_parcels(transfers_sql: str) -> None:
    shares = shares_of_optimum(transfers_sql, all_cases(6, parcel_yuan=8.0), optimum_with_parcels)
    assert median(shares) >= 0.99, shares
    assert min(shares) >= 0.7, shares
