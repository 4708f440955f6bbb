"""Each link of the chain from doctor to patient, broken alone: midnight, leap day, month end, night duty, the unknown.

Times are given as local ones (Asia/Shanghai); the warehouse holds UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tests.unit.dbt.compiled_models import CompiledProject, run_models

LINKS = [
    "is_prescription_known",
    "is_prescription_valid",
    "is_quantity_covered",
    "is_doctor_licensed",
    "is_doctor_in_scope",
    "is_approved_before_dispensing",
    "is_pharmacist_licensed",
    "is_pharmacist_on_duty",
    "is_delivery_traced",
]
MODELS = [
    "int_compliance__dispensed_lines",
    "int_compliance__prescription_use",
    "int_compliance__doctor_scopes",
    "int_compliance__line_links",
    "int_compliance__line_findings",
    "int_compliance__sale_findings",
]
LEAP_DAY = date(2028, 2, 29)
Rows = list[dict[str, Any]]
Case = dict[str, Rows]


def at(day: date, clock: str) -> datetime:
    """Local wall clock to the warehouse's UTC."""
    hour, minute, second = (int(part) for part in f"{clock}:0".split(":")[:3])
    return datetime(day.year, day.month, day.day, hour, minute, second) - timedelta(hours=8)


def sound(day: date = LEAP_DAY, left: str = "10:00", approved: str = "09:50") -> Case:
    """One online line with all it needs; the roster of the day and of its eve, each with three shifts, confirmed."""
    eve = day - timedelta(days=1)
    shifts = [("06:00", "P1", 8), ("14:00", "P2", 8), ("22:00", "P3", 8)]
    return {
        "stg_orders__orders": [
            {
                "order_id": "O1", "channel": "mini_program", "store_id": "S1", "fulfilling_location_id": "S2",
                "delivery_mode": "instant", "handed_over_at": at(day, left), "delivered_at": at(day, left),
                "cancelled_at": None, "cancelled_by": None, "courier_company": "顺丰", "placed_on": day,
            }
        ],
        "stg_orders__order_lines": [
            {
                "order_id": "O1", "line_number": 1, "sku_id": "K1", "quantity": 2, "trace_codes": ["c1", "c2"],
                "prescription_id": "RX1", "placed_on": day,
            }
        ],
        "int_reference__products": [
            {"sku_id": "K1", "atc_code": "C10AA05", "prescription_class": "rx", "special_class": "none",
             "is_online_banned": False}
        ],
        "stg_prescriptions__prescriptions": [
            {
                "prescription_id": "RX1", "prescription_source": "clinic", "doctor_id": "D1", "issued_on": day,
                "issued_at": at(day, "00:10"), "valid_until_date": day, "reported_at": None,
                "updated_at": at(day + timedelta(days=1), "08:00"),
            }
        ],
        "stg_prescriptions__items": [{"prescription_id": "RX1", "sku_id": "K1", "quantity": 2}],
        "stg_prescriptions__reviews": [
            {"prescription_id": "RX1", "review_number": 1, "pharmacist_id": "P1", "reviewed_at": at(day, approved),
             "review_result": "approved"}
        ],
        "stg_staff__people": [
            {"staff_id": name, "staff_role": "doctor" if name == "D1" else "pharmacist"}
            for name in ("D1", "P1", "P2", "P3")
        ],
        "stg_staff__licences": [
            {"staff_id": name, "staff_role": "doctor" if name == "D1" else "pharmacist",
             "valid_from_date": date(2024, 2, 29), "valid_until_date": LEAP_DAY, "prescription_classes": ["rx"],
             "atc_prefixes": ["A10", "C"]}
            for name in ("D1", "P1", "P2", "P3")
        ],
        "stg_staff__rosters": [
            {"location_id": "S2", "roster_date": roster, "updated_at": at(roster + timedelta(days=1), "08:00")}
            for roster in (eve, day)
        ],
        "stg_staff__duties": [
            {"location_id": "S2", "staff_id": who, "recorded_on": roster, "starts_at": at(roster, begin),
             "ends_at": at(roster, begin) + timedelta(hours=hours)}
            for roster in (eve, day)
            for begin, who, hours in shifts
        ],
        "online_ban_classes": [{"special_class": "vaccine", "valid_from": date(2020, 1, 1)}],
        "prescription_links": [
            {"link_code": link, "link_order": number, "missing_zh": f"缺{number}", "missing_en": f"no {number}",
             "unknown_zh": f"未知{number}", "unknown_en": f"unknown {number}"}
            for number, link in enumerate(LINKS)
        ],
    }  # fmt: skip


SCHEMA: dict[str, pl.DataType] = {
    **dict.fromkeys(
        ("handed_over_at", "delivered_at", "cancelled_at", "issued_at", "reported_at", "updated_at", "reviewed_at",
         "starts_at", "ends_at"),
        pl.Datetime("us"),
    ),
    **dict.fromkeys(
        ("placed_on", "issued_on", "valid_until_date", "valid_from_date", "roster_date", "recorded_on"), pl.Date()
    ),
    **dict.fromkeys(("cancelled_by", "courier_company", "prescription_id", "fulfilling_location_id"), pl.String()),
    **dict.fromkeys(("trace_codes", "atc_prefixes", "prescription_classes"), pl.List(pl.String())),
}  # fmt: skip
EMPTY = sound()


@pytest.fixture(scope="module")
def judge(project: CompiledProject) -> Callable[[Case], dict[str, pl.DataFrame]]:
    """Rows of every model of the audit for a case."""
    models = {name: project.sql(name) for name in MODELS}

    def judged(case: Case) -> dict[str, pl.DataFrame]:
        tables = {}
        for name, rows in case.items():
            columns = list(EMPTY[name][0])
            overrides = {column: SCHEMA[column] for column in columns if column in SCHEMA}
            # A row of the sound case says the types of the others, even of none.
            frame = pl.DataFrame([*EMPTY[name][:1], *rows], schema_overrides=overrides, orient="row")
            tables[name] = frame.slice(1)
        return run_models(models, tables)

    return judged


def links(judge: Callable[[Case], dict[str, pl.DataFrame]], case: Case, order: str = "O1") -> dict[str, bool | None]:
    """Links that do not hold (false or null) of an order's line."""
    (row,) = judge(case)["int_compliance__line_links"].filter(pl.col("order_id") == order).to_dicts()
    held = {link: row[link] for link in LINKS if row[link] is not True}
    expected = None if held and all(value is None for value in held.values()) else not held
    assert row["is_compliant"] is expected
    return held


@pytest.mark.parametrize(
    "day", [LEAP_DAY, date(2026, 2, 28), date(2027, 12, 31), date(2027, 3, 1)], ids=["leap", "month", "year", "first"]
)
def test_a_line_that_has_all_it_needs_is_compliant(judge: Callable, day: date) -> None:
    assert links(judge, sound(day)) == {}
    assert judge(sound(day))["int_compliance__line_findings"].is_empty()


def test_a_prescription_is_valid_to_the_last_second_of_its_local_day(judge: Callable) -> None:
    # 23:59:59 local on 29 February is still the day before in no zone west of it: UTC says 15:59:59.
    case = sound(left="23:59:59", approved="21:00")
    case["stg_prescriptions__reviews"][0]["pharmacist_id"] = "P2"
    assert links(judge, case) == {}
    case["stg_orders__orders"][0]["handed_over_at"] = at(date(2028, 3, 1), "00:00")
    case["stg_prescriptions__prescriptions"][0]["updated_at"] = at(date(2028, 3, 2), "08:00")
    assert links(judge, case) == {"is_prescription_valid": False}


def test_goods_that_leave_before_the_prescription_is_issued_have_none_that_is_valid(judge: Callable) -> None:
    case = sound()
    case["stg_prescriptions__prescriptions"][0]["issued_at"] = at(LEAP_DAY, "10:00:01")
    assert links(judge, case) == {"is_prescription_valid": False}


def test_no_prescription_is_missing_and_one_that_has_not_arrived_is_unknown(judge: Callable) -> None:
    dependent = dict.fromkeys(LINKS[1:8])
    case = sound()
    case["stg_orders__order_lines"][0]["prescription_id"] = None
    assert links(judge, case) == {"is_prescription_known": False, **dependent}
    case = sound()
    case["stg_prescriptions__prescriptions"].clear()
    case["stg_prescriptions__items"].clear()
    case["stg_prescriptions__reviews"].clear()
    assert links(judge, case) == {"is_prescription_known": None, **dependent}


def test_all_lines_on_a_prescription_count_together_in_the_order_in_which_they_left(judge: Callable) -> None:
    case = sound()
    later = {**case["stg_orders__orders"][0], "order_id": "O0", "handed_over_at": at(LEAP_DAY, "10:01")}
    case["stg_orders__orders"].append(later)
    case["stg_orders__order_lines"].append({**case["stg_orders__order_lines"][0], "order_id": "O0", "quantity": 1})
    assert links(judge, case, "O1") == {}
    assert links(judge, case, "O0") == {"is_quantity_covered": False}
    case["stg_prescriptions__items"].append({"prescription_id": "RX1", "sku_id": "K1", "quantity": 1})
    assert links(judge, case, "O0") == {}


def test_a_product_that_is_not_on_the_prescription_is_not_covered(judge: Callable) -> None:
    case = sound()
    case["stg_prescriptions__items"][0]["sku_id"] = "K2"
    assert links(judge, case) == {"is_quantity_covered": False}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"valid_until_date": date(2028, 2, 28)}, {"is_doctor_licensed": False, "is_doctor_in_scope": None}),
        ({"valid_from_date": date(2028, 3, 1)}, {"is_doctor_licensed": False, "is_doctor_in_scope": None}),
        ({"valid_until_date": None}, {}),
        ({"atc_prefixes": ["A10", "C09"]}, {"is_doctor_in_scope": False}),
        ({"atc_prefixes": []}, {}),
        ({"atc_prefixes": None, "prescription_classes": None}, {}),
        ({"prescription_classes": ["otc_a"]}, {"is_doctor_in_scope": False}),
    ],
)
def test_the_doctors_licence_is_judged_on_the_day_of_issue(
    judge: Callable, change: dict[str, Any], expected: dict[str, bool | None]
) -> None:
    case = sound()
    case["stg_staff__licences"][0].update(change)
    assert links(judge, case) == expected


def test_a_person_nothing_is_known_of_is_unknown_and_one_without_licence_is_not_licensed(judge: Callable) -> None:
    case = sound()
    case["stg_staff__licences"] = [row for row in case["stg_staff__licences"] if row["staff_id"] not in ("D1", "P1")]
    unlicensed = {"is_doctor_licensed": False, "is_doctor_in_scope": None, "is_pharmacist_licensed": False}
    assert links(judge, case) == unlicensed
    case["stg_staff__people"] = case["stg_staff__people"][2:]
    assert links(judge, case) == dict.fromkeys(unlicensed)


def test_the_last_word_before_the_goods_leave_counts(judge: Callable) -> None:
    case = sound()
    first = case["stg_prescriptions__reviews"][0]
    refused = {**first, "review_number": 2, "reviewed_at": at(LEAP_DAY, "09:55"), "review_result": "refused"}
    case["stg_prescriptions__reviews"].append(refused)
    nobody = {"is_pharmacist_licensed": None, "is_pharmacist_on_duty": None}
    assert links(judge, case) == {"is_approved_before_dispensing": False, **nobody}
    # Approved a second after the goods left: too late, and yet somebody approved.
    case["stg_prescriptions__reviews"].append({**first, "review_number": 3, "reviewed_at": at(LEAP_DAY, "10:00:01")})
    assert links(judge, case) == {"is_approved_before_dispensing": False}
    case["stg_prescriptions__reviews"][2]["reviewed_at"] = at(LEAP_DAY, "10:00")
    assert links(judge, case) == {}


def test_a_prescription_last_heard_of_before_the_goods_left_does_not_say_that_nobody_approved(judge: Callable) -> None:
    case = sound()
    case["stg_prescriptions__reviews"].clear()
    nobody = {"is_pharmacist_licensed": None, "is_pharmacist_on_duty": None}
    assert links(judge, case) == {"is_approved_before_dispensing": False, **nobody}
    case["stg_prescriptions__prescriptions"][0]["updated_at"] = at(LEAP_DAY, "09:59")
    assert links(judge, case) == {"is_approved_before_dispensing": None, **nobody}


@pytest.mark.parametrize(
    ("approved", "pharmacist", "is_on_duty"),
    [
        ("05:59:59", "P3", True),  # the night duty of the eve, past midnight
        ("06:00", "P3", False),
        ("06:00", "P1", True),
        ("13:59:59", "P1", True),
        ("14:00", "P1", False),
        ("23:59:59", "P3", True),
        ("00:00", "P3", True),
        ("00:00", "P2", False),
    ],
)
def test_duty_is_judged_to_the_second_over_midnight(
    judge: Callable, approved: str, pharmacist: str, is_on_duty: bool
) -> None:
    case = sound(left="23:59:59", approved=approved)
    case["stg_prescriptions__prescriptions"][0]["issued_at"] = at(LEAP_DAY, "00:00")
    case["stg_prescriptions__reviews"][0]["pharmacist_id"] = pharmacist
    assert links(judge, case) == ({} if is_on_duty else {"is_pharmacist_on_duty": False})


def test_without_the_roster_of_the_day_or_its_eve_duty_is_unknown_unless_it_is_shown(judge: Callable) -> None:
    for missing in (LEAP_DAY, LEAP_DAY - timedelta(days=1)):
        case = sound()
        case["stg_prescriptions__reviews"][0]["pharmacist_id"] = "P2"
        assert links(judge, case) == {"is_pharmacist_on_duty": False}
        case["stg_staff__rosters"] = [row for row in case["stg_staff__rosters"] if row["roster_date"] != missing]
        assert links(judge, case) == {"is_pharmacist_on_duty": None}
        case["stg_prescriptions__reviews"][0]["pharmacist_id"] = "P1"
        assert links(judge, case) == {}


def test_a_roster_written_before_the_minute_proves_no_absence(judge: Callable) -> None:
    case = sound()
    case["stg_prescriptions__reviews"][0]["pharmacist_id"] = "P2"
    case["stg_staff__rosters"][1]["updated_at"] = at(LEAP_DAY - timedelta(days=1), "17:00")
    assert links(judge, case) == {"is_pharmacist_on_duty": None}


def test_duty_at_another_location_is_none_here(judge: Callable) -> None:
    case = sound()
    for duty in case["stg_staff__duties"]:
        duty["location_id"] = "S1" if duty["staff_id"] == "P1" else "S2"
    assert links(judge, case) == {"is_pharmacist_on_duty": False}


@pytest.mark.parametrize(
    ("order", "line", "traced"),
    [
        ({}, {}, True),
        ({}, {"trace_codes": ["c1"]}, False),
        ({}, {"trace_codes": None}, False),
        ({"courier_company": None}, {}, False),
        ({"courier_company": None, "delivery_mode": "pickup"}, {}, True),
        ({"delivered_at": None}, {}, None),
        ({"delivered_at": None, "cancelled_at": at(LEAP_DAY, "11:00"), "cancelled_by": "customer"}, {}, True),
        ({"delivered_at": None, "cancelled_at": at(LEAP_DAY, "11:00"), "cancelled_by": "platform"}, {}, False),
    ],
)
def test_the_way_of_the_goods_is_on_record_to_its_end(
    judge: Callable, order: dict[str, Any], line: dict[str, Any], traced: bool | None
) -> None:
    case = sound()
    case["stg_orders__orders"][0].update(order)
    case["stg_orders__order_lines"][0].update(line)
    assert links(judge, case) == ({} if traced else {"is_delivery_traced": traced})


def test_what_never_left_and_what_needs_no_prescription_is_not_audited(judge: Callable) -> None:
    case = sound()
    case["stg_orders__orders"][0].update({"handed_over_at": None, "delivered_at": None})
    assert judge(case)["int_compliance__line_links"].is_empty()
    case = sound()
    case["int_reference__products"][0]["prescription_class"] = "otc_a"
    case["stg_orders__order_lines"][0]["prescription_id"] = None
    assert judge(case)["int_compliance__line_links"].is_empty()


def test_the_finding_names_what_is_missing_else_what_is_unknown(judge: Callable) -> None:
    case = sound()
    case["stg_orders__order_lines"][0]["trace_codes"] = ["c1"]
    case["stg_prescriptions__items"][0]["quantity"] = 1
    case["stg_staff__rosters"].clear()
    case["stg_prescriptions__reviews"][0]["pharmacist_id"] = "P2"
    (row,) = judge(case)["int_compliance__line_findings"].to_dicts()
    assert (row["finding_zh"], row["finding_en"]) == ("缺2；缺8", "no 2; no 8")
    case["stg_orders__order_lines"][0]["trace_codes"] = ["c1", "c2"]
    case["stg_prescriptions__items"][0]["quantity"] = 2
    (row,) = judge(case)["int_compliance__line_findings"].to_dicts()
    assert (row["finding_zh"], row["finding_en"]) == ("未知7", "unknown 7")


def sale_findings(judge: Callable, case: Case) -> set[tuple[str, str, str]]:
    rows = judge(case)["int_compliance__sale_findings"]
    return set(rows.select("rule_code", "order_id", "subject_code").rows())


def test_a_code_sold_again_is_a_finding_on_both_orders_unless_the_first_was_refused_at_the_door(
    judge: Callable,
) -> None:
    case = sound()
    case["stg_orders__orders"].append({**case["stg_orders__orders"][0], "order_id": "O2", "channel": "till"})
    case["stg_orders__order_lines"].append(
        {**case["stg_orders__order_lines"][0], "order_id": "O2", "trace_codes": ["c2", "c3"]}
    )
    assert sale_findings(judge, case) == {
        ("trace_code_sold_twice", "O1", "c2"),
        ("trace_code_sold_twice", "O2", "c2"),
    }
    refusal = {"delivered_at": None, "cancelled_at": at(LEAP_DAY, "11:00"), "cancelled_by": "customer"}
    case["stg_orders__orders"][0].update(refusal)
    assert sale_findings(judge, case) == set()
    case["stg_orders__orders"][0]["cancelled_by"] = "platform"
    assert len(sale_findings(judge, case)) == 2


@pytest.mark.parametrize(
    ("product", "channel", "is_found"),
    [
        ({}, "meituan", False),
        ({"is_online_banned": True}, "meituan", True),
        ({"is_online_banned": True}, "till", False),
        ({"special_class": "vaccine"}, "official_account", True),
        ({"special_class": "vaccine"}, "till", False),
    ],
)
def test_what_may_not_be_sold_online_is_found_on_online_orders(
    judge: Callable, product: dict[str, Any], channel: str, is_found: bool
) -> None:
    case = sound()
    case["int_reference__products"][0].update(product)
    case["stg_orders__orders"][0]["channel"] = channel
    assert sale_findings(judge, case) == ({("banned_product_sold_online", "O1", "K1")} if is_found else set())
