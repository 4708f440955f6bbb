"""What can be wrong with a dispensed prescription, and which links of its chain each violation breaks."""

from __future__ import annotations

#: What can be wrong with the prescription of an order; all but the last one at the same rate.
VIOLATIONS = [
    "none",
    "no_prescription",
    "never_sent",
    "expired",
    "other_product",
    "too_few_packs",
    "doctor_not_licensed",
    "doctor_out_of_scope",
    "approved_too_late",
    "never_approved",
    "pharmacist_not_licensed",
    "pharmacist_off_duty",
    "pack_not_scanned",
    "used_twice",
]
#: Links of the chain that a violation breaks (False) or leaves in the dark (None); the others hold.
_JUDGED_BY_DOCUMENT = [
    "is_prescription_valid",
    "is_quantity_covered",
    "is_doctor_licensed",
    "is_doctor_in_scope",
    "is_approved_before_dispensing",
    "is_pharmacist_licensed",
    "is_pharmacist_on_duty",
]
LINKS = ["is_prescription_known", *_JUDGED_BY_DOCUMENT, "is_delivery_traced"]
BROKEN_LINKS: dict[str, dict[str, bool | None]] = {
    "no_prescription": {"is_prescription_known": False, **dict.fromkeys(_JUDGED_BY_DOCUMENT)},
    "never_sent": {"is_prescription_known": None, **dict.fromkeys(_JUDGED_BY_DOCUMENT)},
    "expired": {"is_prescription_valid": False},
    "other_product": {"is_quantity_covered": False},
    "too_few_packs": {"is_quantity_covered": False},
    "used_twice": {"is_quantity_covered": False},
    "doctor_not_licensed": {"is_doctor_licensed": False, "is_doctor_in_scope": None},
    "approved_too_late": {"is_approved_before_dispensing": False},
    "never_approved": {
        "is_approved_before_dispensing": False,
        "is_pharmacist_licensed": None,
        "is_pharmacist_on_duty": None,
    },
    "pharmacist_not_licensed": {"is_pharmacist_licensed": False, "is_pharmacist_on_duty": False},
    "pharmacist_off_duty": {"is_pharmacist_on_duty": False},
    "pack_not_scanned": {"is_delivery_traced": False},
}
#: Number of each, as arrays hold it.
KIND = {name: number for number, name in enumerate(VIOLATIONS)}
