"""Where the chain is: real Chinese cities, its depots and stores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.config import STORES_PER_BLOCK, ChainConfig
from simulator.streams import stream

# city zh, city en, region zh, region en, latitude, longitude, share of days with rain, courier speed against the mean
CITIES: list[tuple[str, str, str, str, float, float, float, float]] = [
    ("广州", "Guangzhou", "华南", "South China", 23.129, 113.264, 0.40, 1.00),
    ("深圳", "Shenzhen", "华南", "South China", 22.543, 114.058, 0.38, 1.06),
    ("上海", "Shanghai", "华东", "East China", 31.230, 121.474, 0.33, 0.98),
    ("杭州", "Hangzhou", "华东", "East China", 30.274, 120.155, 0.36, 1.02),
    ("北京", "Beijing", "华北", "North China", 39.904, 116.407, 0.17, 0.92),
    ("成都", "Chengdu", "西南", "Southwest China", 30.573, 104.066, 0.36, 0.97),
    ("武汉", "Wuhan", "华中", "Central China", 30.593, 114.305, 0.32, 0.93),
    ("西安", "Xi'an", "西北", "Northwest China", 34.342, 108.940, 0.22, 0.96),
    ("南京", "Nanjing", "华东", "East China", 32.060, 118.797, 0.30, 1.00),
    ("重庆", "Chongqing", "西南", "Southwest China", 29.563, 106.552, 0.38, 0.86),
    ("长沙", "Changsha", "华中", "Central China", 28.228, 112.939, 0.38, 1.00),
    ("苏州", "Suzhou", "华东", "East China", 31.299, 120.585, 0.33, 1.03),
    ("佛山", "Foshan", "华南", "South China", 23.022, 113.122, 0.40, 1.02),
    ("东莞", "Dongguan", "华南", "South China", 23.021, 113.752, 0.39, 1.01),
    ("天津", "Tianjin", "华北", "North China", 39.084, 117.201, 0.18, 0.98),
    ("郑州", "Zhengzhou", "华中", "Central China", 34.747, 113.625, 0.21, 0.97),
    ("沈阳", "Shenyang", "东北", "Northeast China", 41.806, 123.431, 0.24, 0.94),
    ("大连", "Dalian", "东北", "Northeast China", 38.914, 121.615, 0.22, 0.95),
    ("青岛", "Qingdao", "华东", "East China", 36.067, 120.383, 0.22, 0.99),
    ("厦门", "Xiamen", "华南", "South China", 24.480, 118.089, 0.33, 1.04),
    ("昆明", "Kunming", "西南", "Southwest China", 25.038, 102.718, 0.36, 0.99),
    ("合肥", "Hefei", "华东", "East China", 31.821, 117.227, 0.30, 1.00),
    ("南宁", "Nanning", "华南", "South China", 22.817, 108.366, 0.39, 1.00),
    ("贵阳", "Guiyang", "西南", "Southwest China", 26.647, 106.630, 0.45, 0.90),
    ("太原", "Taiyuan", "华北", "North China", 37.871, 112.551, 0.20, 0.97),
    ("济南", "Jinan", "华东", "East China", 36.651, 117.120, 0.20, 0.98),
    ("兰州", "Lanzhou", "西北", "Northwest China", 36.061, 103.834, 0.20, 0.94),
    ("哈尔滨", "Harbin", "东北", "Northeast China", 45.803, 126.535, 0.26, 0.90),
    ("长春", "Changchun", "东北", "Northeast China", 43.817, 125.324, 0.26, 0.92),
    ("福州", "Fuzhou", "华南", "South China", 26.075, 119.306, 0.36, 1.01),
    ("南昌", "Nanchang", "华中", "Central China", 28.682, 115.858, 0.38, 0.99),
    ("海口", "Haikou", "华南", "South China", 20.044, 110.199, 0.40, 1.02),
    ("石家庄", "Shijiazhuang", "华北", "North China", 38.043, 114.515, 0.18, 0.98),
    ("宁波", "Ningbo", "华东", "East China", 29.874, 121.550, 0.37, 1.02),
    ("无锡", "Wuxi", "华东", "East China", 31.491, 120.312, 0.33, 1.01),
    ("珠海", "Zhuhai", "华南", "South China", 22.271, 113.577, 0.40, 1.05),
]
_STREETS = [
    ("中山路", "Zhongshan Rd"), ("人民路", "Renmin Rd"), ("解放路", "Jiefang Rd"), ("建设路", "Jianshe Rd"),
    ("和平街", "Heping St"), ("文化路", "Wenhua Rd"), ("新华街", "Xinhua St"), ("滨江道", "Binjiang Ave"),
    ("花园路", "Huayuan Rd"), ("学府路", "Xuefu Rd"), ("东风路", "Dongfeng Rd"), ("迎宾大道", "Yingbin Ave"),
]  # fmt: skip
_BASE32 = np.array(list("0123456789bcdefghjkmnpqrstuvwxyz"))


@dataclass(frozen=True)
class Geography:
    """All locations: central DC, regional DCs, then stores. Arrays have one entry per location unless said."""

    ids: pl.Series
    names_zh: list[str]
    names_en: list[str]
    level: NDArray[np.int8]  # 0 central DC, 1 regional DC, 2 store
    city: NDArray[np.int16]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    parent: NDArray[np.int32]  # -1 for the central DC
    opens_minute: NDArray[np.int32]
    closes_minute: NDArray[np.int32]  # 1440 = round the clock
    volume: NDArray[np.float64]  # demand of a store against the mean store
    neighbour: NDArray[np.int32]  # another store of the same city and block, or the store itself
    opened_days_ago: NDArray[np.int32]
    first_store: int

    @property
    def stores(self) -> int:
        """Number of stores."""
        return len(self.level) - self.first_store

    def blocks(self) -> list[tuple[int, int]]:
        """Half-open ranges of location numbers of the stores that are simulated together."""
        end = len(self.level)
        return [(a, min(a + STORES_PER_BLOCK, end)) for a in range(self.first_store, end, STORES_PER_BLOCK)]


def build_geography(config: ChainConfig) -> Geography:
    """Lay out the chain: cities fill in the order of :data:`CITIES`, about six stores before the next one opens."""
    rng = stream(config.seed, "geography")
    city_count = int(np.clip(round(config.stores / 3), 1, len(CITIES)))
    weights = 1.0 / np.arange(1, city_count + 1) ** 0.35
    store_city = np.sort(
        np.searchsorted(np.cumsum(weights / weights.sum()), (np.arange(config.stores) + 0.5) / config.stores)
    )
    if config.outbreak and config.outbreak.city not in [CITIES[c][1] for c in store_city]:
        served = ", ".join(dict.fromkeys(CITIES[c][1] for c in store_city))
        raise ValueError(f"an outbreak in {config.outbreak.city!r}: the chain has stores in {served}")
    regions = sorted({CITIES[c][2] for c in range(city_count)}, key=[c[2] for c in CITIES].index)
    regional = (
        [next(c for c in range(city_count) if CITIES[c][2] == region) for region in regions]
        if config.regional_dcs
        else []
    )
    first = 1 + len(regional)
    city = np.concatenate([[0], regional, store_city]).astype(np.int16)
    level = np.concatenate([[0], np.ones(len(regional)), np.full(config.stores, 2)]).astype(np.int8)
    count = len(city)
    latitude = np.array([CITIES[c][4] for c in city]) + rng.normal(0, 0.035, count)
    longitude = np.array([CITIES[c][5] for c in city]) + rng.normal(0, 0.04, count)
    parent = np.zeros(count, dtype=np.int32)
    parent[0] = -1
    if regional:
        parent[first:] = [1 + regions.index(CITIES[c][2]) for c in store_city]
    hours = rng.choice(4, count, p=[0.55, 0.25, 0.12, 0.08])
    opens = np.array([480, 450, 420, 0])[hours]
    closes = np.array([1320, 1350, 1410, 1440])[hours]
    neighbour = np.arange(count, dtype=np.int32)
    for a in range(first, count, STORES_PER_BLOCK):
        b = min(a + STORES_PER_BLOCK, count)
        ahead = np.arange(a + 1, b + 1)
        ahead[-1] = b - 2 if b - a > 1 else b - 1
        neighbour[a:b] = np.where(city[ahead] == city[a:b], ahead, np.arange(a, b))
    names_zh, names_en = [], []
    for number in range(count):
        zh, en = CITIES[city[number]][0], CITIES[city[number]][1]
        if level[number] == 2:
            street = _STREETS[(number * 5) % len(_STREETS)]
            names_zh.append(f"{zh}{street[0]}{number - first + 1}号店")
            names_en.append(f"{en} {street[1]} No. {number - first + 1}")
        else:
            kind = ("中央配送中心", "Central DC") if level[number] == 0 else ("区域配送中心", "Regional DC")
            names_zh.append(zh + kind[0])
            names_en.append(f"{en} {kind[1]}")
    ids = pl.Series(
        ["DC000"] + [f"RD{n:03d}" for n in range(1, first)] + [f"S{n:05d}" for n in range(1, config.stores + 1)]
    )
    volume = np.exp(rng.normal(0, 0.3, count))
    return Geography(
        ids, names_zh, names_en, level, city, latitude, longitude, parent, opens, closes, volume / volume.mean(),
        neighbour, rng.integers(200, 4000, count).astype(np.int32), first,
    )  # fmt: skip


def stores_table(config: ChainConfig, geo: Geography) -> pl.DataFrame:
    """Rows of the ``stores`` reference feed without ``updated_at``."""
    kinds = ["central_dc", "regional_dc", "store"]
    hhmm = [f"{m // 60:02d}:{m % 60:02d}" if m < 1440 else "23:59" for m in range(1441)]
    return pl.DataFrame(
        {
            "location_id": geo.ids,
            "name_zh": geo.names_zh,
            "name_en": geo.names_en,
            "kind": [kinds[level] for level in geo.level],
            "region_zh": [CITIES[c][2] for c in geo.city],
            "region_en": [CITIES[c][3] for c in geo.city],
            "city_zh": [CITIES[c][0] for c in geo.city],
            "city_en": [CITIES[c][1] for c in geo.city],
            "latitude": geo.latitude.round(5),
            "longitude": geo.longitude.round(5),
            "parent_location_id": [geo.ids[int(p)] if p >= 0 else None for p in geo.parent],
            "opened_on": [(config.start_day - timedelta(days=int(n))).isoformat() for n in geo.opened_days_ago],
            "closed_on": pl.Series([None] * len(geo.ids), dtype=pl.String),
            "opens_at": [hhmm[m] for m in geo.opens_minute],
            "closes_at": [hhmm[m] for m in geo.closes_minute],
        }
    )


def geohash(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> pl.Series:
    """Geohash cells of 6 letters (about 1.2 x 0.6 km)."""
    x = ((longitude + 180) / 360 * 2**15).astype(np.int64)
    y = ((latitude + 90) / 180 * 2**15).astype(np.int64)
    bits = np.zeros(len(x), dtype=np.int64)
    for bit in range(14, -1, -1):
        bits = (bits << 2) | (((x >> bit) & 1) << 1) | ((y >> bit) & 1)
    letters = np.stack([_BASE32[(bits >> shift) & 31] for shift in range(25, -1, -5)], axis=1)
    return pl.Series(np.ascontiguousarray(letters).view("U6").ravel()) if len(x) else pl.Series([], dtype=pl.String)
