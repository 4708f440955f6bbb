"""When supply ends, who renews and when the next refill comes, against a drawer that is emptied day by day."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dbt.compiled_models import CompiledProject, run_model, run_models
from tests.unit.dbt.patients import GRACE_DAYS, PERIOD_END, SOME_PATIENTS, Fill, Patient, refilling_patients, tables_for


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


def test_the_share_of_renewing_members_is_that_of_the_walk(project: CompiledProject) -> None:
    patients, _, _ = refilling_patients()
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
    patients = [Patient((Fill(date(2025, 12, 1), 100),))]
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
