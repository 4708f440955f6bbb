"""What is measured of people's health: at home, by the pharmacist, at free tests in the stores; and what they declare.

Whether a condition is controlled follows from the person's adherence. Pregnancies and babies are drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.catalogue import CONDITIONS
from simulator.clock import iso, midnight, utc
from simulator.config import ChainConfig
from simulator.documents import labels
from simulator.geography import Geography
from simulator.people import People
from simulator.streams import stream

Ints = NDArray[np.int64]
KINDS = [
    "systolic",
    "diastolic",
    "fasting_glucose",
    "hba1c",
    "weight",
    "height",
    "gestation_week",
    "baby_age",
    "declared_condition",
]
SYSTOLIC, DIASTOLIC, GLUCOSE, HBA1C, WEIGHT, HEIGHT, GESTATION, BABY_AGE, DECLARED = range(len(KINDS))
#: Per kind: usual unit, other unit, share of meters that show the other, decimals shown in either.
_UNITS: list[tuple[str, str, float, int, int]] = [
    ("mmHg", "kPa", 0.05, 0, 1),
    ("mmHg", "kPa", 0.05, 0, 1),
    ("mmol/L", "mg/dL", 0.15, 1, 0),
    ("%", "mmol/mol", 0.1, 1, 0),
    ("kg", "jin", 0.12, 1, 1),
    ("cm", "m", 0.1, 0, 2),
    ("week", "week", 0.0, 0, 0),
    ("month", "day", 0.2, 0, 0),
    ("yes_no", "yes_no", 0.0, 0, 0),
]
MEASURED_BY = ["device", "pharmacist", "self"]
#: Codes of the platform for the simulator's conditions, in their order.
CONDITION_CODES = [
    {"airways": "obstructive_airway_disease", "thyroid": "thyroid_disease"}.get(name, name) for name, _, _ in CONDITIONS
]
_HYPERTENSION, _DIABETES = CONDITION_CODES.index("hypertension"), CONDITION_CODES.index("diabetes")
TERM_DAYS = 280
_MONTH_DAYS = 30.4375
_PREGNANT, _HAS_BABY = 0.08, 0.08
_TESTS_OF_PATIENTS, _TESTS_OF_OTHERS, _FREE_TESTS_OF_GUESTS, _PREGNANCY_ENTRIES = 0.15, 0.012, 0.002, 0.06
_DECLARES = 0.035


def _to_other_unit(kind: Ints, value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values in the other unit of their kind: molar mass of glucose 180.156 g/mol; HbA1c by the IFCC-NGSP equation."""
    return np.select(
        [kind <= DIASTOLIC, kind == GLUCOSE, kind == HBA1C, kind == WEIGHT, kind == HEIGHT, kind == BABY_AGE],
        [value / 7.50062, value * 18.0156, (value - 2.152) / 0.09148, value * 2, value / 100, value * _MONTH_DAYS],
        value,
    )


@dataclass
class Measurements:
    """The health of a chain's people, and what is sent of it day by day."""

    config: ChainConfig
    geo: Geography
    people: People
    conceived: Ints = field(init=False)  # day number on which the weeks of pregnancy begin to count
    _mean: NDArray[np.float64] = field(init=False)  # usual value per person and kind

    NEVER_PREGNANT = -10_000_000

    def __post_init__(self) -> None:
        """Draw everyone's usual values and who is or was lately pregnant."""
        people = self.people
        rng = stream(self.config.seed, "health")
        n = len(people.home)
        age = self.config.start_day.year - people.birth_year
        lapse = 1 - people.adherence
        high = people.condition == _HYPERTENSION
        sugar = people.condition == _DIABETES
        systolic = np.where(high, 126 + 50 * lapse + rng.normal(0, 6, n), 112 + 0.15 * age + rng.normal(0, 5, n))
        diastolic = np.where(high, 79 + 30 * lapse + rng.normal(0, 4, n), 73 + rng.normal(0, 4, n))
        glucose = np.where(sugar, 5.7 + 7 * lapse + rng.normal(0, 0.5, n), 5.0 + rng.normal(0, 0.3, n))
        # Mean glucose is 1.59 A1c - 2.59 mmol/L (Nathan et al., Diabetes Care 31 (2008) 1473), a little above fasting.
        hba1c = (np.maximum(glucose, 4.2) + 0.8 + 2.59) / 1.59
        height = np.where(people.sex == 0, 160, 172) + rng.normal(0, 5, n)
        weight = (height / 100) ** 2 * rng.normal(23.5, 2.5, n)
        nothing = np.zeros(n)
        self._mean = np.stack([systolic, diastolic, glucose, hba1c, weight, height, nothing, nothing, nothing], axis=1)
        young = (people.sex == 0) & (age >= 20) & (age <= 42) & (people.condition < 0) & people.is_member
        draw = rng.random(n)
        began = np.where(
            draw < _PREGNANT,
            -rng.integers(0, TERM_DAYS, n),
            -TERM_DAYS - rng.integers(0, 2 * 365, n),
        )
        self.conceived = np.where(young & (draw < _PREGNANT + _HAS_BABY), began, self.NEVER_PREGNANT)
        self._other_meter = rng.random((n, len(KINDS))) < np.array([unit[2] for unit in _UNITS])
        self._other_meter[:, DIASTOLIC] = self._other_meter[:, SYSTOLIC]

    def states(self) -> pl.DataFrame:
        """Truth: one row per person with a condition, a pregnancy or a baby of the days simulated."""
        people = self.people
        who = np.flatnonzero((people.condition >= 0) | (self.conceived > self.NEVER_PREGNANT))
        first = self.config.start_day
        day = pl.Series(self.conceived[who]).replace(self.NEVER_PREGNANT, None)
        start = pl.lit(first) + pl.duration(days=pl.col("day"))
        return (
            pl.DataFrame(
                {
                    "person_id": who,
                    "condition_code": labels(CONDITION_CODES, people.condition[who].astype(np.int64)),
                    "adherence": people.adherence[who],
                    "rhythm_days": people.rhythm_days[who].astype(np.int64),
                    "day": day,
                }
            )
            .with_columns(
                start.cast(pl.Date).alias("pregnant_from"),
                (start + pl.duration(days=TERM_DAYS)).cast(pl.Date).alias("baby_born_on"),
            )
            .drop("day")
        )

    def taken_on(self, day: int) -> tuple[pl.DataFrame, pl.Series]:
        """Measurements sent on a day: truth rows (``person_id``, value and unit as sent, UTC times) and JSON texts."""
        rng = stream(self.config.seed, "measurements", day)
        who, kind, occasion = self._occasions(day, rng)
        n = len(who)
        occasions = int(occasion.max(initial=-1)) + 1
        # Two quantities of one occasion are of one time and one hand.
        at = midnight(self.config, day) + (np.clip(rng.normal(10, 3.2, occasions), 6, 22) * 3600).astype(np.int64)
        by = rng.choice(3, occasions, p=[0.45, 0.35, 0.2])
        person = who
        member = self.people.registered_day[person] <= day
        by = np.where(np.isin(kind, [GESTATION, BABY_AGE, DECLARED]), 2, np.where(member, by[occasion], 1))
        value = self._mean[person, kind] + rng.normal(0, 1, n) * np.array([5, 3, 0.35, 0.1, 0.6, 0, 0, 0, 0])[kind]
        age_of_child = day - self.conceived[person]
        value = np.where(kind == GESTATION, age_of_child // 7, value)
        value = np.where(kind == BABY_AGE, np.floor((age_of_child - TERM_DAYS) / _MONTH_DAYS), value)
        value = np.where(kind == DECLARED, 1, value)
        other = self._other_meter[person, kind]
        value = np.where(other, _to_other_unit(kind, value), value)
        decimals = np.array([(unit[3], unit[4]) for unit in _UNITS])[kind, other.astype(np.int64)]
        value = np.round(value * 10.0**decimals) / 10.0**decimals
        units = [name for unit in _UNITS for name in unit[:2]]
        in_store = by == 1
        stamp = self.config.day(day).strftime("%y%m%d")
        knows = rng.random((occasions, 2))[occasion]
        wechat = self.people.has_wechat[person] & member & ~in_store
        frame = pl.DataFrame(
            {
                "measurement_id": f"HM{stamp}-" + pl.Series(np.arange(n) + 1_000_001).cast(pl.String).str.slice(1),
                "person_id": person,
                "member_id": identifiers.member_ids(person),
                "member_card": identifiers.member_cards(person),
                "phone": identifiers.phones(self.people.household_head[person]),
                "unionid": identifiers.unionids(person),
                "openid": identifiers.openids(person, 0),
                "external_user_id": identifiers.external_user_ids(person),
                "kind": labels(KINDS, kind),
                "value": value,
                "unit": labels(units, 2 * kind + other),
                "condition_code": labels(
                    CONDITION_CODES, np.where(kind == DECLARED, self.people.condition[person], -1).astype(np.int64)
                ),
                "measured_at": at[occasion],
                "measured_by": labels(MEASURED_BY, by),
                "store_id": self.geo.ids.gather(pl.Series(self.people.home[person].astype(np.int64))),
                "updated_at": at[occasion] + 60,
            }
        )
        masks = {
            "member_id": member & ~in_store & (knows[:, 0] < 0.5),
            "member_card": member & (in_store | (knows[:, 0] >= 0.5)),
            "phone": ~member | (in_store & (knows[:, 1] < 0.3)),
            "unionid": wechat,
            "openid": wechat & (by == 0),
            "external_user_id": wechat & (by == 2),
            "store_id": in_store,
        }
        frame = frame.with_columns(
            pl.when(pl.Series(mask, dtype=pl.Boolean)).then(name).alias(name) for name, mask in masks.items()
        )
        return frame.with_columns(utc("measured_at"), utc("updated_at")), _texts(frame)

    def _occasions(self, day: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Person, kind and number of the occasion of each measurement of a day."""
        people = self.people
        n = len(people.home)
        member = people.registered_day <= day
        patient = np.isin(people.condition, [_HYPERTENSION, _DIABETES])
        rate = np.select([member & patient, member], [_TESTS_OF_PATIENTS, _TESTS_OF_OTHERS], _FREE_TESTS_OF_GUESTS)
        draw, also = rng.random(n), rng.random((n, 4))
        tested = draw < rate
        sugar = people.condition == _DIABETES
        pressed = tested & (~sugar | (also[:, 0] < 0.4))
        pricked = tested & (sugar | (also[:, 0] < 0.3))
        with_child = day - self.conceived
        is_pregnant = (with_child >= 28) & (with_child < TERM_DAYS)
        has_baby = (with_child >= TERM_DAYS) & (with_child < TERM_DAYS + 1000)
        tells = also[:, 3] < _PREGNANCY_ENTRIES
        kinds = [
            (pressed, SYSTOLIC),
            (pressed, DIASTOLIC),
            (pricked, GLUCOSE),
            (pricked & sugar & (also[:, 1] < 0.2), HBA1C),
            (tested & (also[:, 1] > 0.8), WEIGHT),
            (tested & (also[:, 2] > 0.9), HEIGHT),
            (is_pregnant & tells, GESTATION),
            (has_baby & tells, BABY_AGE),
            (member & (people.condition >= 0) & (also[:, 3] > 1 - _DECLARES), DECLARED),
        ]
        who = np.concatenate([np.flatnonzero(mask) for mask, _ in kinds])
        kind = np.concatenate([np.full(int(mask.sum()), number) for mask, number in kinds])
        order = np.lexsort((kind, who))
        _, occasion = np.unique(who[order], return_inverse=True)
        return who[order], kind[order].astype(np.int64), occasion


def _texts(flat: pl.DataFrame) -> pl.Series:
    who = ("member_id", "member_card", "phone", "unionid", "openid", "external_user_id")
    ready = flat.with_columns(iso("measured_at"), iso("updated_at"))
    document = pl.struct(
        "measurement_id",
        pl.struct(who).alias("person"),
        *(name for name in flat.columns if name not in (*who, "measurement_id", "person_id")),
    )
    return ready.select(document.struct.json_encode().alias("text"))["text"]
