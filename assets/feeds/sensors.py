"""Sensor register: which sensor hangs where since when; without it a dead sensor would never be due."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, day, flat_feed, one_of, record_id, text, utc_time

SENSOR_KINDS = ["climate", "shelf_count", "shelf_weight"]
STORAGE_CLASSES = ["ambient", "cool", "cold"]


class SensorRow(LandedRow):
    """One version of a sensor."""

    sensor_id = record_id("Sensor")
    location_id = text("Location it hangs at", nullable=False)
    room = text("Store room")
    kind = one_of(SENSOR_KINDS, "What it measures")
    storage_class = one_of(STORAGE_CLASSES, "Storage class of the room", nullable=True)
    sku_id = text("Product on its shelf")
    installed_on = day("First day it was due to report", nullable=False)
    removed_on = day("Last day it was due to report")
    calibrated_on = day("Day of the last calibration")
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def removed_after_installed(cls) -> pl.Expr:
        """A sensor is not removed before it was installed."""
        return pl.col("removed_on") >= pl.col("installed_on")


FEED = flat_feed(
    "sensors",
    SensorRow,
    id_columns=("sensor_id",),
    owner="team:facilities",
    description="Register of sensors with location, room, storage class and days in service",
)
