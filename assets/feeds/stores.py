"""Location master: stores and distribution centres."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, day, flat_feed, measure, one_of, record_id, text, utc_time

LOCATION_KINDS = ["central_dc", "regional_dc", "store"]
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$"


class StoreRow(LandedRow):
    """One version of a location."""

    location_id = record_id("Location")
    name_zh = text("Name in Chinese", nullable=False)
    name_en = text("Name in English")
    kind = one_of(LOCATION_KINDS, "What the location is")
    region_zh = text("Region in Chinese")
    region_en = text("Region in English")
    city_zh = text("City in Chinese")
    city_en = text("City in English")
    latitude = measure("Latitude in degrees, WGS 84", -90.0, 90.0)
    longitude = measure("Longitude in degrees, WGS 84", -180.0, 180.0)
    parent_location_id = text("Distribution centre that supplies it")
    opened_on = day("First day open")
    closed_on = day("Last day open")
    opens_at = dy.String(nullable=True, regex=_CLOCK, description="Local time it opens, HH:MM")
    closes_at = dy.String(nullable=True, regex=_CLOCK, description="Local time it closes, HH:MM")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def closes_after_opening(cls) -> pl.Expr:
        """A location does not close for good before it opened."""
        return pl.col("closed_on") >= pl.col("opened_on")


FEED = flat_feed(
    "stores",
    StoreRow,
    id_columns=("location_id",),
    owner="team:master-data",
    description="Location master: kind, region, city, coordinates, parent, opening days and hours",
)
