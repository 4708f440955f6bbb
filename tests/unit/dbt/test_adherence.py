"""Adherence, as the compiled models compute it, against a walk through the days.

The models shift supply forward in one expression over sorted rows; the walk keeps tablets in a drawer and takes one a
day.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dbt.compiled_models import CompiledProject, run_model, run_models
from tests.unit.dbt.patients import (
    PERIOD_END,
    PERIOD_START,
    SOME_PATIENTS,
    Fill,
    Patient,
    refilling_patients,
    tables_for,
)


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


@settings(max_examples=25, deadline=None)
@given(st.lists(SOME_PATIENTS, min_size=1, max_size=40))
def test_covered_days_are_those_of_a_walk_through_the_days(project: CompiledProject, patients: list[Patient]) -> None:
    found = {
        token: (row["covered_day_count"], row["observed_day_count"])
        for token, row in adherence_of(project, patients).items()
    }
    expected = {f"p{number:05d}": walked(patient) for number, patient in enumerate(patients)}
    assert found == {token: days for token, days in expected.items() if days}


def test_simulated_refills_over_240_days_are_covered_as_the_walk_says(project: CompiledProject) -> None:
    patients, rhythms, shares = refilling_patients()
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


def test_the_share_of_adherent_patients_is_that_of_the_walk(project: CompiledProject) -> None:
    patients, _, _ = refilling_patients()
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
