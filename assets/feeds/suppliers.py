"""Supplier master."""

from __future__ import annotations

from assets.feeds.base import LandedRow, count, flat_feed, record_id, text, utc_time


class SupplierRow(LandedRow):
    """One version of a supplier."""

    supplier_id = record_id("Supplier")
    name_zh = text("Name in Chinese", nullable=False)
    name_en = text("Name in English")
    agreed_lead_time_days = count("Lead time by contract, calendar days", nullable=True)
    updated_at = utc_time("Version of the record", nullable=False)


FEED = flat_feed(
    "suppliers",
    SupplierRow,
    id_columns=("supplier_id",),
    owner="team:master-data",
    description="Supplier master with agreed lead times",
)
