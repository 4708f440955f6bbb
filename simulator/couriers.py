"""What couriers' logs say of each delivery, and the rare deliveries in which the delivery procedure is not kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.catalogue import Catalogue
from simulator.config import ChainConfig
from simulator.delivery import Journey
from simulator.demand import Demand
from simulator.streams import stream

CONTAINERS = ["open_bag", "sealed_bag", "insulated_box", "cold_box"]
RECEIVERS = ["customer", "household_adult", "left_at_door", "parcel_locker"]
#: Errand runners who may carry no medicine; in no list of the chain.
UNQUALIFIED_COURIER = "邻里跑腿"
#: Rain of the strongest hour, in millimetres.
_HEAVIEST_RAIN = 10.0
_IS_LOGGED = 0.97
_BREACH_SHARE = 0.01
#: What the log says; an early version of an order knows none of it.
LOG_COLUMNS = ["rain_millimeters", "delivery_container", "received_by", "is_identity_checked"]


@dataclass(frozen=True)
class CourierLog:
    """What is logged of each order (:data:`LOG_COLUMNS`, null where nothing is), and which had the wrong courier."""

    columns: dict[str, pl.Series]
    is_unqualified: NDArray[np.bool_]
    breaches: pl.DataFrame  # truth: order_id, rule_code, is_logged


def draw_courier_log(
    config: ChainConfig,
    day: int,
    block: int,
    order_ids: pl.Series,
    demand: Demand,
    journey: Journey,
    line_order: NDArray[np.int64],
    line_sku: NDArray[np.int64],
    catalogue: Catalogue,
) -> CourierLog:
    """Log the couriers of one day and block of stores; about one delivery in a hundred breaks each rule it is under."""
    rng = stream(config.seed, "courier log", day, block)
    n = len(demand.store)

    def any_line(of_sku: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.bincount(line_order, of_sku[line_sku], n) > 0

    is_cool = catalogue.table["storage_class"].to_numpy() == "cool"
    drug, rx, cold, cool = (any_line(of) for of in (catalogue.is_drug, catalogue.is_rx, catalogue.is_cold, is_cool))
    courier = (demand.mode == 1) | (demand.mode == 2)
    handed, delivered = courier & (journey.handed_over_at > 0), courier & (journey.delivered_at > 0)
    broken = {
        rule: applies & (rng.random(n) < _BREACH_SHARE)
        for rule, applies in (
            ("cold_box", handed & cold),
            ("sealed_container", handed & drug & ~cold),
            ("qualified_courier", handed & drug),
            ("handed_to_person", delivered & rx),
            ("identity_checked", delivered & rx),
        )
    }
    broken["insulated_container"] = broken["sealed_container"] & cool
    # Nobody looks at the papers of a locker.
    broken["identity_checked"] |= broken["handed_to_person"]
    container = np.select([broken["cold_box"], broken["sealed_container"], cold, cool], [2, 0, 3, 2], 1)
    receiver = rng.choice(len(RECEIVERS), n, p=[0.76, 0.14, 0.06, 0.04])
    receiver = np.where(rx, np.where(broken["handed_to_person"], 2 + receiver % 2, receiver % 2), receiver)
    checked = np.where(rx, ~broken["identity_checked"], (receiver < 2) & (rng.random(n) < 0.1))
    logged = rng.random(n) < _IS_LOGGED
    rows = pl.DataFrame(
        {
            "rain": np.round(demand.rain * _HEAVIEST_RAIN, 1),
            "container": pl.Series(CONTAINERS).gather(pl.Series(container)),
            "receiver": pl.Series(RECEIVERS).gather(pl.Series(receiver)),
            "checked": checked.astype(bool),
            "at_hand_over": handed & logged,
            "at_delivery": delivered & logged,
        }
    ).select(
        pl.when("at_hand_over").then("rain").alias(LOG_COLUMNS[0]),
        pl.when("at_hand_over").then("container").alias(LOG_COLUMNS[1]),
        pl.when("at_delivery").then("receiver").alias(LOG_COLUMNS[2]),
        pl.when("at_delivery").then("checked").alias(LOG_COLUMNS[3]),
    )
    breaches = pl.concat(
        pl.DataFrame(
            {
                "order_id": order_ids.filter(pl.Series(hit)),
                # Which company rode is in the order itself.
                "is_logged": logged[hit] | (rule == "qualified_courier"),
            },
            schema={"order_id": pl.String, "is_logged": pl.Boolean},
        ).with_columns(pl.lit(rule).alias("rule_code"))
        for rule, hit in broken.items()
    )
    return CourierLog({name: rows[name] for name in LOG_COLUMNS}, broken["qualified_courier"], breaches)
