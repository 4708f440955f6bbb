"""Mean kinetic temperatures, ranges of points, box logs and verdicts, each against a walk over made-up readings."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from tests.unit.dbt.compiled_models import CompiledProject, run_model, run_models

DAY = date(2026, 1, 5)
MINUTE = 60_000_000
HOUR = 60 * MINUTE
ACTIVATION_KELVIN = 83.144 / 0.0083144
FOREVER = {"valid_from": date(2000, 1, 1), "valid_before": None}
PERIOD = {"valid_from": pl.Date, "valid_before": pl.Date}


def mean_kinetic(celsius: list[float], minutes: list[float]) -> float:
    """The formula of USP 1079.2 in kelvin, each temperature weighed by its minutes."""
    weights = np.array(minutes) / sum(minutes)
    terms = np.exp(-ACTIVATION_KELVIN / (np.array(celsius) + 273.15))
    return ACTIVATION_KELVIN / -math.log(float((weights * terms).sum())) - 273.15


def parameters(**changed: float) -> pl.DataFrame:
    usual = {
        "activation_kelvin": ACTIVATION_KELVIN,
        "mkt_longest_stretch_microseconds": HOUR,
        "mkt_long_window_days": 30,
        "points_per_room": 2,
        "drift_least_microseconds": 12 * HOUR,
        "drift_days": 2,
        "stuck_least_microseconds": 18 * HOUR,
        "stuck_least_readings": 24,
    }
    return pl.DataFrame([usual | changed])


def limits(context: str = "storage") -> pl.DataFrame:
    ranges = {"cold": (2.0, 8.0), "cool": (0.0, 20.0), "ambient": (10.0, 30.0)}
    interval = 30 if context == "storage" else 5
    rows = [
        {
            "context": context,
            "storage_class": name,
            "temperature_minimum_celsius": low,
            "temperature_maximum_celsius": high,
            "humidity_minimum_percent": 35.0,
            "humidity_maximum_percent": 75.0,
            "strictness": rank,
            "in_range_interval_microseconds": interval * MINUTE,
            "breach_interval_microseconds": 2 * MINUTE,
        }
        | FOREVER
        for rank, (name, (low, high)) in enumerate(ranges.items(), start=1)
    ]
    return pl.DataFrame(rows, schema_overrides=PERIOD)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def microseconds(text: str) -> int:
    return int(instant(text).timestamp()) * 1_000_000


def sensor_days(project: CompiledProject, readings: list[tuple[str, float, date]]) -> dict[str, pl.DataFrame]:
    """Sensor days and kinetic days of one cold sensor; readings in the order of their arrival."""
    copies = pl.DataFrame(
        {
            "sensor_id": "C1",
            "sensor_number": 1,
            "measured_at": [instant(at) for at, _, _ in readings],
            "sensor_kind": "climate",
            "temperature_celsius": [celsius for _, celsius, _ in readings],
            "humidity_percent": 50.0,
            "arrival_number": 1,
            "source_position": range(1, len(readings) + 1),
            "unknown_reference": pl.Series([None] * len(readings), dtype=pl.String),
            "measured_on": [day for _, _, day in readings],
        }
    )
    points = limits().filter(pl.col("storage_class") == "cold").with_columns(sensor_id=pl.lit("C1"))
    models = ["int_climate__sensor_days", "int_climate__kinetic_days"]
    return run_models(
        {model: project.sql(model) for model in models},
        {
            "stg_iot_readings__copies": copies,
            "int_climate__points": points,
            "stg_sensors__sensors": pl.DataFrame({"sensor_id": ["C1"], "sensor_number": [1]}),
            "int_climate__parameters": parameters(),
        },
    )


def day_mkt(kinetic_days: pl.DataFrame, day: date) -> float:
    row = kinetic_days.row(by_predicate=pl.col("measured_on") == day, named=True)
    mean = row["kinetic_minutes"] / (row["kinetic_microseconds"] / MINUTE)
    return 1 / (1 / 273.15 - math.log(mean) / ACTIVATION_KELVIN) - 273.15


def test_five_equal_stretches_of_4_4_4_4_and_16_degrees_have_the_published_mean(project: CompiledProject) -> None:
    at = [f"2026-01-05T0{hour}:00:00" for hour in range(6)]
    readings = list(zip(at, [4.0, 4.0, 4.0, 4.0, 16.0, 4.0], [DAY] * 6, strict=True))
    assert day_mkt(sensor_days(project, readings)["int_climate__kinetic_days"], DAY) == pytest.approx(8.109, abs=5e-4)


def test_readings_weigh_by_the_time_they_hold_and_a_silence_weighs_nothing(project: CompiledProject) -> None:
    readings = [("2026-01-05T00:00:00", 5.0, DAY), ("2026-01-05T00:50:00", 12.0, DAY)]
    readings += [
        ("2026-01-05T01:00:00", 6.0, DAY),
        ("2026-01-05T04:00:00", 3.0, DAY),
        ("2026-01-05T04:30:00", 3.0, DAY),
    ]
    expected = mean_kinetic([5.0, 12.0, 3.0], [50, 10, 30])
    assert day_mkt(sensor_days(project, readings)["int_climate__kinetic_days"], DAY) == pytest.approx(
        expected, abs=1e-5
    )


def test_the_last_reading_of_a_day_holds_over_midnight_at_the_end_of_a_month(project: CompiledProject) -> None:
    # Midnight in Shanghai, where January ends: 16:00 UTC.
    january, february = date(2026, 1, 31), date(2026, 2, 1)
    readings = [("2026-01-31T15:00:00", 5.0, january), ("2026-01-31T15:30:00", 9.0, january)]
    readings += [("2026-01-31T16:10:00", 5.0, february), ("2026-01-31T16:40:00", 5.0, february)]
    days = sensor_days(project, readings)["int_climate__kinetic_days"]
    assert day_mkt(days, january) == pytest.approx(mean_kinetic([5.0, 9.0], [30, 40]), abs=1e-5)
    assert day_mkt(days, february) == pytest.approx(5.0, abs=1e-5)


def test_a_clock_that_steps_back_gives_each_moment_one_reading_and_no_negative_minutes(
    project: CompiledProject,
) -> None:
    # After 01:00 the clock is put back to 00:10 and runs on: 00:30 comes twice, and the first to arrive counts.
    clock = ["00:00", "00:30", "01:00", "00:10", "00:30", "00:50", "01:10"]
    celsius = [5.0, 5.0, 5.0, 6.0, 9.0, 6.0, 5.0]
    readings = [(f"2026-01-05T{at}:00", value, DAY) for at, value in zip(clock, celsius, strict=True)]
    row = sensor_days(project, readings)["int_climate__sensor_days"].row(0, named=True)
    assert row["reading_count"] == len(set(clock))
    assert row["breach_reading_count"] == 0
    assert row["in_range_microseconds"] == 70 * MINUTE
    assert row["breach_microseconds"] == 0


@pytest.mark.parametrize(
    ("rooms", "roomless", "held"),
    [
        (["ambient", "cool"], ["cold"], {"ambient": "ambient", "cool": "cold"}),
        (["ambient"], ["cold", "cool"], {"ambient": "cold"}),
        (["ambient", "cold"], ["cool"], {"ambient": "ambient", "cold": "cold"}),
        (["cool", "cold", "ambient"], [], {"ambient": "ambient", "cool": "cool", "cold": "cold"}),
    ],
)
def test_the_strictest_product_stored_at_a_point_decides_its_range_while_it_is_there(
    project: CompiledProject, rooms: list[str], roomless: list[str], held: dict[str, str]
) -> None:
    first, last = date(2026, 2, 27), date(2026, 3, 3)
    stored = pl.DataFrame(
        {"location_id": "S1", "storage_class": roomless, "first_stored_on": first, "last_stored_on": last},
        schema={"location_id": pl.String, "storage_class": pl.String, "first_stored_on": pl.Date,
                "last_stored_on": pl.Date},
    )  # fmt: skip
    sensors = pl.DataFrame({"sensor_id": rooms, "location_id": "S1", "storage_class": rooms, "sensor_kind": "climate"})
    points = run_model(
        project.sql("int_climate__points"),
        {"stg_sensors__sensors": sensors, "stg_sensors__roomless_classes": stored, "int_climate__limits": limits()},
    )

    def ranges_on(day: date) -> dict[str, str]:
        valid = points.filter(pl.col("valid_from") <= day, (pl.col("valid_before") > day).fill_null(True))
        return dict(valid.select("sensor_id", "range_storage_class").iter_rows())

    assert ranges_on(first) == ranges_on(last) == held
    alone = {name: name for name in rooms}
    assert ranges_on(first - timedelta(days=1)) == ranges_on(last + timedelta(days=1)) == alone


RIDE = ("2026-01-05T15:50:00", "2026-01-05T16:20:00")
# Minutes after 15:46 UTC, 14 minutes before midnight in Shanghai, at which the box was read; the ride is from 4 to 34.
LOGS: dict[str, tuple[list[int], list[float], bool | None]] = {
    "over midnight, every five minutes": ([2, 7, 12, 17, 22, 27, 32, 37], [5.0] * 8, True),
    "begins after the hand-over": ([5, 10, 15, 20, 25, 30, 35], [5.0] * 7, None),
    "ends before the delivery": ([2, 7, 12, 17, 22, 27, 32], [5.0] * 7, None),
    "six minutes apart once": ([2, 7, 13, 18, 23, 28, 33, 38], [5.0] * 8, None),
    "too warm once": ([2, 7, 12, 14, 19, 24, 29, 34], [5.0, 5.0, 8.1, 5.0, 5.0, 5.0, 5.0, 5.0], False),
    "too warm before the hand-over": ([0, 2, 7, 12, 17, 22, 27, 32, 37], [9.0] + [5.0] * 8, True),
    "too warm within a gap": ([13], [8.1], False),
    "silent": ([], [], None),
}


@pytest.mark.parametrize("case", LOGS)
def test_a_box_log_is_whole_and_in_range_or_not_or_not_known(project: CompiledProject, case: str) -> None:
    minutes, celsius, expected = LOGS[case]
    order = {"order_id": "O1", "channel": "till", "store_id": "S1", "fulfilling_location_id": "S1"}
    order |= {"courier_company": "x", "delivery_box_id": "B1", "is_courier_delivery": True, "is_cold_chain": True}
    order |= {"is_completed": True, "placed_on": DAY}
    order |= {
        "handed_over_at": instant(RIDE[0]).replace(tzinfo=None),
        "delivered_at": instant(RIDE[1]).replace(tzinfo=None),
    }
    readings = pl.DataFrame(
        {
            "sensor_id": "T1",
            "delivery_box_id": "B1",
            "measured_microseconds": [microseconds("2026-01-05T15:46:00") + minute * MINUTE for minute in minutes],
            "temperature_celsius": celsius,
        },
        schema={"sensor_id": pl.String, "delivery_box_id": pl.String, "measured_microseconds": pl.Int64,
                "temperature_celsius": pl.Float64},
    )  # fmt: skip
    log = run_model(
        project.sql("int_climate__delivery_logs"),
        {
            "int_orders__order_facts": pl.DataFrame([order]),
            "int_climate__box_readings": readings,
            "int_climate__limits": limits("transport"),
        },
    ).row(0, named=True)
    assert log["is_unbroken_in_range"] is expected
    parts = log["in_range_microseconds"] + log["breach_microseconds"] + log["unknown_microseconds"]
    assert parts == log["ride_microseconds"] == 30 * MINUTE


def excursion(**changed: object) -> dict[str, object]:
    start = microseconds("2026-01-05T10:00:00")
    usual = {"sensor_id": "C1", "started_microseconds": start, "ended_microseconds": start + 3 * HOUR}
    usual |= {"last_microseconds": start + 3 * HOUR - MINUTE, "started_on": DAY, "has_temperature_breach": True}
    usual |= {"has_humidity_breach": False, "peak_temperature_celsius": 9.0, "peak_humidity_percent": 50.0}
    return usual | {"breach_microseconds": 3 * HOUR, "unknown_microseconds": 0} | changed


@pytest.mark.parametrize(
    ("changed", "celsius", "verdict", "is_within_accuracy"),
    [
        ({}, 9.0, "kept", False),
        ({"peak_temperature_celsius": 8.5}, 8.5, "kept", True),
        ({"peak_temperature_celsius": 15.1}, 9.0, "exceeded", False),
        ({"peak_temperature_celsius": 1.0}, 5.0, "exceeded", False),
        ({}, 20.0, "exceeded", False),
        ({"breach_microseconds": 25 * HOUR}, 8.4, "exceeded", False),
        ({"ended_microseconds": None}, 9.0, "unknown", False),
        (
            {"has_temperature_breach": False, "has_humidity_breach": True, "peak_humidity_percent": 79.0},
            5.0,
            "none",
            True,
        ),
    ],
)
def test_an_excursion_of_cold_goods_is_held_against_its_peak_its_length_and_its_mean(
    project: CompiledProject, changed: dict[str, object], celsius: float, verdict: str, is_within_accuracy: bool
) -> None:
    term = math.exp(ACTIVATION_KELVIN * (1 / 273.15 - 1 / (celsius + 273.15)))
    calm = math.exp(ACTIVATION_KELVIN * (1 / 273.15 - 1 / 278.15))
    last = microseconds("2026-01-05T13:00:00") // HOUR
    hours = pl.DataFrame(
        [
            {"sensor_id": "C1", "hour_number": last - back, "kinetic_microseconds": HOUR,
             "kinetic_minutes": 60 * (term if back < 4 else calm)}
            for back in range(25)
        ]
    )  # fmt: skip
    accuracies = [("temperature_celsius", -25.0, 0.0, 1.0), ("temperature_celsius", 0.0, 40.0, 0.5)]
    accuracies += [("humidity_percent", 0.0, 100.0, 5.0)]
    allowance = {"storage_class": "cold", "minimum_celsius": 2.0, "maximum_celsius": 15.0}
    allowance |= {"longest_microseconds": 24 * HOUR, "mkt_window_days": 1, "mkt_maximum_celsius": 8.0}
    points = limits().filter(pl.col("storage_class") == "cold")
    row = run_model(
        project.sql("int_climate__judged_excursions"),
        {
            "int_climate__excursions": pl.DataFrame(
                [excursion(**changed)], schema_overrides={"ended_microseconds": pl.Int64}
            ),
            "int_climate__sensors": pl.DataFrame(
                [{"sensor_id": "C1", "location_id": "S1", "room": "cold_room", "storage_class": "cold"}]
            ),
            "int_climate__points": points.with_columns(sensor_id=pl.lit("C1"), range_storage_class=pl.lit("cold")),
            "sensor_accuracies": pl.DataFrame(
                accuracies, schema=["quantity", "minimum_value", "maximum_value", "accuracy"], orient="row"
            ).with_columns(valid_from=date(2000, 1, 1)),
            "int_climate__allowances": pl.DataFrame([allowance | FOREVER], schema_overrides=PERIOD),
            "int_climate__kinetic_hours": hours,
            "int_climate__parameters": parameters(),
        },
    ).row(0, named=True)  # fmt: skip
    assert row["allowance_verdict"] == verdict
    assert row["is_within_accuracy"] is is_within_accuracy
    # The last hour in which an open one was seen is the one before.
    hot_hours = 3 if row["ended_microseconds"] is None else 4
    expected = mean_kinetic([celsius, 5.0], [hot_hours, 24 - hot_hours])
    assert row["mkt_24_hours_celsius"] == pytest.approx(expected, abs=1e-4)


def test_a_room_with_one_point_and_goods_without_a_point_are_findings_over_a_leap_day(project: CompiledProject) -> None:
    days = [date(2028, 2, 27) + timedelta(days=number) for number in range(5)]
    due = [("C1", "cool_room", "cool", day) for day in days] + [("C2", "cool_room", "cool", days[0])]
    due += [("A1", "ambient_room", "ambient", day) for day in days] + [
        ("A2", "ambient_room", "ambient", day) for day in days
    ]
    runs = run_model(
        project.sql("int_climate__coverage_runs"),
        {
            "int_climate__due_days": pl.DataFrame(
                due, schema=["sensor_id", "room", "storage_class", "business_date"], orient="row"
            ).with_columns(location_id=pl.lit("S1")),
            "int_climate__due_span": pl.DataFrame({"first_due_on": [days[0]], "last_due_on": [days[-1]]}),
            "stg_sensors__roomless_classes": pl.DataFrame(
                {"location_id": ["S1"], "storage_class": ["cold"], "first_stored_on": [date(2028, 1, 1)]}
            ).with_columns(last_stored_on=pl.lit(None, pl.Date)),
            "int_climate__parameters": parameters(),
        },
    )  # fmt: skip
    columns = ["finding_kind", "storage_class", "first_found_on", "last_found_on", "day_count", "point_count"]
    assert sorted(runs.select(columns).iter_rows()) == [
        ("no_point", "cold", days[0], days[-1], 5, 0),
        ("too_few_points", "cool", days[1], days[-1], 4, 1),
    ]
