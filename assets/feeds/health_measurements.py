"""What was measured of a person's health, or what the person said of it: one quantity a record.

Blood pressure comes as two records of the same time. A member who ticks a condition on a form declares it.
"""

from __future__ import annotations

from functools import reduce

import dataframely as dy
import polars as pl

from assets.feeds.base import (
    LandedRow,
    identifier,
    one_of,
    person_feed,
    record_id,
    text,
    utc_time,
)

DECLARATION = "declared_condition"
PLAUSIBLE_RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "systolic": {"mmHg": (50.0, 300.0), "kPa": (6.7, 40.0)},
    "diastolic": {"mmHg": (20.0, 200.0), "kPa": (2.7, 26.7)},
    "fasting_glucose": {"mmol/L": (1.0, 50.0), "mg/dL": (18.0, 901.0)},
    "hba1c": {"%": (3.0, 20.0), "mmol/mol": (9.3, 195.1)},
    "weight": {"kg": (0.5, 400.0), "jin": (1.0, 800.0)},
    "height": {"cm": (30.0, 250.0), "m": (0.3, 2.5)},
    "gestation_week": {"week": (1.0, 44.0)},
    "baby_age": {"month": (0.0, 36.0), "day": (0.0, 1096.0)},
    DECLARATION: {"yes_no": (0.0, 1.0)},
}
"""Least and greatest value per kind and unit: beyond them the meter is broken or a digit or unit slipped."""
MEASURED_BY = ["device", "pharmacist", "self"]
CONDITIONS = [
    "hypertension",
    "diabetes",
    "hyperlipidaemia",
    "gout",
    "obstructive_airway_disease",
    "thyroid_disease",
]
_PERSON = ["member_id", "member_card", "phone", "unionid", "openid", "external_user_id"]


def _in_a_range() -> pl.Expr:
    fits = [
        (pl.col("kind") == kind) & (pl.col("unit") == unit) & pl.col("value").is_between(least, greatest)
        for kind, units in PLAUSIBLE_RANGES.items()
        for unit, (least, greatest) in units.items()
    ]
    return reduce(lambda one, other: one | other, fits)


def _unit_of_kind() -> pl.Expr:
    fits = [(pl.col("kind") == kind) & pl.col("unit").is_in(list(units)) for kind, units in PLAUSIBLE_RANGES.items()]
    return reduce(lambda one, other: one | other, fits)


class HealthMeasurementRow(LandedRow):
    """One version of one measurement."""

    measurement_id = record_id("Measurement")
    member_id = identifier("member_id", "member_token", "Number of the member in the CRM")
    member_card = identifier("member_card", "member_card_token", "Membership card number")
    phone = identifier("phone", "phone_token", "Phone number")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid")
    openid = identifier("openid", "openid_token", "WeChat openid")
    external_user_id = identifier("external_user_id", "external_user_token", "WeCom external user id")
    kind = one_of(list(PLAUSIBLE_RANGES), "What was measured")
    value = dy.Float64(nullable=False, allow_inf=False, allow_nan=False, description="What was found, in its unit")
    unit = text("Unit of the value", nullable=False)
    condition_code = one_of(CONDITIONS, "Condition that the person says to have (value 1) or not (0)", nullable=True)
    measured_at = utc_time("When it was measured", nullable=False)
    measured_by = one_of(MEASURED_BY, "Who measured it")
    store_id = text("Store it was measured in")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def about_someone(cls) -> pl.Expr:
        """A measurement is a person's."""
        return pl.any_horizontal(pl.col(*_PERSON).is_not_null())

    @dy.rule()
    def unit_of_its_kind(cls) -> pl.Expr:
        """A kind is measured in its units; a kind that is not allowed has its own rule."""
        return _unit_of_kind() | ~pl.col("kind").is_in(list(PLAUSIBLE_RANGES))

    @dy.rule()
    def plausible_value(cls) -> pl.Expr:
        """A value lies where a living person's can, in its unit."""
        return _in_a_range() | ~_unit_of_kind()

    @dy.rule()
    def declares_a_condition(cls) -> pl.Expr:
        """Who declares says which condition; a measurement names none."""
        return (pl.col("kind") == DECLARATION) == pl.col("condition_code").is_not_null()


FEED = person_feed(
    "health_measurements",
    HealthMeasurementRow,
    "person",
    _PERSON,
    id_columns=("measurement_id",),
    owner="team:chronic-care",
    description="Blood pressure, glucose, weight, pregnancy, babies' age and declared conditions, per person and time",
)
