"""Gate of the storage climate: every due minute is in range, in breach or unknown."""

from quality.expectations import (
    as_of_day_present,
    between,
    complete,
    no_day_missing,
    not_empty,
    nothing_wrong,
    one_of,
    unique_key,
    within_threshold,
)
from quality.suite import Suite

_PLAUSIBLE = "What the sensors can measure; beyond it the reading is an error code, not a climate."

SUITE = Suite(
    "fct_storage_climate",
    (
        not_empty(),
        unique_key("business_date", "sensor_id"),
        as_of_day_present("business_date"),
        no_day_missing("business_date"),
        complete("storage_class"),
        one_of("storage_class", ("ambient", "cool", "cold"), reason="Each class has its range; another has none."),
        between("due_minutes", 0, 1440, reason="Minutes of a day; the business time zone has no summer time."),
        between("temperature_mean_celsius", -40, 85, reason=_PLAUSIBLE, severity="warn"),
        between("humidity_mean_percent", 0, 100, reason="A percentage.", severity="warn"),
        nothing_wrong(
            "minutes_sum_to_due",
            "Minutes in range, in breach and unknown sum to the minutes due",
            """select 1 from {batch} where least(in_range_minutes, breach_minutes, unknown_minutes) < 0
            or abs(in_range_minutes + breach_minutes + unknown_minutes - due_minutes) > 1e-6""",
            reason="Three states and no fourth; 1e-6 min is rounding of doubles.",
        ),
        nothing_wrong(
            "every_sensor_every_day",
            "A sensor that was due on a day and on the as-of day was due on every day between",
            """select sensor_id from {batch} group by sensor_id
            having count(distinct business_date) <> max(business_date) - min(business_date) + 1""",
            reason="Silence is unknown minutes, never a missing row: a dead sensor would vanish from the rate.",
        ),
        within_threshold(
            "unknown_share",
            "The share of unknown minutes on the as-of day is not above what is usual",
            """select 1 from {batch} where business_date = {as_of}
            having sum(unknown_minutes) > {threshold} * sum(due_minutes)""",
        ),
    ),
)
