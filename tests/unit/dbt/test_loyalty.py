"""Repurchase, the points ledger and the net promoter score on tables made by hand and on a generated history."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.unit.dbt.compiled_models import CompiledProject, run_model, run_models

PARAMETERS = pl.DataFrame(
    {
        "tier_window_days": [365], "tier_validity_days": [365], "redemption_window_days": [365], "uptake_days": [30],
        "repurchase_days": [90], "lowest_promoter_score": [9], "highest_detractor_score": [6], "age_band_years": [20],
        "normal_score": [1.959963984540054],
    }
)  # fmt: skip
MONTHS = pl.DataFrame(
    {
        "month_start_date": [date(2026, m, 1) for m in range(1, 13)],
        "month_end_date": [date(2026, m + 1, 1) - timedelta(days=1) for m in range(1, 12)] + [date(2026, 12, 31)],
    }
)


def repurchases(project: CompiledProject, purchases: list[tuple[str | None, date]], until: date) -> pl.DataFrame:
    """Facts of the repurchase rate of the months that have ended by a day."""
    schema = {"person_token": pl.String, "placed_on": pl.Date}
    return run_model(
        project.sql("int_people__repurchasing_customers"),
        {
            "int_people__purchases": pl.DataFrame(purchases, schema=schema, orient="row"),
            "int_people__demographics": pl.DataFrame({"person_token": ["anna"], "home_store_id": ["S1"]}),
            "int_people__closed_months": MONTHS.filter(pl.col("month_end_date") <= until),
            "int_people__loyalty_parameters": PARAMETERS,
        },
    ).sort("business_date", "person_token")


def test_ninety_days_from_purchase_to_repurchase(project: CompiledProject) -> None:
    """1 January + 90 days is 1 April, the last day that counts, and April the month in which the days are over."""
    found = repurchases(
        project,
        [
            ("anna", date(2026, 1, 1)),
            ("anna", date(2026, 4, 1)),  # on the ninetieth day
            ("bert", date(2026, 1, 1)),
            ("bert", date(2026, 4, 2)),  # a day late
            ("cora", date(2026, 1, 1)),
            ("cora", date(2026, 1, 1)),  # two orders of one day are one purchase
            ("dora", date(2025, 12, 31)),  # ends on 31 March
            (None, date(2026, 1, 1)),
        ],
        date(2026, 4, 30),
    )
    assert found.rows() == [
        (date(2026, 3, 31), None, "dora", False),
        (date(2026, 4, 30), "S1", "anna", True),
        (date(2026, 4, 30), None, "bert", False),
        (date(2026, 4, 30), None, "cora", False),
    ]


def test_a_customer_counts_once_a_month_by_the_first_purchase_whose_days_end_in_it(project: CompiledProject) -> None:
    days = [date(2026, 1, 1), date(2026, 1, 10), date(2026, 2, 20)]
    found = repurchases(project, [("anna", day) for day in days], date(2026, 5, 31))
    # 1 and 10 January end in April, 20 February in May.
    assert found.select("business_date", "is_counted").rows() == [(date(2026, 4, 30), True), (date(2026, 5, 31), False)]


def test_nobody_counts_before_the_days_have_passed(project: CompiledProject) -> None:
    day = date(2026, 1, 10)
    assert repurchases(project, [("anna", day), ("anna", day + timedelta(days=9))], date(2026, 3, 31)).is_empty()


def test_the_repurchase_rate_of_a_simulated_year_is_what_counting_by_hand_gives(project: CompiledProject) -> None:
    rng = np.random.default_rng(11)
    start, purchases = date(2025, 9, 1), []
    for person in range(300):
        gap = rng.gamma(1.5, 60.0)
        at = rng.uniform(0, 200)
        while at < 480:
            purchases.append((f"p{person:03d}", start + timedelta(days=int(at))))
            at += rng.exponential(gap) + 0.3
    found = repurchases(project, purchases, date(2026, 12, 31))
    expected = []
    days_of: dict[str, list[date]] = {}
    for person, day in sorted(set(purchases)):
        days_of.setdefault(person, []).append(day)
    for _, end in MONTHS.rows():
        for person, days in days_of.items():
            over = [d for d in days if (d + timedelta(days=90)).replace(day=1) == end.replace(day=1)]
            if over:
                came_back = any(over[0] < d <= over[0] + timedelta(days=90) for d in days)
                expected.append((end, person, came_back))
    assert found.select("business_date", "person_token", "is_counted").rows() == sorted(expected)
    rate = found["is_counted"].mean()
    assert 0.2 < rate < 0.95  # type: ignore[operator]


def entry(number: int, kind: str, points: int, day: int, **more: Any) -> dict[str, Any]:
    """Entry of one account at noon of a day of January 2026."""
    at = datetime(2026, 1, 1, 4) + timedelta(days=day - 1)
    row = {
        "entry_id": f"e{number}", "member_token": "m", "entry_kind": kind, "points": points, "entry_reason": "any",
        "order_id": None, "occurred_at": at, "occurred_on": at.date(), "expires_on": None, "updated_at": at,
    }  # fmt: skip
    return row | more


def ledger(project: CompiledProject, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Opening and closing balance and broken rule of each entry."""
    schema = {"order_id": pl.String, "expires_on": pl.Date}
    codes = ["balance_below_zero", "expired_more_than_due", "earned_twice_for_order"]
    built = run_model(
        project.sql("int_people__points_entries"),
        {
            "stg_loyalty__entries": pl.DataFrame(rows, schema_overrides=schema),
            "int_people__person_identifiers": pl.DataFrame({"identifier_token": ["m"], "person_token": ["p"]}),
            "points_rules": pl.DataFrame({"rule_code": codes, "finding_zh": codes, "finding_en": codes}),
        },
    )
    return (
        built.sort("entry_id")
        .select(pl.col("opening_balance_points", "closing_balance_points").cast(pl.Int64), "rule_code")
        .rows()
    )


def test_a_ledger_worked_by_hand(project: CompiledProject) -> None:
    rows = [
        entry(1, "earned", 100, 1, expires_on=date(2026, 1, 9)),
        entry(2, "earned", 50, 2, expires_on=date(2026, 1, 30), order_id="o"),
        entry(3, "redeemed", 70, 3),
        entry(4, "adjusted", -20, 4, order_id="o"),
        entry(5, "expired", 30, 10),
        entry(6, "redeemed", 30, 11),
    ]
    assert ledger(project, rows) == [
        (0, 100, None),
        (100, 150, None),
        (150, 80, None),
        (80, 60, None),
        (60, 30, None),
        (30, 0, None),
    ]


@pytest.mark.parametrize(
    ("last", "rule"),
    [
        (entry(3, "redeemed", 101, 4), "balance_below_zero"),
        (entry(3, "redeemed", 100, 4), None),
        (entry(3, "expired", 61, 10), "expired_more_than_due"),
        (entry(3, "expired", 60, 9), "expired_more_than_due"),
        (entry(3, "expired", 60, 10), None),
        (entry(3, "earned", 40, 4, order_id="o"), "earned_twice_for_order"),
        (entry(3, "earned", 40, 4, order_id="other"), None),
    ],
)
def test_each_rule_of_the_ledger_alone(project: CompiledProject, last: dict[str, Any], rule: str | None) -> None:
    """Sixty points last until the ninth, forty longer."""
    rows = [
        entry(1, "earned", 60, 1, expires_on=date(2026, 1, 9)),
        entry(2, "earned", 40, 2, order_id="o", expires_on=date(2026, 2, 9)),
        last,
    ]
    assert ledger(project, rows)[-1][-1] == rule


def nps(project: CompiledProject, scores: list[tuple[str, int]]) -> pl.DataFrame:
    """Net promoter score of January from store and score of each respondent."""
    responses = pl.DataFrame(
        {
            "journey": ["o2o_purchase"] * len(scores),
            "store_id": [store for store, _ in scores],
            "respondent": [f"r{number}" for number in range(len(scores))],
            "is_promoter": [score >= 9 for _, score in scores],
            "is_passive": [score in (7, 8) for _, score in scores],
            "is_detractor": [score <= 6 for _, score in scores],
            "is_last_of_month": [True] * len(scores),
            "answered_on": [date(2026, 1, 15)] * len(scores),
        }
    )
    stores = sorted({store for store, _ in scores})
    places = pl.DataFrame({"location_id": stores, "city_zh": ["甲"] * len(stores), "region_zh": ["乙"] * len(stores)})
    tables = {
        "int_people__survey_responses": responses,
        "int_people__closed_months": MONTHS.head(1),
        "int_people__loyalty_parameters": PARAMETERS,
        "int_reference__locations": places,
        "people_count_limits": pl.DataFrame({"limit_name": ["smallest_shown_count"], "limit_value": [11]}),
    }
    models = {name: project.sql(name) for name in ("int_people__nps_counts", "kpi_nps")}
    built = run_models(models, tables)
    return built["int_people__nps_counts"].join(
        built["kpi_nps"].select("grain", "area", "store_id", "numerator", "denominator", "numerator_squares"),
        on=["grain", "area", "store_id"],
    )


def test_the_interval_of_a_worked_example(project: CompiledProject) -> None:
    """100 respondents, 50 promoters, 30 passives, 20 detractors: 30 with 0.61 of variance, so 30 +- 15.3 points."""
    chain = nps(project, [("S1", 10)] * 50 + [("S1", 8)] * 30 + [("S1", 0)] * 20).filter(pl.col("grain") == "chain")
    row = chain.to_dicts()[0]
    assert row["net_promoter_score"] == pytest.approx(0.30)
    assert row["net_promoter_lower_score"] == pytest.approx(0.30 - 1.959964 * (0.61 / 100) ** 0.5, abs=1e-6)
    assert row["net_promoter_upper_score"] == pytest.approx(0.4531, abs=1e-4)
    # What readers take for the interval of a mean comes to the same.
    n, squares = row["denominator"], row["numerator_squares"]
    half_width = 1.959964 * ((squares - n * 0.30**2) / (n * (n - 1))) ** 0.5
    assert half_width == pytest.approx(1.959964 * (0.61 / 100) ** 0.5)


def test_a_store_with_ten_detractors_shows_nothing_and_takes_another_with_it(project: CompiledProject) -> None:
    large = [10] * 40 + [8] * 30 + [0] * 20
    scores = [("S1", score) for score in large] + [("S2", score) for score in [*large, *large]]
    scores += [("S3", score) for score in [10] * 40 + [8] * 30 + [0] * 10]
    shown = nps(project, scores)
    hidden = shown.filter("is_suppressed")
    assert set(hidden["store_id"]) == {"S1", "S3"}
    assert hidden["net_promoter_score"].null_count() == hidden.height
    assert shown.filter(pl.col("grain") == "chain")["promoter_count"].item() == 160
