"""What delays are made of, and quantiles of legs, on made-up deliveries whose every part is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from tests.unit.dbt.compiled_models import CompiledProject, run_model, run_models

FIRST_DAY, DAYS = date(2028, 2, 10), 30
"""Over a leap day and the end of a month."""
PER_DAY = 400
CITIES = {"slow": (4.0, 5.0), "fast": (2.0, 3.0)}
"""Fixed minutes of a ride and minutes per kilometre."""
RUSH = {12: 1.2, 18: 1.4}
RAIN_ON_HAND_OVER, RAIN_ON_RIDE = 0.03, 0.05
"""Per millimetre."""
PARTS = {
    "pick_rush": 0.25,
    "handover_rush": 0.25,
    "handover_rain": 0.2,
    "ride_distance": 0.1,
    "ride_rush": 0.1,
    "ride_rain": 0.1,
}
"""With what each may miss: about two standard errors of its factor, which rests on 650 deliveries of one hour."""
MODELS = ["int_delivery__leg_sums", "int_delivery__delay_norms", "int_delivery__delays"]


@pytest.fixture(scope="module")
def deliveries() -> pl.DataFrame:
    """Deliveries with the parts that were put into them, in columns ``true_<part>``."""
    rng = np.random.default_rng(17)
    n = PER_DAY * DAYS
    city = rng.choice(list(CITIES), n)
    fixed, slope = (np.array([CITIES[name][part] for name in city]) for part in (0, 1))
    hour = rng.integers(8, 21, n)
    rush = np.array([RUSH.get(each, 1.0) for each in hour])
    rain = np.where(rng.random(n) < 0.25, rng.uniform(1, 9, n), 0.0)
    kilometers = rng.gamma(2.2, 0.7, n)
    usual = {name: kilometers[city == name].mean() for name in CITIES}

    def noise(spread: float) -> np.ndarray:
        return np.exp(rng.normal(-(spread**2) / 2, spread, n))

    line = fixed + slope * kilometers
    review = np.where(rng.random(n) < 0.2, 3.0 * noise(0.5), 0.0)
    return pl.DataFrame(
        {
            "order_id": [f"O{number:06d}" for number in range(n)],
            "channel": "meituan",
            "store_id": "S1",
            "fulfilling_location_id": "S1",
            "city_zh": city,
            "courier_company": "A",
            "paid_hour": hour.astype(np.int32),
            "is_rush_hour": rush > 1,
            "rain_millimeters": rain,
            "weather": np.where(rain > 0, "rainy", "dry"),
            "distance_kilometers": kilometers,
            "is_prescription": review > 0,
            "review_minutes": review,
            "own_accept_minutes": 1.0 * noise(0.5),
            "pick_minutes": 5.0 * rush * noise(0.4),
            "handover_minutes": 4.0 * rush * (1 + RAIN_ON_HAND_OVER * rain) * noise(0.4),
            "ride_minutes": line * rush * (1 + RAIN_ON_RIDE * rain) * noise(0.15),
            "true_pick_rush": 5.0 * (rush - 1),
            "true_handover_rush": 4.0 * (rush - 1),
            "true_handover_rain": 4.0 * rush * RAIN_ON_HAND_OVER * rain,
            "true_ride_distance": slope * (kilometers - np.array([usual[name] for name in city])),
            "true_ride_rush": line * (rush - 1),
            "true_ride_rain": line * rush * RAIN_ON_RIDE * rain,
            "placed_on": [FIRST_DAY + timedelta(days=number // PER_DAY) for number in range(n)],
        }
    ).with_columns(
        delivery_minutes=pl.sum_horizontal(
            "review_minutes", "own_accept_minutes", "pick_minutes", "handover_minutes", "ride_minutes"
        )
    )


def delays(project: CompiledProject, legs: pl.DataFrame) -> pl.DataFrame:
    parameters = pl.DataFrame({"delay_norm_days": [28.0], "delay_norm_deliveries": [20.0]})
    tables = {"int_delivery__instant_legs": legs, "int_delivery__parameters": parameters}
    return run_models({model: project.sql(model) for model in MODELS}, tables)["int_delivery__delays"]


def test_every_part_of_a_delay_is_the_one_that_was_put_in(project: CompiledProject, deliveries: pl.DataFrame) -> None:
    told = delays(project, deliveries).filter(pl.col("placed_on") >= FIRST_DAY + timedelta(days=20))
    assert told.height == PER_DAY * (DAYS - 20)
    for part, tolerance in PARTS.items():
        observed, true = told[f"{part}_minutes"].to_numpy(), told[f"true_{part}"].to_numpy()
        size = np.abs(true).mean()
        assert np.abs(observed - true).mean() < tolerance * size, part
        assert np.abs(observed.mean() - true.mean()) < tolerance * size, part


def test_parts_add_up_to_legs_and_legs_to_the_whole(project: CompiledProject, deliveries: pl.DataFrame) -> None:
    told = delays(project, deliveries)
    legs = [f"{leg}_excess_minutes" for leg in ("review", "accept", "pick", "handover", "ride")]
    norm = (
        pl.col("delivery_minutes")
        - pl.sum_horizontal("accept_norm_minutes", "pick_norm_minutes", "handover_norm_minutes", "ride_norm_minutes")
        - pl.col("review_norm_minutes")
    )
    assert told.filter((pl.sum_horizontal(legs) - pl.col("excess_minutes")).abs() > 1e-9).is_empty()
    assert told.filter((norm - pl.col("excess_minutes")).abs() > 1e-9).is_empty()
    for leg in ("pick", "handover", "ride"):
        ends = tuple(f"_{cause}_minutes" for cause in ("distance", "rush", "rain", "other"))
        parts = [name for name in told.columns if name.startswith(leg) and name.endswith(ends)]
        assert told.filter((pl.sum_horizontal(parts) - pl.col(f"{leg}_excess_minutes")).abs() > 1e-9).is_empty(), leg
    largest = told.select(pl.concat_list(legs).list.arg_max()).to_series()
    named = pl.Series(["review", "accept", "pick", "handover", "ride"]).gather(largest)
    late = told["slowest_leg"].is_not_null()
    assert told["slowest_leg"].filter(late).equals(named.filter(late).rename("slowest_leg"))


def test_the_order_of_the_rows_makes_no_difference(project: CompiledProject, deliveries: pl.DataFrame) -> None:
    once, again = (
        delays(project, legs).sort("order_id").select(pl.selectors.numeric()).to_numpy()
        for legs in (deliveries, deliveries.sample(fraction=1.0, shuffle=True, seed=3))
    )
    assert np.abs(once - again).max() < 1e-9


def test_where_nobody_tells_the_rain_its_cost_stays_in_the_rest(
    project: CompiledProject, deliveries: pl.DataFrame
) -> None:
    silent = deliveries.with_columns(rain_millimeters=pl.lit(None, pl.Float64), weather=pl.lit("unknown"))
    assert delays(project, silent).is_empty()
    last = deliveries["placed_on"].max()
    half = deliveries.with_columns(
        pl.when(pl.col("placed_on") == last).then(None).otherwise("rain_millimeters").alias("rain_millimeters"),
        pl.when(pl.col("placed_on") == last).then(pl.lit("unknown")).otherwise("weather").alias("weather"),
    )
    told = delays(project, half).filter(pl.col("placed_on") == last)
    assert told.height == PER_DAY
    assert told.select(pl.col("ride_rain_minutes", "handover_rain_minutes").abs().sum()).row(0) == (0.0, 0.0)


def test_quantiles_and_their_intervals_are_those_of_numpy_and_cover_the_truth(project: CompiledProject) -> None:
    """Interval against the quantile of the distribution itself: 95 % of stores, give or take what chance does."""
    rng = np.random.default_rng(23)
    stores, each = 400, 120
    minutes = rng.gamma(4.0, 5.0, (stores, each))
    rows = pl.DataFrame(
        {
            "leg": "delivery",
            "leg_minutes": minutes.ravel(),
            "store_id": np.repeat([f"S{number}" for number in range(stores)], each),
            "placed_on": [FIRST_DAY + timedelta(days=number % 7) for number in range(each)] * stores,
        }
    )
    old = rows.head(50).with_columns(placed_on=pl.lit(FIRST_DAY - timedelta(days=1)), leg_minutes=pl.lit(9e9))
    told = run_model(
        project.sql("int_delivery__leg_quantiles"),
        {
            "int_delivery__leg_minutes": pl.concat([rows, old]),
            "int_reference__locations": pl.DataFrame(
                [{"location_id": f"S{n}", "city_zh": f"c{n % 3}", "region_zh": "r"} for n in range(stores)]
            ),
            "kpi_catalogue": pl.DataFrame([{"kpi_code": "delivery_minutes_p50", "window_days": 7}]),
        },
    ).filter(pl.col("business_date") == FIRST_DAY + timedelta(days=6))
    of_stores = told.filter(pl.col("grain") == "store").sort(pl.col("store_id").str.slice(1).cast(int))
    assert of_stores.height == stores
    assert dict(told.group_by("grain").len().iter_rows()) == {"store": stores, "city": 3, "region": 1, "chain": 1}
    drawn = rng.gamma(4.0, 5.0, 2_000_000)
    for percent in (50, 90):
        found = of_stores[f"minutes_p{percent}"].to_numpy()
        assert found == pytest.approx(np.percentile(minutes, percent, axis=1))
        half = 1.959964 * np.sqrt(of_stores[f"variance_p{percent}"].to_numpy())
        covered = (np.abs(found - np.percentile(drawn, percent)) <= half).mean()
        assert 0.91 < covered < 0.995, percent
