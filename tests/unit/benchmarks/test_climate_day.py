"""The bench of a climate day, on few points: what it measures is right, how fast it is says the bench itself."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np

from benchmarks.climate_day import MINUTES, aggregate, prepare
from warehouse.settings import Settings

POINTS = 240


def test_states_and_excursions_of_the_day_are_those_that_were_planted(tmp_path: Path) -> None:
    settings = Settings(data_root=tmp_path)
    planted = prepare(settings.zones, POINTS)
    aggregate(settings)
    with duckdb.connect(settings.zones.warehouse_file, read_only=True) as connection:
        observed = connection.sql(
            "select breach_minutes, unknown_minutes, in_range_minutes from fct_storage_climate order by sensor_id"
        ).fetchnumpy()
        excursions = connection.sql(
            "select sensor_id, breach_minutes from fct_climate_excursions order by sensor_id"
        ).fetchall()
    hot, silent = planted.hot_to - planted.hot_from, planted.silent_to - planted.silent_from
    # The last reading before a silence speaks for none of it; nor does the last of the day, at 23:59.
    unknown = np.where(silent > 0, silent + 1, 0) + 1
    assert np.allclose(observed["breach_minutes"], hot)
    assert np.allclose(observed["unknown_minutes"], unknown)
    assert np.allclose(observed["in_range_minutes"], MINUTES - hot - unknown)
    warm = np.flatnonzero(hot)
    assert excursions == [(planted.sensor_ids[point], float(hot[point])) for point in warm]
    assert 0 < len(warm) < POINTS
    assert silent.any()
