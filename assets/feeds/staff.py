"""What the personnel system says of pharmacists and doctors: licences by person, duty rosters by location and day.

A document is about one person and carries all licences ever held, or about one location and local day and carries
the whole roster of that day. A roster that changes is sent again for its own day only, so that who was on duty at a
given minute stays on record; a day without a document is one that nothing is known of.
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
    nested_rows,
    not_before,
    one_of,
    record_id,
    text,
    utc_time,
)

KINDS = ["licences", "roster"]
ROLES = ["pharmacist", "doctor"]
_KEY = ("staff_record_id", "updated_at")


class StaffRow(LandedRow):
    """One version of the licences of a person or of the roster of a location and day."""

    staff_record_id = record_id("Person, or location and day")
    kind = one_of(KINDS, "What the record is about")
    staff_id = text("Person whose licences these are")
    role = one_of(ROLES, "What the person is licensed as", nullable=True)
    location_id = text("Location whose roster this is")
    roster_date = day("Local day on which the duties of the roster begin")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def says_whom_it_is_about(cls) -> pl.Expr:
        """Licences name a person and a role, a roster names a location and a day."""
        of_person = pl.col("staff_id").is_not_null() & pl.col("role").is_not_null()
        of_day = pl.col("location_id").is_not_null() & pl.col("roster_date").is_not_null()
        return pl.when(pl.col("kind") == "licences").then(of_person).otherwise(of_day)


class StaffLicenceRow(LandedRow):
    """One licence of one version of a person's record."""

    staff_record_id = record_id("Record the licence belongs to")
    updated_at = utc_time("Version of the record", nullable=False)
    entry_number = count("Number of the licence within the record, from 1", minimum=1)
    licence_number = text("Number of the licence", nullable=False)
    valid_from_date = day("First local day on which it is valid", nullable=False)
    valid_until_date = day("Last local day on which it is valid; open without one")
    prescription_classes = dy.List(
        dy.String(nullable=True), nullable=True, description="Prescription classes that a doctor may prescribe"
    )
    atc_prefixes = dy.List(
        dy.String(nullable=True), nullable=True, description="ATC classes of a doctor's practice; every one without any"
    )


class StaffDutyRow(LandedRow):
    """One duty of one version of a roster."""

    staff_record_id = record_id("Roster the duty belongs to")
    updated_at = utc_time("Version of the roster", nullable=False)
    entry_number = count("Number of the duty within the roster, from 1", minimum=1)
    staff_id = text("Pharmacist on duty", nullable=False)
    starts_at = utc_time("When the duty begins", nullable=False)
    ends_at = utc_time("When it has ended", nullable=False)

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """A duty ends after it began."""
        return not_before("ends_at", "starts_at")


_LICENCE = {
    "licence_number": pl.String(),
    "valid_from_date": pl.Date(),
    "valid_until_date": pl.Date(),
    "prescription_classes": pl.List(pl.String()),
    "atc_prefixes": pl.List(pl.String()),
}
_DUTY = {"staff_id": pl.String(), "starts_at": UTC_TIME, "ends_at": UTC_TIME}
DOCUMENT: dict[str, pl.DataType] = {
    "staff_record_id": pl.String(),
    "kind": pl.String(),
    "staff_id": pl.String(),
    "role": pl.String(),
    "licences": pl.List(pl.Struct(_LICENCE)),
    "location_id": pl.String(),
    "roster_date": pl.Date(),
    "duties": pl.List(pl.Struct(_DUTY)),
    "updated_at": UTC_TIME,
}


def flatten(documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Records, their licences and their duties, each row with the position of its document."""
    return {
        "staff": documents,
        "staff_licences": nested_rows(documents, _KEY, "licences", list(_LICENCE), "entry_number"),
        "staff_duties": nested_rows(documents, _KEY, "duties", list(_DUTY), "entry_number"),
    }


FEED = Feed(
    name="staff",
    description="Licences of pharmacists and doctors with validity and scope, duty rosters by location and day",
    owner="team:personnel",
    tables=(
        LakeTable("staff", StaffRow),
        LakeTable("staff_licences", StaffLicenceRow),
        LakeTable("staff_duties", StaffDutyRow),
    ),
    id_columns=("staff_record_id",),
    document=DOCUMENT,
    flatten=flatten,
)
