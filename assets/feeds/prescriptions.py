"""Prescriptions of internet hospitals, clinics and stores, sent again whole with every step of their way.

A prescription names a patient, a doctor and what may be dispensed until when. Names of patients and their
identifiers become tokens.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import (
    UTC_TIME,
    Feed,
    LakeTable,
    LandedRow,
    count,
    day,
    identifier,
    nested_rows,
    not_before,
    one_of,
    person_name,
    record_id,
    text,
    utc_time,
)

SOURCES = ["internet_hospital", "clinic", "in_store"]
REVIEW_RESULTS = ["approved", "refused"]
_KEY = ("prescription_id", "updated_at")


class PrescriptionRow(LandedRow):
    """One version of a prescription."""

    prescription_id = record_id("Prescription number, unique over all sources")
    source = one_of(SOURCES, "Where the prescription comes from")
    hospital = text("Hospital or clinic that issued it")
    member_card = identifier("member_card", "member_card_token", "Membership card number of the patient")
    phone = identifier("phone", "phone_token", "Phone number of the patient")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid of the patient")
    openid = identifier("openid", "openid_token", "WeChat openid of the patient")
    patient_name = person_name("patient_name_token", "Name of the patient")
    doctor_id = text("Doctor who prescribed", nullable=False)
    doctor_licence_number = text("Licence that the doctor signed with")
    issued_at = utc_time("When it was issued", nullable=False)
    valid_until_date = day("Last local day on which it may be dispensed", nullable=False)
    dispensed_at = utc_time("When it was dispensed, as the pharmacy's system says")
    reported_at = utc_time("When its source reported it to the regulator")
    updated_at = utc_time("Version of the record", nullable=False)
    item_count = count("Products prescribed", is_helper=True)

    @dy.rule()
    def has_items(cls) -> pl.Expr:
        """A prescription prescribes something."""
        return pl.col("item_count") >= 1

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """Nothing is dispensed before it is prescribed, or reported before that."""
        return not_before("dispensed_at", "issued_at") & not_before("reported_at", "issued_at")


class PrescriptionItemRow(LandedRow):
    """One product of one version of a prescription."""

    prescription_id = record_id("Prescription the product is on")
    updated_at = utc_time("Version of the prescription", nullable=False)
    item_number = count("Number of the product within the prescription, from 1", minimum=1)
    sku_id = text("Product", nullable=False)
    quantity = count("Packs that may be dispensed", minimum=1)


class PrescriptionReviewRow(LandedRow):
    """One step of review of one version of a prescription."""

    prescription_id = record_id("Prescription that was reviewed")
    updated_at = utc_time("Version of the prescription", nullable=False)
    review_number = count("Number of the step within the prescription, from 1", minimum=1)
    pharmacist_id = text("Pharmacist who reviewed it", nullable=False)
    reviewed_at = utc_time("When it was reviewed", nullable=False)
    result = one_of(REVIEW_RESULTS, "What the pharmacist decided")
    reason = text("Why it was refused")

    @dy.rule()
    def refusal_has_reason(cls) -> pl.Expr:
        """Whoever refuses says why."""
        return (pl.col("result") != "refused") | pl.col("reason").is_not_null()


_PATIENT = {
    "member_card": "member_card",
    "phone": "phone",
    "unionid": "unionid",
    "openid": "openid",
    "name": "patient_name",
}
_ITEM = {"sku_id": pl.String(), "quantity": pl.Int64()}
_REVIEW = {"pharmacist_id": pl.String(), "reviewed_at": UTC_TIME, "result": pl.String(), "reason": pl.String()}
DOCUMENT: dict[str, pl.DataType] = {
    "prescription_id": pl.String(),
    "source": pl.String(),
    "hospital": pl.String(),
    "patient": pl.Struct({name: pl.String() for name in _PATIENT}),
    "doctor_id": pl.String(),
    "doctor_licence_number": pl.String(),
    "issued_at": UTC_TIME,
    "valid_until_date": pl.Date(),
    "items": pl.List(pl.Struct(_ITEM)),
    "reviews": pl.List(pl.Struct(_REVIEW)),
    "dispensed_at": UTC_TIME,
    "reported_at": UTC_TIME,
    "updated_at": UTC_TIME,
}


def flatten(documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Prescriptions, their products and their steps of review, each row with the position of its document."""
    prescriptions = documents.with_columns(
        *[pl.col("patient").struct.field(field).alias(column) for field, column in _PATIENT.items()],
        item_count=pl.col("items").list.len().fill_null(0).cast(pl.Int64),
    )
    return {
        "prescriptions": prescriptions,
        "prescription_items": nested_rows(documents, _KEY, "items", list(_ITEM), "item_number"),
        "prescription_reviews": nested_rows(documents, _KEY, "reviews", list(_REVIEW), "review_number"),
    }


FEED = Feed(
    name="prescriptions",
    description="Prescriptions of internet hospitals, clinics and stores, with products and steps of review",
    owner="team:compliance",
    tables=(
        LakeTable("prescriptions", PrescriptionRow),
        LakeTable("prescription_items", PrescriptionItemRow),
        LakeTable("prescription_reviews", PrescriptionReviewRow),
    ),
    id_columns=("prescription_id",),
    document=DOCUMENT,
    flatten=flatten,
)
