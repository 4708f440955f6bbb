"""Patients made up for tests of supply and adherence: what they take home, and the tables that the models read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
from hypothesis import strategies as st

from simulator.catalogue import build_catalogue
from simulator.config import ChainConfig
from simulator.geography import build_geography
from simulator.people import build_people, refills_due
from simulator.streams import stream
from tests.unit.dbt.compiled_models import DBT_PROJECT

PERIOD_END = date(2026, 3, 31)
WINDOW_DAYS = 365
PERIOD_START = PERIOD_END - timedelta(days=WINDOW_DAYS - 1)
GRACE_DAYS = 15


@dataclass(frozen=True)
class Fill:
    """Packs of one active ingredient taken home on a day, and the days that they last."""

    day: date
    supply_days: int
    atc_code: str = "C08CA01"


@dataclass(frozen=True)
class Patient:
    """A person with fills of one class; of age unless said otherwise."""

    fills: tuple[Fill, ...]
    birth_year: int | None = 1960
    observed_until: date | None = None
    """Day of death or of leaving."""


def thresholds() -> pl.DataFrame:
    """One row with the thresholds of the seed."""
    seed = pl.read_csv(DBT_PROJECT / "seeds" / "people" / "chronic_care_thresholds.csv")
    return pl.DataFrame({code: [value] for code, value in seed.select("threshold_code", "value").iter_rows()})


def fills_table(patients: Iterable[Patient]) -> pl.DataFrame:
    """Rows of ``int_people__fills``: two fills of one ingredient and day are of two products."""
    return pl.DataFrame(
        [
            (f"p{number:05d}", f"SKU{place}", fill.atc_code, "C08", "hypertension", fill.day, fill.supply_days)
            for number, patient in enumerate(patients)
            for place, fill in enumerate(patient.fills)
        ],
        schema={
            "person_token": pl.String,
            "sku_id": pl.String,
            "atc_code": pl.String,
            "therapeutic_class": pl.String,
            "condition_code": pl.String,
            "filled_on": pl.Date,
            "supply_days": pl.Int64,
        },
        orient="row",
    )


def tables_for(patients: list[Patient]) -> dict[str, pl.DataFrame]:
    """What the models of supply and adherence read; the period ends with a month."""
    return {
        "int_people__fills": fills_table(patients),
        "int_people__closed_months": pl.DataFrame(
            {"month_start_date": [PERIOD_END.replace(day=1)], "month_end_date": [PERIOD_END]}
        ),
        "int_people__demographics": pl.DataFrame(
            [(f"p{n:05d}", p.birth_year, p.observed_until, "S00001") for n, p in enumerate(patients)],
            schema={
                "person_token": pl.String,
                "birth_year": pl.Int64,
                "observed_until_date": pl.Date,
                "home_store_id": pl.String,
            },
            orient="row",
        ),
        "int_people__care_thresholds": thresholds(),
        "kpi_catalogue": pl.DataFrame({"kpi_code": ["adherence_pdc80_rate"], "window_days": [WINDOW_DAYS]}),
        "int_ingest__as_of": pl.DataFrame({"as_of_date": [PERIOD_END + timedelta(days=GRACE_DAYS)]}),
    }


SOME_FILLS = st.builds(
    Fill,
    day=st.integers(-20, WINDOW_DAYS + 5).map(lambda offset: PERIOD_START + timedelta(days=offset)),
    supply_days=st.integers(1, 130),
    atc_code=st.sampled_from(["C08CA01", "C08CA05"]),
)
SOME_PATIENTS = st.builds(
    Patient,
    fills=st.lists(SOME_FILLS, min_size=1, max_size=8).map(tuple),
    observed_until=st.none() | st.integers(0, 400).map(lambda offset: PERIOD_START + timedelta(days=offset)),
)


@cache
def refilling_patients() -> tuple[list[Patient], np.ndarray, np.ndarray]:
    """Patients of a simulated chain over 240 days that end with the period: their refills, rhythms and adherence.

    Each pack lasts for one rhythm, so that who never skips is covered throughout.
    """
    config = ChainConfig(stores=4, skus=60, members=400, start_day=PERIOD_END - timedelta(days=239), days=240)
    geo, catalogue = build_geography(config), build_catalogue(config)
    people = build_people(config, geo, catalogue)
    fills: dict[int, list[Fill]] = {}
    for day in range(240):
        rng = stream(config.seed, "refills alone", day)
        for person in refills_due(people, config, day, 0, len(geo.level), rng).tolist():
            fill = Fill(config.day(day), int(people.rhythm_days[person]))
            fills.setdefault(person, []).append(fill)
    who = np.array(sorted(fills))
    return [Patient(tuple(fills[person])) for person in who], people.rhythm_days[who], people.adherence[who]
