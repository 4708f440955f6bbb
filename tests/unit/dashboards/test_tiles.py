"""What a tile says, with figures worked by hand."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboards.state import PageState
from dashboards.tiles import Tile, kpi_tiles, make_tile, month_before
from tests.snapshot_fixture import publish
from warehouse.snapshots import open_current
from warehouse.zones import Zones

STATE = PageState(date(2026, 3, 4), date(2026, 3, 31))
RATE = {
    "kpi_code": "rate",
    "kpi_name_zh": "达成率",
    "kpi_name_en": "Rate",
    "definition_zh": "口径",
    "definition_en": "Definition",
    "owner": "operations",
    "unit": "ratio",
    "direction": "up",
    "target_value": 0.9,
    "target_valid_from": date(2026, 1, 1),
    "is_additive": True,
    "window_days": None,
}


def row(value: float | None, lower: float | None, upper: float | None, **more: Any) -> dict[str, Any]:
    return {
        "period_start": STATE.date_from,
        "period_end": STATE.date_to,
        "value": value,
        "observations": 1000,
        "lower": lower,
        "upper": upper,
        "is_suppressed": False,
    } | more


def tile(kpi: dict | None = None, now: dict | None = None, before: dict | None = None, language: Any = "en") -> Tile:
    return make_tile(RATE | (kpi or {}), now, before, [0.8, None, 0.9], STATE, language)


@pytest.mark.parametrize(
    ("value", "direction", "is_met"),
    [(0.9, "up", True), (0.8999, "up", False), (0.9, "down", True), (0.91, "down", False)],
)
def test_a_target_is_met_at_the_target_itself_and_beyond(value: float, direction: str, is_met: bool) -> None:
    target = tile({"direction": direction}, row(value, 0.8, 0.95)).target
    assert target is not None
    assert target.is_met is is_met
    assert target.text == ("Target ≥ 90.0%" if direction == "up" else "Target ≤ 90.0%")


@pytest.mark.parametrize("kpi", [{"target_value": None}, {"target_valid_from": date(2026, 4, 1)}])
def test_without_a_target_in_force_there_is_no_verdict(kpi: dict) -> None:
    target = tile(kpi, row(0.5, 0.4, 0.6)).target
    assert target is not None
    assert (target.is_met, target.text) == (None, "No target set")


@pytest.mark.parametrize(
    ("direction", "before", "arrow", "verdict", "judgement"),
    [
        ("up", 0.80, "▲", "good", "better"),
        ("up", 0.95, "▼", "bad", "worse"),
        ("down", 0.80, "▲", "bad", "worse"),
        ("down", 0.95, "▼", "good", "better"),
    ],
)
def test_a_clear_change_is_judged_by_the_direction_in_sign_word_and_colour(
    direction: str, before: float, arrow: str, verdict: str, judgement: str
) -> None:
    change = tile({"direction": direction}, row(0.87, 0.86, 0.88), row(before, before - 0.01, before + 0.01)).change
    assert change is not None
    assert (change.arrow, change.verdict, change.judgement) == (arrow, verdict, judgement)


def test_the_change_of_a_rate_is_in_points_and_that_of_a_total_in_percent() -> None:
    rate = tile(None, row(0.87, 0.86, 0.88), row(0.80, 0.79, 0.81), "zh").change
    total = tile({"unit": "yuan"}, row(115.0, 114.0, 116.0), row(100.0, 99.0, 101.0)).change
    assert rate is not None
    assert total is not None
    assert (rate.amount, rate.against) == ("+7.0 个百分点", "较前 28 天（80.0%）")
    assert (total.amount, total.against) == ("+15.0%", "vs. 28 days before (¥100)")


def test_a_change_within_the_noise_is_not_judged() -> None:
    # MOVER: 0.87 - 0.85 = 0.02, lower bound 0.02 - sqrt(0.02^2 + 0.02^2) < 0.
    change = tile(None, row(0.87, 0.85, 0.89), row(0.85, 0.83, 0.87)).change
    assert change is not None
    assert (change.verdict, change.judgement, change.arrow) == ("neutral", "no clear change", "▲")


def test_a_period_before_that_is_not_in_the_data_is_not_compared() -> None:
    change = tile(None, row(0.87, 0.86, 0.88), None).change
    assert change is not None
    assert (change.arrow, change.against) == ("", "Period before is incomplete, not compared")


def test_suppressed_figures_and_missing_ones_are_told_apart_and_show_no_number() -> None:
    hidden = tile(None, row(None, None, None, is_suppressed=True, observations=None))
    missing = tile(None, None)
    assert (hidden.value, hidden.note) == ("–", "Too few people to show")
    assert (missing.value, missing.note) == ("–", "No data in this period")
    assert hidden.change is hidden.precision is missing.precision is None


def test_n_and_interval_stand_below_the_value() -> None:
    assert tile(None, row(0.87, 0.86, 0.88)).precision == "n = 1,000 · 95% interval 86.0% – 88.0%"
    assert tile(None, row(0.87, None, None)).precision == "n = 1,000"


def test_a_figure_of_a_calendar_month_says_which() -> None:
    shown = tile({"is_additive": False}, row(0.36, 0.3, 0.4, period_start=date(2026, 3, 1)), row(0.3, 0.2, 0.4), "zh")
    assert shown.note == "自然月：2026-03-01 至 2026-03-31"
    assert shown.change is not None
    assert shown.change.against == "较上一个月（30.0%）"
    assert tile({"is_additive": False}, None, None, "en").note == "No month that it can count has ended yet"


def test_a_trailing_figure_says_which_days_it_covers() -> None:
    kpi = {"is_additive": False, "window_days": 365, "unit": "times", "target_value": 9.0}
    shown = tile(kpi, row(9.5, 9.0, 10.0, period_start=date(2025, 4, 1)), row(8.0, 7.6, 8.4))
    assert (shown.value, shown.note) == ("9.5 / year", "Trailing window: 2025-04-01 to 2026-03-31")
    assert shown.change is not None
    assert (shown.change.amount, shown.change.judgement) == ("+18.8%", "better")


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2026, 1, 15), date(2025, 12, 15)),
        (date(2028, 3, 30), date(2028, 2, 29)),
    ],
)
def test_the_same_day_last_month_is_clamped_to_its_length(day: date, before: date) -> None:
    assert month_before(day) == before


@pytest.mark.parametrize(
    ("last_day", "note", "points"),
    [
        (date(2026, 3, 31), "Calendar month: 2026-03-01 to 2026-03-31", 3),
        (date(2026, 3, 30), "Calendar month: 2026-02-01 to 2026-02-28", 2),
        (date(2026, 1, 30), "No month that it can count has ended yet", 0),
    ],
)
def test_people_are_counted_for_the_last_month_that_has_ended(
    tmp_path: Path, last_day: date, note: str, points: int
) -> None:
    publish(tmp_path)
    state = PageState(last_day - timedelta(days=6), last_day)
    with open_current(Zones(tmp_path)).connect() as connection:
        (shown,) = (tile for tile in kpi_tiles(connection, state, "en") if tile.code == "community_mau_rate")
    assert shown.note == note
    assert len([point for point in shown.trend if point is not None]) == points
