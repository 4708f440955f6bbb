"""Adherence and renewal, as the compiled models compute them, against a walk through the days.

The models shift supply forward in one expression over sorted rows; the walk keeps tablets in a drawer and takes one a
day.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.catalogue import build_catalogue
from simulator.config import ChainConfig
from simulator.geography import build_geography
from simulator.people import build_people, refills_due
from simulator.streams import stream
from tests.unit.dbt.compiled_models import DBT_PROJECT, CompiledProject, run_model, run_models

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


def adherence_of(project: CompiledProject, patients: list[Patient]) -> dict[str, dict[str, object]]:
    """Rows of ``int_people__adherence`` for the closed month, by person."""
    rows = run_model(project.sql("int_people__adherence"), tables_for(patients)).filter("is_closed_month")
    return {row["person_token"]: row for row in rows.to_dicts()}


def adherence(project: CompiledProject, *fills: Fill, **known: object) -> dict[str, object]:
    """The one row of a patient with these fills."""
    return adherence_of(project, [Patient(fills, **known)])["p00000"]  # type: ignore[arg-type]


def days_after(first: date, *offsets: int) -> list[date]:
    return [first + timedelta(days=offset) for offset in offsets]


# The period of the cases ends with 31 March 2026. A first fill on 1 December 2025 lies 120 days before, so that 121
# days count: December has 31, January 31, February 28 and March 31.
FIRST = date(2025, 12, 1)


def test_both_the_first_day_and_the_last_count(project: CompiledProject) -> None:
    # 30 + 91 days of supply from 1 December: the drawer is empty after 30 December, filled again on the 31st, and the
    # last of 91 tablets is taken on 31 March. 121 days of 121.
    row = adherence(project, Fill(FIRST, 30), Fill(date(2025, 12, 31), 91))
    assert (row["observed_day_count"], row["covered_day_count"]) == (121, 121)
    assert row["proportion_of_days_covered"] == 1.0
    assert row["is_adherent"]


def test_a_gap_is_not_covered(project: CompiledProject) -> None:
    # 30 tablets: 1 to 30 December. Nothing from 31 December to 9 January (10 days). 30 more: 10 January to 8 February.
    # Nothing to 31 March. 60 days of 121.
    row = adherence(project, Fill(FIRST, 30), Fill(date(2026, 1, 10), 30))
    assert (row["observed_day_count"], row["covered_day_count"]) == (121, 60)
    assert row["proportion_of_days_covered"] == pytest.approx(60 / 121)
    assert row["is_eligible"]
    assert not row["is_adherent"]


def test_supply_that_overlaps_is_shifted_forward(project: CompiledProject) -> None:
    # 30 tablets on 1 December and 30 on 11 December, when 20 are left: taken one a day they last to 29 January
    # (1 December + 60 days - 1), not to 9 January, which is where the second pack alone would end.
    row = adherence(project, Fill(FIRST, 30), Fill(date(2025, 12, 11), 30))
    assert row["covered_day_count"] == 60


def test_an_early_refill_carries_over_a_later_gap(project: CompiledProject) -> None:
    # Refilled ten days early twice: 30 on 1 December, 30 on 21 December (10 left), 30 on 10 January (20 left). The 90
    # tablets end on 28 February; the next fill on 5 March comes after a gap of four days (1 to 4 March) and covers the
    # remaining 27 days of March. 90 + 27 = 117 of 121.
    row = adherence(
        project, Fill(FIRST, 30), Fill(date(2025, 12, 21), 30), Fill(date(2026, 1, 10), 30), Fill(date(2026, 3, 5), 30)
    )
    assert row["covered_day_count"] == 117
    assert row["is_adherent"]


def test_what_lasts_beyond_the_end_is_cut_off(project: CompiledProject) -> None:
    # 100 + 100 tablets from 1 December would last 200 days; the period has 121 left.
    row = adherence(project, Fill(FIRST, 100), Fill(date(2025, 12, 15), 100))
    assert (row["covered_day_count"], row["observed_day_count"]) == (121, 121)
    assert row["proportion_of_days_covered"] == 1.0


def test_days_after_death_do_not_count(project: CompiledProject) -> None:
    # Died on 15 March: 105 days from 1 December to 15 March, both included (31 + 31 + 28 + 15). 60 + 30 tablets cover
    # 1 December to 28 February, 90 days. The fill of 20 March, after death, is nobody's.
    row = adherence(
        project,
        Fill(FIRST, 60),
        Fill(date(2026, 1, 30), 30),
        Fill(date(2026, 3, 20), 30),
        observed_until=date(2026, 3, 15),
    )
    assert (row["observed_day_count"], row["covered_day_count"], row["fill_day_count"]) == (105, 90, 2)
    assert row["is_adherent"]


def test_two_fills_on_one_day_are_too_few(project: CompiledProject) -> None:
    row = adherence(project, Fill(FIRST, 60), Fill(FIRST, 61))
    assert row["covered_day_count"] == 121
    assert not row["is_eligible"]
    assert not row["is_adherent"]


@pytest.mark.parametrize(("days_before", "counts"), [(90, False), (91, True)])
def test_the_first_fill_lies_at_least_91_days_before_the_end(
    project: CompiledProject, days_before: int, counts: bool
) -> None:
    first, second = days_after(PERIOD_END, -days_before, -days_before + 30)
    assert adherence(project, Fill(first, 30), Fill(second, 62))["is_eligible"] is counts


@pytest.mark.parametrize(("birth_year", "counts"), [(2008, False), (2007, True), (None, False)])
def test_only_grown_ups_count(project: CompiledProject, birth_year: int | None, counts: bool) -> None:
    # The first fill is of 2025: who was born in 2007 turns 18 in it.
    row = adherence(project, Fill(FIRST, 60), Fill(date(2026, 1, 30), 61), birth_year=birth_year)
    assert row["is_eligible"] is counts


@pytest.mark.parametrize(("covered", "adherent"), [(96, False), (97, True)])
def test_eighty_percent_is_the_bound(project: CompiledProject, covered: int, adherent: bool) -> None:
    # 0.80 of 121 days is 96.8.
    row = adherence(project, Fill(FIRST, 60), Fill(date(2026, 1, 30), covered - 60))
    assert row["covered_day_count"] == covered
    assert row["is_adherent"] is adherent


def test_two_ingredients_of_a_class_cover_a_day_once(project: CompiledProject) -> None:
    # Amlodipine 1 to 30 December, nifedipine 16 December to 14 January: together 1 December to 14 January, 45 days. The
    # second one does not wait for the first, since it is another medicine.
    row = adherence(project, Fill(FIRST, 30), Fill(date(2025, 12, 16), 30, "C08CA05"))
    assert row["covered_day_count"] == 45


def test_a_fill_before_the_period_opens_none(project: CompiledProject) -> None:
    before, inside, last = PERIOD_START - timedelta(days=1), PERIOD_START + timedelta(days=9), date(2025, 9, 1)
    row = adherence(project, Fill(before, 200), Fill(inside, 30), Fill(last, 30))
    assert (row["first_fill_date"], row["covered_day_count"]) == (inside, 60)


def walked(patient: Patient) -> tuple[int, int] | None:
    """Days covered and days observed, by a drawer per ingredient and one tablet a day."""
    end = min(PERIOD_END, patient.observed_until or PERIOD_END)
    fills = [fill for fill in patient.fills if PERIOD_START <= fill.day <= end]
    if not fills:
        return None
    first = min(fill.day for fill in fills)
    drawer = dict.fromkeys((fill.atc_code for fill in fills), 0)
    covered = observed = 0
    today = first
    while today <= end:
        for fill in fills:
            if fill.day == today:
                drawer[fill.atc_code] += fill.supply_days
        taken = [code for code, left in drawer.items() if left]
        for code in taken:
            drawer[code] -= 1
        observed += 1
        covered += bool(taken)
        today += timedelta(days=1)
    return covered, observed


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


@settings(max_examples=25, deadline=None)
@given(st.lists(SOME_PATIENTS, min_size=1, max_size=40))
def test_covered_days_are_those_of_a_walk_through_the_days(project: CompiledProject, patients: list[Patient]) -> None:
    found = {
        token: (row["covered_day_count"], row["observed_day_count"])
        for token, row in adherence_of(project, patients).items()
    }
    expected = {f"p{number:05d}": walked(patient) for number, patient in enumerate(patients)}
    assert found == {token: days for token, days in expected.items() if days}


def run_outs(patient: Patient) -> list[tuple[date, date, date | None]]:
    """Day of each fill, last day that the supply then lasts without later ones, day of the next fill."""
    days = sorted({fill.day for fill in patient.fills})
    found = []
    for number, day in enumerate(days):
        drawers: dict[str, int] = {}
        today = days[0]
        last = day
        while today <= day or any(drawers.values()):
            for fill in patient.fills:
                if fill.day == today and fill.day <= day:
                    drawers[fill.atc_code] = drawers.get(fill.atc_code, 0) + fill.supply_days
            if any(drawers.values()):
                last = today
            drawers = {code: max(left - 1, 0) for code, left in drawers.items()}
            today += timedelta(days=1)
        found.append((day, last, days[number + 1] if number + 1 < len(days) else None))
    return found


@settings(max_examples=15, deadline=None)
@given(st.lists(SOME_PATIENTS, min_size=1, max_size=25))
def test_supply_ends_when_the_drawer_is_empty(project: CompiledProject, patients: list[Patient]) -> None:
    rows = run_model(project.sql("int_people__supplies"), tables_for(patients))
    found = set(rows.select("person_token", "filled_on", "supply_ends_on", "next_filled_on").rows())
    expected = {
        (f"p{number:05d}", *run_out) for number, patient in enumerate(patients) for run_out in run_outs(patient)
    }
    assert found == expected


@pytest.fixture(scope="module")
def refilling() -> tuple[list[Patient], np.ndarray, np.ndarray]:
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


def test_simulated_refills_over_240_days_are_covered_as_the_walk_says(
    project: CompiledProject, refilling: tuple[list[Patient], np.ndarray, np.ndarray]
) -> None:
    patients, rhythms, shares = refilling
    rows = adherence_of(project, patients)
    walks = {f"p{number:05d}": walked(patient) for number, patient in enumerate(patients)}
    assert len(rows) > 150
    assert {token: (row["covered_day_count"], row["observed_day_count"]) for token, row in rows.items()} == walks
    # A pack per rhythm: covered is the share of due refills that were bought, the first of which is known to be.
    steady = [number for number, rhythm in enumerate(rhythms) if rhythm <= 30 and rows[f"p{number:05d}"]["is_eligible"]]
    covered = np.array([rows[f"p{number:05d}"]["proportion_of_days_covered"] for number in steady])
    turns = np.array([rows[f"p{number:05d}"]["observed_day_count"] / rhythms[number] for number in steady])
    assert len(steady) > 100
    assert abs(np.mean(covered - (1 + (turns - 1) * shares[steady]) / turns)) < 0.03
    assert np.corrcoef(covered, shares[steady])[0, 1] > 0.6


def test_the_share_of_adherent_patients_is_that_of_the_walk(
    project: CompiledProject, refilling: tuple[list[Patient], np.ndarray, np.ndarray]
) -> None:
    patients, _, _ = refilling
    models = {name: project.sql(name) for name in ("int_people__adherence", "int_people__adherent_patients")}
    counted = run_models(models, tables_for(patients))["int_people__adherent_patients"]
    eligible = [
        walked(patient)
        for patient in patients
        if len({fill.day for fill in patient.fills}) >= 2
        and (PERIOD_END - min(fill.day for fill in patient.fills)).days >= 91
    ]
    assert len(counted) == len(eligible) > 100
    assert counted["is_counted"].sum() == sum(days[0] * 100 >= days[1] * 80 for days in eligible if days)


def test_the_share_of_renewing_members_is_that_of_the_walk(
    project: CompiledProject, refilling: tuple[list[Patient], np.ndarray, np.ndarray]
) -> None:
    patients, _, _ = refilling
    # Every third joined the programme long ago, every third on 15 March, the others never.
    joined = {0: datetime(2024, 1, 1), 1: datetime(2026, 3, 15)}
    tables = tables_for(patients) | {
        "stg_communities__communities": pl.DataFrame(
            {"community_id": ["G1", "G2"], "community_kind": ["chronic", "neighbourhood"]}
        ),
        "int_community__membership_periods": pl.DataFrame(
            [
                ("G1" if number % 3 in joined else "G2", f"w{number:05d}", joined.get(number % 3, joined[0]))
                for number in range(len(patients))
            ],
            schema={"community_id": pl.String, "external_user_token": pl.String, "joined_at": pl.Datetime},
            orient="row",
        ).with_columns(left_at=pl.lit(None, dtype=pl.Datetime)),
        "int_people__person_identifiers": pl.DataFrame(
            [(f"w{number:05d}", f"p{number:05d}") for number in range(len(patients))],
            schema=["identifier_token", "person_token"],
            orient="row",
        ),
    }
    models = {name: project.sql(name) for name in ("int_people__supplies", "int_people__renewing_members")}
    rows = run_models(models, tables)["int_people__renewing_members"]
    expected = {}
    for number, patient in enumerate(patients):
        for _, last, following in run_outs(patient):
            if number % 3 in joined and max(PERIOD_END.replace(day=1), joined[number % 3].date()) <= last <= PERIOD_END:
                renewed = following is not None and following <= last + timedelta(days=GRACE_DAYS)
                expected[f"p{number:05d}"] = expected.get(f"p{number:05d}", True) and renewed
    assert dict(rows.select("person_token", "is_counted").rows()) == expected
    assert 20 < sum(expected.values()) < len(expected)


def test_a_month_whose_grace_has_not_passed_has_no_renewals(project: CompiledProject) -> None:
    patients = [Patient((Fill(FIRST, 100),))]
    tables = tables_for(patients) | {
        "int_ingest__as_of": pl.DataFrame({"as_of_date": [PERIOD_END + timedelta(days=GRACE_DAYS - 1)]}),
        "stg_communities__communities": pl.DataFrame({"community_id": ["G1"], "community_kind": ["chronic"]}),
        "int_community__membership_periods": pl.DataFrame(
            {"community_id": ["G1"], "external_user_token": ["w"], "joined_at": [datetime(2025, 1, 1)]}
        ).with_columns(left_at=pl.lit(None, dtype=pl.Datetime)),
        "int_people__person_identifiers": pl.DataFrame({"identifier_token": ["w"], "person_token": ["p00000"]}),
    }
    models = {name: project.sql(name) for name in ("int_people__supplies", "int_people__renewing_members")}
    assert run_models(models, tables)["int_people__renewing_members"].is_empty()
    tables["int_ingest__as_of"] = pl.DataFrame({"as_of_date": [PERIOD_END + timedelta(days=GRACE_DAYS)]})
    assert run_models(models, tables)["int_people__renewing_members"]["is_counted"].to_list() == [False]


def test_the_next_refill_follows_the_persons_own_intervals(project: CompiledProject) -> None:
    # Fills 28, 32 and 30 days apart, the last 20 days ago: 30 days on the mean, the next is due in ten. Each came
    # within 15 days of the end of a 30-day pack, and the last pack has not ended: r = (3 + 1) / (3 + 2).
    as_of = PERIOD_END + timedelta(days=GRACE_DAYS)
    last = as_of - timedelta(days=20)
    days = [last - timedelta(days=gap) for gap in (90, 62, 30, 0)]
    # The other one came once, 20 days ago: the pack of 30 days tells, and nothing is known of coming back.
    patients = [Patient(tuple(Fill(day, 30) for day in days)), Patient((Fill(last, 30),))]
    models = {name: project.sql(name) for name in ("int_people__supplies", "int_people__refill_outlooks")}
    rows = run_models(models, tables_for(patients))["int_people__refill_outlooks"].sort("person_token")
    assert rows["next_refill_date"].to_list() == [last + timedelta(days=30)] * 2

    def chance(share: float, deviation: float) -> float:
        scale = deviation * math.sqrt(3) / math.pi
        now, then = (1 / (1 + math.exp((30 - waited) / scale)) for waited in (20, 50))
        return share * (then - now) / (1 - share * now)

    regular = chance(4 / 5, float(np.std([28, 32, 30])))
    assert rows["refill_probability"].to_list() == pytest.approx([regular, chance(1 / 2, 7.5)])
