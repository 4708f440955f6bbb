"""How long surges of demand take to be answered, of which some still wait, against scipy."""

from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.stats import CensoredData, ecdf

from tests.unit.dbt.compiled_models import CompiledProject, run_model

AS_OF = date(2026, 3, 2)
STORES = [f"S{number}" for number in range(8)]


def test_the_median_response_is_that_of_kaplan_and_meier(project: CompiledProject) -> None:
    rng = np.random.default_rng(31)
    surges = pl.DataFrame(
        [
            {
                "location_id": store,
                "sku_id": f"K{number}",
                "started_on": AS_OF - timedelta(days=int(rng.integers(0, 40))),
                "needs_response": bool(rng.random() < 0.9),
                "is_open": bool(rng.random() < 0.1 * index),
                "response_hours": float(rng.integers(1, 60)),
            }
            for index, store in enumerate(STORES)
            for number in range(60)
        ]
    )
    medians = run_model(
        project.sql("int_supply__demand_response"),
        {
            "int_supply__demand_surges": surges,
            "int_supply__replenishment_policy": pl.DataFrame(
                [{"business_date": AS_OF - timedelta(days=days)} for days in range(56)]
            ),
            "int_reference__locations": pl.DataFrame(
                [
                    {"location_id": store, "city_zh": f"city{index // 3}", "region_zh": f"region{index // 6}"}
                    for index, store in enumerate(STORES)
                ]
            ),
            "kpi_catalogue": pl.DataFrame([{"kpi_code": "demand_response_hours", "window_days": 28}]),
        },
    )
    assert set(medians["grain"]) == {"store", "city", "region", "chain"}
    assert medians["median_hours"].null_count() > 0
    places = {"store": {s: [s] for s in STORES}, "chain": {"all": STORES}}
    for grain, members in places.items():
        for row in medians.filter(grain=pl.lit(grain)).iter_rows(named=True):
            since = row["business_date"] - timedelta(days=28)
            counted = surges.filter(
                "needs_response",
                pl.col("location_id").is_in(members[row["store_id"]]),
                pl.col("started_on") > since,
                pl.col("started_on") <= row["business_date"],
            )
            assert row["surge_count"] == counted.height
            sample = CensoredData.right_censored(counted["response_hours"].to_numpy(), counted["is_open"].to_numpy())
            survival = ecdf(sample).sf
            reached = survival.quantiles[survival.probabilities <= 0.5 + 1e-9]
            assert row["median_hours"] == (reached[0] if len(reached) else None)
