"""Member records as the CRM sends them: all on the first day, then new members and changed tiers."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator import identifiers
from simulator.clock import DAY_SECONDS, iso, midnight, utc
from simulator.config import ChainConfig
from simulator.consents import birth_years
from simulator.geography import Geography
from simulator.people import People
from simulator.streams import stream

TIERS = ["basic", "silver", "gold"]


def member_records(config: ChainConfig, geo: Geography, people: People, day: int) -> tuple[pl.DataFrame, pl.Series]:
    """Members sent on a day: flat truth rows (``person_id``, all fields, UTC times) and JSON texts."""
    rng = stream(config.seed, "members", day)
    start = midnight(config, day)
    total = len(people.home)
    changed = (rng.random(total) < 0.0005) & (people.registered_day < day)
    new = people.registered_day == day
    who = np.flatnonzero(people.is_member & (new | changed | ((day == 0) & (people.registered_day < 0))))
    n = len(who)
    fresh = new[who]
    registered = (
        midnight(config, 0) + people.registered_day[who].astype(np.int64) * DAY_SECONDS + 32_400 + (who % 36_000)
    )
    sent = np.where(fresh, registered, start + 7200 + who % 3600)
    tier = (scattered := (who * 7 + 3) % 10) // 4
    tier = np.where(changed[who], np.minimum(tier + 1 + (scattered % 2), 2), tier)
    wechat = people.has_wechat[who]
    frame = pl.DataFrame(
        {
            "person_id": who,
            "member_id": identifiers.member_ids(who),
            "member_card": identifiers.member_cards(who),
            "phone": identifiers.phones(people.household_head[who]),
            "unionid": identifiers.unionids(who),
            "_mini": identifiers.openids(who, 0),
            "_official": identifiers.openids(who, 1),
            "external_user_id": identifiers.external_user_ids(who),
            "_meituan": identifiers.platform_user_ids(who, 0),
            "_eleme": identifiers.platform_user_ids(who, 1),
            "name": identifiers.names(who),
            "birth_year": birth_years(config, people)[who],
            "sex": pl.Series(["f", "m", "unknown"]).gather(pl.Series(people.sex[who].astype(np.int64))),
            "home_store_id": geo.ids.gather(pl.Series(people.home[who].astype(np.int64))),
            "tier": pl.Series(TIERS).gather(pl.Series(tier)),
            "registered_at": registered,
            "updated_at": sent,
            "_wechat": wechat,
            "_linked": (who * 13) % 10,
        },
        schema_overrides={"name": pl.String},
    )
    nothing = pl.lit([], dtype=pl.List(pl.String))
    frame = frame.with_columns(
        pl.when("_wechat").then("unionid").alias("unionid"),
        pl.when("_wechat").then("external_user_id").alias("external_user_id"),
        pl.when("_wechat").then(pl.concat_list("_mini", "_official")).otherwise(nothing).alias("openids"),
        pl.when(pl.col("_linked") < 4)
        .then(pl.concat_list("_meituan"))
        .when(pl.col("_linked") < 6)
        .then(pl.concat_list("_meituan", "_eleme"))
        .otherwise(nothing)
        .alias("platform_user_ids"),
    ).select(
        "person_id",
        "member_id",
        "member_card",
        "phone",
        "unionid",
        "openids",
        "external_user_id",
        "platform_user_ids",
        "name",
        "birth_year",
        "sex",
        "home_store_id",
        "tier",
        "registered_at",
        "updated_at",
    )
    texts = frame.drop("person_id").with_columns(iso("registered_at"), iso("updated_at"))
    encoded = (
        texts.select(pl.struct(pl.all()).struct.json_encode().alias("text"))["text"]
        if n
        else pl.Series([], dtype=pl.String)
    )
    return frame.with_columns(utc("registered_at"), utc("updated_at")), encoded
