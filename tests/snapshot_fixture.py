"""A small published snapshot for tests of readers: made up, seeded, coherent, in the shapes of the marts.

The daily rows of the delivery KPIs are counted from the very deliveries that are published beside them, so a page that
draws both can be checked against itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from warehouse.kpi_values import last_closed_month
from warehouse.snapshot_manifest import MANIFEST_NAME, Manifest, PublishedColumn, PublishedTable, QualityResult
from warehouse.snapshots import CURRENT_NAME
from warehouse.zones import Zones

AS_OF = date(2026, 3, 31)
DAYS = 75

STORES: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("S001", "静安寺店", "Jing'an Temple", "华东", "East China", "上海", "Shanghai"),
    ("S002", "陆家嘴店", "Lujiazui", "华东", "East China", "上海", "Shanghai"),
    ("S003", "西湖店", "West Lake", "华东", "East China", "杭州", "Hangzhou"),
    ("S004", "新街口店", "Xinjiekou", "华东", "East China", "南京", "Nanjing"),
    ("S005", "天河店", "Tianhe", "华南", "South China", "广州", "Guangzhou"),
    ("S006", "南山店", "Nanshan", "华南", "South China", "深圳", "Shenzhen"),
    ("S007", "春熙路店", "Chunxi Road", "西南", "Southwest China", "成都", "Chengdu"),
)
SMALL_STORE = "S004"
"""Its community has so few active members that the count is suppressed."""

_KPIS: tuple[tuple[str, str, str, str, str, float | None, bool, bool], ...] = (
    ("sales_yuan", "销售额", "Sales", "yuan", "up", None, True, False),
    ("online_order_share", "线上订单占比", "Online order share", "ratio", "up", 0.45, True, False),
    ("delivery_30min_rate", "30分钟配送达成率", "30-minute delivery rate", "ratio", "up", 0.90, True, False),
    (
        "delivery_30min_rate_after_review",
        "30分钟配送达成率（自处方审核起）",
        "30-minute delivery rate, from prescription review",
        "ratio",
        "up",
        0.92,
        True,
        False,
    ),
    ("delivery_promise_rate", "承诺时效达成率", "Delivered as promised", "ratio", "up", 0.95, True, False),
    ("stockout_rate", "缺货率", "Stock-out rate", "ratio", "down", 0.03, True, False),
    ("community_mau_rate", "社群用户月活跃度", "Community monthly active rate", "ratio", "up", 0.35, False, True),
    ("climate_compliance_rate", "温湿度合规率", "Storage climate compliance", "ratio", "up", 0.98, True, False),
    ("expiry_waste_rate", "效期损耗率", "Expiry waste rate", "quotient", "down", 0.005, True, False),
    ("inventory_turnover", "库存周转率", "Inventory turnover", "times", "up", 9.0, False, False),
)
_WINDOW_DAYS = {"inventory_turnover": 365}
_ONLINE = ("mini_program", "meituan", "eleme")
_DAILY_SCHEMA: dict[str, Any] = {
    "kpi_code": pl.String,
    "business_date": pl.Date,
    "grain": pl.String,
    "area": pl.String,
    "store_id": pl.String,
    "channel": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "numerator_squares": pl.Float64,
    "observations": pl.Int64,
    "is_suppressed": pl.Boolean,
    "value": pl.Float64,
}


@dataclass(frozen=True)
class SnapshotTables:
    """Frames to publish in ``warehouse.duckdb``, by table name."""

    frames: dict[str, pl.DataFrame]


def daily_row(
    code: str,
    day: date,
    numerator: float | None,
    denominator: float | None = None,
    *,
    store_id: str = "all",
    channel: str = "all",
    grain: str = "store",
    area: str = "all",
    squares: float | None = None,
    observations: int | None = None,
    is_suppressed: bool = False,
) -> dict[str, Any]:
    """One row of ``fct_kpi_daily``; ``observations`` is the denominator unless given."""
    value = numerator if denominator is None else (numerator or 0) / denominator if denominator else None
    return {
        "kpi_code": code,
        "business_date": day,
        "grain": grain,
        "area": area,
        "store_id": store_id,
        "channel": channel,
        "numerator": numerator,
        "denominator": denominator,
        "numerator_squares": squares,
        "observations": observations if observations is not None else int(denominator or 0),
        "is_suppressed": is_suppressed,
        "value": value,
    }


def daily_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of :func:`daily_row` as ``fct_kpi_daily``."""
    return pl.DataFrame(rows, schema=_DAILY_SCHEMA, orient="row")


def dim_stores() -> pl.DataFrame:
    """Seven stores in six cities of three regions."""
    return pl.DataFrame(
        [
            {
                "store_id": store_id,
                "store_name_zh": name_zh,
                "store_name_en": name_en,
                "location_kind": "store",
                "region_zh": region_zh,
                "region_en": region_en,
                "city_zh": city_zh,
                "city_en": city_en,
                "latitude": 30.0,
                "longitude": 120.0,
                "parent_location_id": "DC1",
                "opened_on": date(2020, 1, 1),
                "closed_on": None,
            }
            for store_id, name_zh, name_en, region_zh, region_en, city_zh, city_en in STORES
        ],
        schema_overrides={"closed_on": pl.Date},
    )


def dim_kpis() -> pl.DataFrame:
    """The KPIs of a small catalogue, with made-up targets."""
    return pl.DataFrame(
        [
            {
                "kpi_code": code,
                "kpi_name_zh": name_zh,
                "kpi_name_en": name_en,
                "definition_zh": f"{name_zh}：分子与分母按门店和日计算。",
                "definition_en": f"{name_en}: numerator and denominator by store and day.",
                "unit": unit,
                "direction": direction,
                "target_value": target,
                "target_valid_from": date(2026, 1, 1) if target is not None else None,
                "owner": "operations",
                "model_name": f"kpi_{code}",
                "feeds": "orders,stores",
                "is_additive": is_additive,
                "window_days": _WINDOW_DAYS.get(code),
                "counts_people": counts_people,
                "display_order": order,
            }
            for order, (code, name_zh, name_en, unit, direction, target, is_additive, counts_people) in enumerate(
                _KPIS, start=1
            )
        ],
        schema_overrides={"target_value": pl.Float64, "target_valid_from": pl.Date, "window_days": pl.Int32},
    )


def deliveries(days: list[date], generator: np.random.Generator) -> pl.DataFrame:
    """Courier deliveries, busier at noon and in the evening; slower at the peaks and in the last city."""
    hours = np.arange(24)
    weight = np.exp(-((hours - 11.5) ** 2) / 8) + 1.2 * np.exp(-((hours - 19) ** 2) / 7) + 0.08
    weight[(hours < 7) | (hours > 22)] = 0.004
    count = len(days) * len(STORES) * 14
    paid_hour = generator.choice(hours, size=count, p=weight / weight.sum())
    store = generator.integers(0, len(STORES), size=count)
    day = generator.integers(0, len(days), size=count)
    rush = 4.5 * np.exp(-((paid_hour - 19) ** 2) / 3)
    minutes = generator.normal(21 + rush + 0.5 * store, 5.2)
    is_prescription = generator.random(count) < 0.2
    return pl.DataFrame(
        {
            "order_id": [f"O{number:06d}" for number in range(count)],
            "channel": generator.choice(_ONLINE, size=count),
            "store_id": [STORES[index][0] for index in store],
            "fulfilling_location_id": [STORES[index][0] for index in store],
            "delivery_mode": "instant",
            "placed_on": [days[index] for index in day],
            "paid_on": [days[index] for index in day],
            "paid_hour": paid_hour.astype(np.int32),
            "is_prescription": is_prescription,
            "delivery_minutes": minutes.round(2),
            "is_delivery_counted": generator.random(count) < 0.98,
            "is_within_30_minutes": minutes <= 30,
            "is_on_promise": minutes <= 32,
        }
    )


def _delivery_rows(sent: pl.DataFrame) -> pl.DataFrame:
    counted = sent.filter("is_delivery_counted")
    parts = []
    for code, hit, rows in (
        ("delivery_30min_rate", "is_within_30_minutes", counted),
        ("delivery_30min_rate_after_review", "is_within_30_minutes", counted.filter("is_prescription")),
        ("delivery_promise_rate", "is_on_promise", counted),
    ):
        parts.append(
            rows.group_by(business_date="paid_on", store_id="store_id", channel="channel")
            .agg(numerator=pl.col(hit).sum().cast(pl.Float64), observations=pl.len().cast(pl.Int64))
            .with_columns(kpi_code=pl.lit(code), denominator=pl.col("observations").cast(pl.Float64))
        )
    return pl.concat(parts)


def _drawn_rows(days: list[date], generator: np.random.Generator) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for index, day in enumerate(days):
        for number, (store_id, *_rest) in enumerate(STORES):
            scale = 1.0 + 0.15 * (day.isoweekday() >= 6) + 0.002 * index
            for channel in (*_ONLINE, "till"):
                amounts = generator.gamma(2.0, 32.0, size=generator.poisson(9 * scale)).round(2)
                rows.append(
                    daily_row(
                        "sales_yuan",
                        day,
                        round(float(amounts.sum()), 2),
                        store_id=store_id,
                        channel=channel,
                        squares=float((amounts**2).sum()),
                        observations=len(amounts),
                    )
                )
                if len(amounts):
                    online = len(amounts) if channel != "till" else 0
                    rows.append(
                        daily_row("online_order_share", day, online, len(amounts), store_id=store_id, channel=channel)
                    )
            short = int(generator.binomial(120, 0.045 - 0.0004 * index))
            rows.append(daily_row("stockout_rate", day, short, 120, store_id=store_id))
            minutes = 4 * 1440 - int(generator.gamma(1.0, 30.0 + 40 * (number == 5)))
            rows.append(
                daily_row("climate_compliance_rate", day, minutes, 4 * 1440, store_id=store_id, observations=4 * 48)
            )
            write_offs = generator.gamma(2.0, 9.0, size=generator.poisson(0.4)).round(2)
            rows.append(
                daily_row(
                    "expiry_waste_rate",
                    day,
                    round(float(write_offs.sum()), 2),
                    round(1800 * scale, 2),
                    store_id=store_id,
                    squares=float((write_offs**2).sum()),
                    observations=len(write_offs),
                )
            )
        rows.extend(_turnover_rows(day, index + 1))
        if day == last_closed_month(day):
            rows.extend(_community_rows(day))
    return rows


def _turnover_rows(day: date, covered_days: int) -> list[dict[str, Any]]:
    """Turns a year at all four grains; more stores, the same turns."""
    places = [("store", "all", [store[0]]) for store in STORES]
    for grain, column in (("city", 5), ("region", 3)):
        areas = sorted({store[column] for store in STORES})
        places += [(grain, area, [store[0] for store in STORES if store[column] == area]) for area in areas]
    places.append(("chain", "all", [store[0] for store in STORES]))
    return [
        daily_row(
            "inventory_turnover",
            day,
            (8.4 + 0.004 * covered_days) * 90_000 * len(stores),
            90_000.0 * len(stores),
            store_id=stores[0] if grain == "store" else "all",
            grain=grain,
            area=area,
            squares=2.5e9 * len(stores),
            observations=covered_days,
        )
        for grain, area, stores in places
    ]


def _community_rows(day: date) -> list[dict[str, Any]]:
    """A month that has ended, at all four grains; people of two stores overlap a little and do not add up."""
    members = {store_id: 18 if store_id == SMALL_STORE else 180 + 20 * n for n, (store_id, *_) in enumerate(STORES)}
    share = 0.12 + 0.25 * (1 - float(np.exp(-day.day / 9))) + 0.01 * (day.month % 3)
    active = {store_id: round(count * share) for store_id, count in members.items()}

    def together(stores: list[str], grain: str, area: str) -> dict[str, Any]:
        overlap = 0.97 if len(stores) > 1 else 1.0
        people = round(overlap * sum(active[store] for store in stores))
        return _mau(day, people, round(overlap * sum(members[store] for store in stores)), grain=grain, area=area)

    rows = [_mau(day, active[store_id], members[store_id], store_id=store_id) for store_id in members]
    places = {(grain, store[position]) for store in STORES for position, grain in ((5, "city"), (3, "region"))}
    for grain, area in sorted(places):
        inside = [store[0] for store in STORES if area in (store[3], store[5])]
        rows.append(together(inside, grain, area))
    rows.append(together(list(members), "chain", "all"))
    return rows


def _mau(day: date, people: int, members: int, **place: str) -> dict[str, Any]:
    if 1 <= people <= 10:
        return daily_row("community_mau_rate", day, None, None, observations=0, is_suppressed=True, **place)  # type: ignore[arg-type]
    return daily_row("community_mau_rate", day, people, members, **place)  # type: ignore[arg-type]


def build_tables(as_of: date = AS_OF, days: int = DAYS, seed: int = 7) -> SnapshotTables:
    """Make the tables of ``days`` business days up to and including ``as_of``."""
    generator = np.random.default_rng(seed)
    all_days = [as_of - timedelta(days=back) for back in range(days - 1, -1, -1)]
    sent = deliveries(all_days, generator)
    counted = _delivery_rows(sent).with_columns(
        grain=pl.lit("store"),
        area=pl.lit("all"),
        numerator_squares=pl.lit(None, dtype=pl.Float64),
        is_suppressed=pl.lit(False),
        value=pl.col("numerator") / pl.col("denominator"),
    )
    daily = pl.concat([counted.select(list(_DAILY_SCHEMA)), daily_frame(_drawn_rows(all_days, generator))])
    return SnapshotTables(
        {"dim_stores": dim_stores(), "dim_kpis": dim_kpis(), "fct_kpi_daily": daily, "fct_deliveries": sent}
    )


def publish(data_root: Path, tables: SnapshotTables | None = None, as_of: date = AS_OF) -> str:
    """Publish ``tables`` (a fresh set unless given) below ``data_root`` and make it current.

    Returns:
        The snapshot id: as-of day, and the first digits of a hash over the Parquet copies.
    """
    frames = (tables or build_tables(as_of)).frames
    published = Zones(data_root).published
    aside = published / ".writing"
    (aside / "parquet").mkdir(parents=True)
    entries = []
    with duckdb.connect(str(aside / "warehouse.duckdb")) as connection:
        for name, frame in frames.items():
            connection.register("incoming", frame.to_arrow())
            connection.execute(f'create table "{name}" as select * from incoming')
            connection.unregister("incoming")
            file = aside / "parquet" / f"{name}.parquet"
            frame.write_parquet(file)
            columns = connection.sql(
                "select column_name, data_type from information_schema.columns where table_name = $name",
                params={"name": name},
            ).fetchall()
            entries.append(
                PublishedTable(
                    name=name,
                    database="warehouse",
                    rows=frame.height,
                    columns=tuple(PublishedColumn(column, kind, f"{column}.", 2) for column, kind in columns),
                    grade=2,
                    parquet=f"parquet/{name}.parquet",
                    sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
                )
            )
    digest = hashlib.sha256("".join(entry.sha256 for entry in entries).encode()).hexdigest()[:8]
    manifest = Manifest(
        snapshot_id=f"{as_of:%Y%m%d}T193000Z-{digest}",
        created_at=f"{as_of.isoformat()}T19:30:00+00:00",
        as_of_date=as_of,
        code_revision="0123abc",
        tables=tuple(entries),
        quality=(
            QualityResult("fct_kpi_daily", "kpi shares lie in 0..1", "fail", True, "0 outside"),
            QualityResult("fct_deliveries", "daily volume is usual", "warn", False, "-31 % on the day before"),
        ),
    )
    (aside / MANIFEST_NAME).write_text(json.dumps(manifest.to_dict(), ensure_ascii=False), encoding="utf-8")
    aside.rename(published / manifest.snapshot_id)
    link = published / ".current"
    link.symlink_to(manifest.snapshot_id)
    link.replace(published / CURRENT_NAME)
    return manifest.snapshot_id
