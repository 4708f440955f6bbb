"""Stock, storage climate and community reach worked out from the simulator's truth, written from their definitions.

Belongs here: plain replays and loops, one record after the other, as the definitions read. Does not belong here:
anything of dbt or its tables. Master data (stores, sensors, ranges, communities) is read from the landing files, since
the simulator sends it without faults.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from tests.integration.warehouse_oracle import BUSINESS_TIMEZONE, latest_versions, local_day, read_truth

ZONE = ZoneInfo(BUSINESS_TIMEZONE)
RANGES_CELSIUS = {"ambient": (10.0, 30.0), "cool": (0.0, 20.0), "cold": (2.0, 8.0)}
HUMIDITY_RANGE_PERCENT = (35.0, 75.0)
LONGEST_STRETCH = {"in_range": timedelta(minutes=30), "breach": timedelta(minutes=2)}
QUALIFYING = ["message", "check_in", "task", "lecture", "consultation"]
SUPPLIES_IN = ("receipt", "transfer_in")


def master_data(landing: Path, feed: str, key: list[str]) -> pl.DataFrame:
    """Latest version of every row of a reference feed, all columns as text."""
    files = sorted((landing / feed).glob("*/*.csv*"))
    rows = pl.concat([pl.read_csv(file, infer_schema=False) for file in files])
    return rows.sort("updated_at").unique(key, keep="last")


def days_from(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both inclusive."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def ranged_days(landing: Path, last: date) -> set[tuple[str, str, date]]:
    """(location, SKU, day) for every day up to ``last`` that some range covers; from one year before at most."""
    found = set()
    for row in master_data(landing, "assortment", ["location_id", "sku_id", "ranged_from"]).iter_rows(named=True):
        start = max(date.fromisoformat(row["ranged_from"]), last - timedelta(days=365))
        end = min(date.fromisoformat(row["ranged_to"]), last) if row["ranged_to"] else last
        found.update((row["location_id"], row["sku_id"], day) for day in days_from(start, end))
    return found


def stock_positions(truth: Path, landing: Path, as_of: date) -> pl.DataFrame:
    """Replay all movements pair by pair: the columns of ``fct_stock_positions_daily``."""
    movements = (
        latest_versions(read_truth(truth, "inventory"), "movement_id", as_of)
        .with_columns(local_day("occurred_at").alias("day"))
        .sort("occurred_at", "movement_id")
    )
    books_begin = dict(movements.group_by("location_id").agg(pl.col("day").min()).iter_rows())
    by_pair: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for movement in movements.iter_rows(named=True):
        by_pair[movement["location_id"], movement["sku_id"]].append(movement)
    ranged = ranged_days(landing, as_of)
    pairs = set(by_pair) | {(location, sku) for location, sku, _ in ranged if location in books_begin}
    rows = []
    for location, sku in pairs:
        lots: dict[tuple[str, date, Decimal], int] = defaultdict(int)
        moves = by_pair[location, sku]
        for day in days_from(books_begin[location], as_of):
            todays = [move for move in moves if move["day"] == day]
            row = _replay_day(lots, todays, day)
            is_ranged = (location, sku, day) in ranged
            if is_ranged or todays or row["opening_quantity"] or row["closing_quantity"]:
                rows.append(
                    {"business_date": day, "location_id": location, "sku_id": sku, "is_ranged": is_ranged} | row
                )
    return pl.DataFrame(rows)


def _replay_day(lots: dict[tuple[str, date, Decimal], int], moves: list[dict], day: date) -> dict[str, object]:
    """Apply one day's movements of one pair to its lots (changed in place); what the day's row shows."""

    def sellable() -> int:
        return sum(quantity for (_, expiry, _), quantity in lots.items() if day <= expiry)

    def put(move: dict) -> None:
        lots[move["lot_id"], move["expiry_date"], move["unit_cost_yuan"]] += move["quantity"]

    for move in moves:
        if move["movement_kind"] == "opening":
            put(move)
    opening, sellable_opening = sum(lots.values()), sellable()
    lowest = sellable_opening
    flows = {"received": 0, "sold": 0, "other": 0}
    for move in moves:
        if move["movement_kind"] == "opening":
            continue
        put(move)
        lowest = min(lowest, sellable())
        kind = move["movement_kind"]
        flow = "received" if kind in SUPPLIES_IN else "sold" if kind == "sale" else "other"
        flows[flow] += -move["quantity"] if flow == "sold" else move["quantity"]
    return {
        "opening_quantity": opening,
        "received_quantity": flows["received"],
        "sold_quantity": flows["sold"],
        "other_quantity": flows["other"],
        "closing_quantity": sum(lots.values()),
        "sellable_opening_quantity": sellable_opening,
        "sellable_closing_quantity": sellable(),
        "sellable_minimum_quantity": lowest,
        "stock_value_yuan": float(sum(cost * quantity for (_, _, cost), quantity in lots.items())),
        "is_stocked_out": sellable_opening <= 0 or lowest <= 0,
    }


def stockout_kpi(positions: pl.DataFrame, landing: Path) -> pl.DataFrame:
    """Out of stock / ranged, per store and day."""
    stores = master_data(landing, "stores", ["location_id"]).filter(pl.col("kind") == "store")["location_id"]
    ranged = positions.filter("is_ranged", pl.col("location_id").is_in(stores.to_list()))
    return ranged.group_by("business_date", store_id="location_id").agg(
        pl.col("is_stocked_out").sum().cast(pl.Float64).alias("numerator"),
        pl.len().cast(pl.Float64).alias("denominator"),
    )


Reading = tuple[datetime, float, float | None]
"""Instant (UTC), degrees Celsius, relative humidity in percent."""


def state_of(reading: Reading, storage_class: str) -> str:
    """``in_range`` or ``breach``."""
    _, temperature, humidity = reading
    low, high = RANGES_CELSIUS[storage_class]
    dry, damp = HUMIDITY_RANGE_PERCENT
    good = low <= temperature <= high and (humidity is None or dry <= humidity <= damp)
    return "in_range" if good else "breach"


def climate_readings(truth: Path, as_of: date) -> dict[str, list[Reading]]:
    """Per sensor in a store room, the climate readings that had arrived, in the order of their times."""
    in_a_room = (pl.col("kind") == "climate") & pl.col("location_id").is_not_null()
    arrived = (
        read_truth(truth, "iot_readings")
        .filter(pl.col("arrives_on") <= as_of, in_a_room, pl.col("temperature_celsius").is_not_null())
        .unique(["sensor_id", "measured_at"])
        .sort("sensor_id", "measured_at")
    )
    columns = ["measured_at", "temperature_celsius", "humidity_percent"]
    return {str(sensor): frame.select(columns).rows() for (sensor,), frame in arrived.group_by("sensor_id")}


def day_minutes(readings: list[Reading], storage_class: str) -> dict[date, dict[str, float]]:
    """Minutes known to be in range and in breach, per local day, of one sensor."""
    minutes: dict[date, dict[str, float]] = defaultdict(lambda: {"in_range": 0.0, "breach": 0.0})
    for earlier, later in pairwise(readings):
        state = state_of(earlier, storage_class)
        if later[0] - earlier[0] > LONGEST_STRETCH[state]:
            continue
        at = earlier[0].astimezone(ZONE)
        while at < later[0]:
            midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), ZONE)
            until = min(midnight, later[0].astimezone(ZONE))
            minutes[at.date()][state] += (until - at) / timedelta(minutes=1)
            at = until
    return minutes


def storage_climate(
    readings: dict[str, list[Reading]], sensors: pl.DataFrame, first_due: date, as_of: date
) -> pl.DataFrame:
    """Minutes in each state per climate sensor of the register and day due."""
    rows = []
    for sensor in sensors.filter(pl.col("kind") == "climate").iter_rows(named=True):
        known = day_minutes(readings.get(sensor["sensor_id"], []), sensor["storage_class"])
        first = max(first_due, date.fromisoformat(sensor["installed_on"]))
        last = min(as_of, date.fromisoformat(sensor["removed_on"])) if sensor["removed_on"] else as_of
        for day in days_from(first, last):
            of_day = known.get(day, {"in_range": 0.0, "breach": 0.0})
            rows.append(
                {
                    "business_date": day,
                    "sensor_id": sensor["sensor_id"],
                    "location_id": sensor["location_id"],
                    "due_minutes": 1440.0,
                    "in_range_minutes": of_day["in_range"],
                    "breach_minutes": of_day["breach"],
                    "unknown_minutes": 1440.0 - of_day["in_range"] - of_day["breach"],
                }
            )
    return pl.DataFrame(rows)


def excursions(readings: dict[str, list[Reading]], sensors: pl.DataFrame) -> pl.DataFrame:
    """Maximal runs of breach readings per sensor, with peak and minutes of the stretches that begin in them."""
    rows: list[dict] = []
    classes = dict(sensors.filter(pl.col("kind") == "climate").select("sensor_id", "storage_class").iter_rows())
    for sensor_id, of_sensor in readings.items():
        run: list[Reading] = []
        for reading in of_sensor:
            if state_of(reading, classes[sensor_id]) == "breach":
                run.append(reading)
            elif run:
                rows.append(_excursion(sensor_id, classes[sensor_id], run, reading[0]))
                run = []
        if run:
            rows.append(_excursion(sensor_id, classes[sensor_id], run, None))
    return pl.DataFrame(rows, infer_schema_length=None)


def _excursion(sensor_id: str, storage_class: str, run: list[Reading], ended_at: datetime | None) -> dict[str, object]:
    low, high = RANGES_CELSIUS[storage_class]
    dry, damp = HUMIDITY_RANGE_PERCENT
    hot = any(not low <= reading[1] <= high for reading in run)
    wet = any(reading[2] is not None and not dry <= reading[2] <= damp for reading in run)
    instants = [reading[0] for reading in run] + ([ended_at] if ended_at else [])
    stretches = [later - earlier for earlier, later in pairwise(instants)]
    known = [stretch for stretch in stretches if stretch <= LONGEST_STRETCH["breach"]]
    humidities = [reading[2] for reading in run if reading[2] is not None]
    return {
        "sensor_id": sensor_id,
        "started_at": run[0][0].replace(tzinfo=None),
        "ended_at": ended_at.replace(tzinfo=None) if ended_at else None,
        "breach_kind": "both" if hot and wet else "temperature" if hot else "humidity",
        "peak_temperature_celsius": max((reading[1] for reading in run), key=lambda t: abs(t - (low + high) / 2)),
        "peak_humidity_percent": max(humidities, key=lambda h: abs(h - (dry + damp) / 2)) if humidities else None,
        "breach_minutes": sum(known, timedelta()) / timedelta(minutes=1),
        "unknown_minutes": (sum(stretches, timedelta()) - sum(known, timedelta())) / timedelta(minutes=1),
    }


def monthly_reach(truth: Path, landing: Path, first: date, as_of: date) -> pl.DataFrame:
    """Members and active members per place and month that has ended, with nothing held back."""
    events = latest_versions(read_truth(truth, "community_activity"), "event_id", as_of).sort("occurred_at", "event_id")
    communities = master_data(landing, "communities", ["community_id"])
    store_of = dict(communities.select("community_id", "store_id").iter_rows())
    stores = {row["location_id"]: row for row in master_data(landing, "stores", ["location_id"]).iter_rows(named=True)}
    periods = _membership_periods(events)
    active = [
        (store_of[row["community_id"]], row["external_user_id"], row["occurred_at"])
        for row in events.filter(pl.col("kind").is_in(QUALIFYING)).iter_rows(named=True)
    ]
    rows = []
    for day in days_from(first, as_of):
        next_day = day + timedelta(days=1)
        if next_day.day != 1:
            continue
        month_start = datetime(day.year, day.month, 1, tzinfo=ZONE)
        month_end = datetime.combine(next_day, datetime.min.time(), ZONE)
        members: dict[str, set[str]] = defaultdict(set)
        for community, member, joined, left in periods:
            if joined < month_end and (left is None or left > month_start):
                members[store_of[community]].add(member)
        busy: dict[str, set[str]] = defaultdict(set)
        for store, member, at in active:
            if month_start <= at < month_end and member in members[store]:
                busy[store].add(member)
        places: dict[tuple[str, str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for store, people in members.items():
            for place in _places(stores[store]):
                places[place][0].update(people)
                places[place][1].update(busy[store])
        for (grain, area, store_id), (people, busy_people) in places.items():
            if people:
                rows.append((day, grain, area, store_id, float(len(busy_people)), float(len(people))))
    columns = ["business_date", "grain", "area", "store_id", "numerator", "denominator"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _membership_periods(events: pl.DataFrame) -> list[tuple[str, str, datetime, datetime | None]]:
    inside: dict[tuple[str, str], datetime] = {}
    periods: list[tuple[str, str, datetime, datetime | None]] = []
    for event in events.filter(pl.col("kind").is_in(["join", "leave"])).iter_rows(named=True):
        key = (event["community_id"], event["external_user_id"])
        if event["kind"] == "join":
            inside.setdefault(key, event["occurred_at"])
        elif key in inside:
            periods.append((*key, inside.pop(key), event["occurred_at"]))
    return periods + [(*key, joined, None) for key, joined in inside.items()]


def _places(store: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    """Cells that a store's members are counted in: (grain, area, store)."""
    return (
        ("store", "all", store["location_id"]),
        ("city", store["city_zh"], "all"),
        ("region", store["region_zh"], "all"),
        ("chain", "all", "all"),
    )
