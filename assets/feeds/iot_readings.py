"""Readings of shelf and climate sensors and of delivery boxes."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, count, flat_feed, measure, one_of, record_id, text, utc_time

SENSOR_KINDS = ["climate", "shelf_count", "shelf_weight"]


class IotReadingRow(LandedRow):
    """One reading of one sensor."""

    sensor_id = record_id("Sensor")
    measured_at = utc_time("When it was read", nullable=False)
    location_id = text("Location the sensor hangs at")
    delivery_box_id = text("Delivery box the sensor travels in")
    kind = one_of(SENSOR_KINDS, "What the sensor measures")
    # Outside these bounds an instrument is broken, not warm: widest range of common storage loggers.
    temperature_celsius = measure("Temperature", -100.0, 150.0)
    humidity_percent = measure("Relative humidity", 0.0, 100.0)
    shelf_count = count("Packs on the shelf", nullable=True)
    shelf_weight_grams = measure("Weight on the shelf", 0.0, 10_000_000.0)
    battery_percent = measure("Battery left", 0.0, 100.0)

    @dy.rule()
    def has_a_place(cls) -> pl.Expr:
        """A reading belongs to a location or a delivery box."""
        return pl.col("location_id").is_not_null() | pl.col("delivery_box_id").is_not_null()

    @dy.rule()
    def has_its_measure(cls) -> pl.Expr:
        """A sensor reports what it is there to measure."""
        kind = pl.col("kind")
        return (
            ((kind == "climate") & pl.col("temperature_celsius").is_null() & pl.col("humidity_percent").is_null())
            | ((kind == "shelf_count") & pl.col("shelf_count").is_null())
            | ((kind == "shelf_weight") & pl.col("shelf_weight_grams").is_null())
        ).not_()


FEED = flat_feed(
    "iot_readings",
    IotReadingRow,
    id_columns=("sensor_id", "measured_at"),
    owner="team:facilities",
    description="Temperature, humidity, shelf count and weight as sensors report them",
)
