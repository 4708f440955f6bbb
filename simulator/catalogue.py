"""What the chain sells: SKUs drawn from ``catalogue.csv`` (real generics and pharmacy goods), with makers and packs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.config import ChainConfig
from simulator.streams import stream

#: Chronic conditions and the ATC classes that treat them; a member's condition is a number in this list.
CONDITIONS: list[tuple[str, tuple[str, ...], float]] = [
    ("hypertension", ("C08", "C09", "C07", "C03"), 0.42),
    ("diabetes", ("A10",), 0.25),
    ("hyperlipidaemia", ("C10",), 0.15),
    ("gout", ("M04",), 0.06),
    ("airways", ("R03",), 0.06),
    ("thyroid", ("H03",), 0.06),
]
_FLU_LIFT = {
    "R05": 2.2,
    "J05AH": 6.0,
    "N02BE": 2.0,
    "M01AE": 1.5,
    "J01": 0.6,
    "R02": 1.2,
    "V04CX": 2.5,
    "V07AY": 0.5,
    "R06": 0.5,
}
_MAKERS = [
    ("华安", "Huaan"),
    ("康宁", "Kangning"),
    ("泰和", "Taihe"),
    ("瑞祥", "Ruixiang"),
    ("民生源", "Minshengyuan"),
    ("北辰", "Beichen"),
    ("海蓝", "Hailan"),
    ("同济堂", "Tongjitang"),
    ("仁德", "Rende"),
    ("天元", "Tianyuan"),
    ("百草", "Baicao"),
    ("长青", "Changqing"),
]


@dataclass(frozen=True)
class Catalogue:
    """SKUs as columns; arrays have one entry per SKU. Money is in fen (1/100 yuan)."""

    table: pl.DataFrame  # products feed without case, least quantity, unit cost, list price and updated_at
    ids: pl.Series
    popularity: NDArray[np.float64]
    flu_lift: NDArray[np.float64]
    is_rx: NDArray[np.bool_]
    is_drug: NDArray[np.bool_]
    is_cold: NDArray[np.bool_]
    is_banned: NDArray[np.bool_]
    is_reimbursed: NDArray[np.bool_]
    price_fen: NDArray[np.int64]
    cost_fen: NDArray[np.int64]
    shelf_life_days: NDArray[np.int32]
    case_packs: NDArray[np.int64]  # packs in one case, 1 = single packs can be had
    least_packs: NDArray[np.int64]  # fewest packs the supplier sells at once, 1 = any
    supplier: NDArray[np.int32]
    condition_skus: list[NDArray[np.int64]]
    supplier_lead_days: NDArray[np.int32]
    supplier_table: pl.DataFrame


def _suppliers(seed: int) -> tuple[pl.DataFrame, NDArray[np.int32]]:
    rng = stream(seed, "suppliers")
    lead = rng.integers(3, 9, len(_MAKERS)).astype(np.int32)
    table = pl.DataFrame(
        {
            "supplier_id": [f"V{n + 1:03d}" for n in range(len(_MAKERS))],
            "name_zh": [f"{zh}医药有限公司" for zh, _ in _MAKERS],
            "name_en": [f"{en} Pharmaceutical Co., Ltd." for _, en in _MAKERS],
            "agreed_lead_time_days": lead,
        }
    )
    return table, lead


def _trade_units(seed: int, price_fen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Packs per case and least quantity of each SKU: what is cheap comes in big cases, what is dear in single packs."""
    rng = stream(seed, "trade units")
    usual = np.select([price_fen < 1500, price_fen < 3500, price_fen < 9000], [20, 10, 5], 1)
    case = np.where(rng.random(len(price_fen)) < 0.2, np.maximum(usual // 2, 1), usual)
    least = case * rng.choice([1, 2, 4], len(price_fen), p=[0.6, 0.3, 0.1])
    return case.astype(np.int64), least.astype(np.int64)


def build_catalogue(config: ChainConfig) -> Catalogue:
    """Choose the SKUs: of a short list the most bought ones, beyond the list further makers and packs."""
    base = pl.read_csv(Path(__file__).with_name("catalogue.csv"), infer_schema_length=None)
    rng = stream(config.seed, "catalogue")
    rows = len(base)
    # Special and cold goods stay in even in a small list: the rules about them must have something to bite on.
    rank = base["popularity"].to_numpy() * rng.uniform(0.7, 1.3, rows)
    rank = (
        rank
        + np.where(base["special_class"].to_numpy() != "none", 4.0, 0.0)
        + np.where(base["storage_class"].to_numpy() == "cold", 2.0, 0.0)
    )
    first = np.sort(np.argsort(-rank, kind="stable")[: config.skus])
    more = rng.choice(rows, max(config.skus - rows, 0), p=base["popularity"].to_numpy() / base["popularity"].sum())
    pick = np.concatenate([first, more])
    number = np.arange(len(pick))
    variant = np.zeros(len(pick), dtype=np.int64)
    order = np.argsort(pick, kind="stable")
    run_start = np.maximum.accumulate(np.where(np.r_[True, np.diff(pick[order]) != 0], number, 0))
    variant[order] = number - run_start
    maker = (pick * 7 + variant) % len(_MAKERS)
    pack_factor = np.array([1, 2, 3, 1, 2])[variant % 5]
    chosen = base[pick.tolist()]
    pack = chosen["unit"].to_numpy() * pack_factor
    price = np.round(
        chosen["price"].to_numpy() * 100 * pack_factor**0.93 * rng.uniform(0.85, 1.15, len(pick)), -1
    ).astype(np.int64)
    cost = np.round(price * rng.uniform(0.55, 0.78, len(pick))).astype(np.int64)
    atc = chosen["atc_code"].to_list()
    cold = chosen["storage_class"].to_numpy() == "cold"
    shelf_life = np.where(cold, rng.choice([360, 540, 730], len(pick)), rng.choice([540, 730, 1095], len(pick))).astype(
        np.int32
    )
    special = chosen["special_class"].to_numpy() != "none"
    supplier_table, lead = _suppliers(config.seed)
    case, least = _trade_units(config.seed, price)
    ids = pl.Series([f"SKU{n + 1:05d}" for n in number])
    table = pl.DataFrame(
        {
            "sku_id": ids,
            "name_zh": [f"{_MAKERS[m][0]} {zh} {p}" for m, zh, p in zip(maker, chosen["name_zh"], pack, strict=True)],
            "name_en": [f"{_MAKERS[m][1]} {en} x{p}" for m, en, p in zip(maker, chosen["name_en"], pack, strict=True)],
            "atc_code": atc,
            "prescription_class": chosen["prescription_class"],
            "storage_class": chosen["storage_class"],
            "special_class": chosen["special_class"],
            "shelf_life_days": shelf_life,
            "pack_size": pack,
            "supplier_id": [f"V{m + 1:03d}" for m in maker],
            "is_online_banned": special,
            "is_reimbursed": chosen["is_reimbursed"] == 1,
        }
    )
    lift = np.array([max((v for k, v in _FLU_LIFT.items() if code.startswith(k)), default=0.0) for code in atc])
    conditions = [np.flatnonzero([code.startswith(prefixes) for code in atc]) for _, prefixes, _ in CONDITIONS]
    return Catalogue(
        table=table,
        ids=ids,
        popularity=chosen["popularity"].to_numpy() / (1.0 + variant),
        flu_lift=lift,
        is_rx=chosen["prescription_class"].to_numpy() == "rx",
        is_drug=chosen["prescription_class"].to_numpy() != "non_drug",
        is_cold=cold,
        is_banned=special,
        is_reimbursed=chosen["is_reimbursed"].to_numpy() == 1,
        price_fen=price,
        cost_fen=cost,
        shelf_life_days=shelf_life,
        case_packs=case,
        least_packs=least,
        supplier=maker.astype(np.int32),
        condition_skus=[c.astype(np.int64) for c in conditions],
        supplier_lead_days=lead,
        supplier_table=supplier_table,
    )
