"""What the feed of health measurements refuses, each record by the rule it breaks, and the units that it lets in."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from assets.feeds.health_measurements import CONDITIONS, PLAUSIBLE_RANGES
from tests.unit.assets.ingest.conftest import json_lines
from warehouse.settings import PROJECT_ROOT

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "people"
PERSON = {
    "member_id": None,
    "member_card": "880000000001",
    "phone": None,
    "unionid": None,
    "openid": None,
    "external_user_id": None,
}
READING: dict[str, Any] = {
    "measurement_id": "HM1",
    "person": PERSON,
    "kind": "fasting_glucose",
    "value": 6.4,
    "unit": "mmol/L",
    "condition_code": None,
    "measured_at": "2026-03-01T08:00:00+08:00",
    "measured_by": "pharmacist",
    "store_id": "S00001",
    "updated_at": "2026-03-01T08:01:00+08:00",
}
DECLARED = {"kind": "declared_condition", "value": 1, "unit": "yes_no", "condition_code": "diabetes"}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"value": 64.0}, "plausible_value"),
        ({"value": 6.4, "unit": "mg/dL"}, "plausible_value"),
        ({"value": 0.0}, "plausible_value"),
        ({"unit": "mmHg"}, "unit_of_its_kind"),
        ({"unit": None}, "missing_value"),
        ({"kind": "aura"}, "value_not_allowed"),
        ({"value": "high"}, "wrong_type"),
        ({"value": None}, "missing_value"),
        ({"measured_by": "neighbour"}, "value_not_allowed"),
        ({"person": PERSON | {"member_card": None}}, "about_someone"),
        ({"person": None}, "about_someone"),
        ({"condition_code": "diabetes"}, "declares_a_condition"),
        (DECLARED | {"condition_code": None}, "declares_a_condition"),
        (DECLARED | {"condition_code": "hiv"}, "value_not_allowed"),
        (DECLARED | {"value": 2}, "plausible_value"),
        ({"measurement_id": None}, "missing_id"),
    ],
)
def test_a_measurement_that_cannot_be_is_refused(sandbox, changes: dict[str, Any], rule: str) -> None:
    sound = [
        READING,
        READING | {"measurement_id": "HM2", "value": 115, "unit": "mg/dL"},
        READING | DECLARED | {"measurement_id": "HM3"},
    ]
    sandbox.drop("health_measurements", "m.jsonl", json_lines(*sound, READING | changes))
    summary = sandbox.load("health_measurements")
    assert (summary.valid, summary.quarantined) == (3, 1)
    assert sandbox.quarantine().select("source_position", "rule").rows() == [(4, rule)]


def test_every_kind_and_unit_at_the_door_has_its_conversion_and_no_range_is_wider_than_another() -> None:
    seed = pl.read_csv(SEEDS / "measurement_units.csv")
    at_the_door = {(kind, unit) for kind, units in PLAUSIBLE_RANGES.items() for unit in units}
    assert set(seed.select("measurement_kind", "unit").rows()) == at_the_door
    for kind, unit, canonical, factor, shift in seed.select(
        "measurement_kind", "unit", "canonical_unit", "factor", "shift"
    ).iter_rows():
        bounds = [bound * factor + shift for bound in PLAUSIBLE_RANGES[kind][unit]]
        # Bounds are round numbers in their own units.
        assert bounds == pytest.approx(PLAUSIBLE_RANGES[kind][canonical], rel=0.015, abs=0.01), (kind, unit)


def test_conditions_that_can_be_declared_are_those_that_profiles_show() -> None:
    assert pl.read_csv(SEEDS / "health_conditions.csv")["condition_code"].to_list() == CONDITIONS
    treated = set(pl.read_csv(SEEDS / "chronic_medicine_classes.csv")["condition_code"])
    assert treated == set(CONDITIONS)
