"""Which series are forecast, and from whom they learn."""

import polars as pl

from tests.unit.dbt.compiled_models import CompiledProject, run_model


def test_a_store_whose_region_nobody_entered_is_forecast_like_any_other(project: CompiledProject) -> None:
    # Regression: a null region joined nothing, and the store got neither forecasts nor signals.
    places = {"S1": "R", "S2": None, "DC": "R"}
    series = run_model(
        project.sql("int_supply__forecast_series"),
        {
            "int_supply__lead_times": pl.DataFrame(
                {"location_id": list(places), "sku_id": "A", "protection_days": [3, 3, 9]}
            ),
            "int_reference__locations": pl.DataFrame(
                {
                    "location_id": list(places),
                    "region_zh": list(places.values()),
                    "location_kind": ["store", "store", "central_dc"],
                }
            ),
            "int_reference__products": pl.DataFrame({"sku_id": ["A"], "atc_class": ["A10"]}),
            "int_supply__parameters": pl.DataFrame({"backtest_series": [1000.0]}),
        },
    )
    assert dict(series.select("location_id", "region_zh").iter_rows()) == {"S1": "R", "S2": "none"}
