"""Members who registered a second time, and what the chain's staff decided about who is who."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator import identifiers
from simulator.clock import iso, midnight, utc
from simulator.config import ChainConfig
from simulator.geography import Geography
from simulator.people import People
from simulator.streams import stream

LINKS = ["unionid", "phone", "name"]
"""What the second registration has in common with the first, beside name, year of birth and sex."""
_SHARE = 0.02
_LAST_DAY = 24
_JOINED_AFTER, _PARTED_AFTER, _WITHDRAWN_AFTER = 3, 4, 6
#: Added to a person's number for what is new with the second registration.
_SECOND = 50_000_000
_DECISION_COLUMNS = [
    "decision_id",
    "decision",
    "member_ids",
    "other_member_ids",
    "decided_by",
    "decided_at",
    "reason",
    "is_withdrawn",
    "updated_at",
]
Ints = NDArray[np.int64]


@dataclass
class SecondRegistrations:
    """Who registered twice, on which day, and by what it can be seen."""

    config: ChainConfig
    geo: Geography
    people: People
    person: Ints = field(init=False)
    link: Ints = field(init=False)  # place in LINKS
    day: Ints = field(init=False)

    def __post_init__(self) -> None:
        """A fiftieth of the members who have WeChat and a phone of their own, within the first weeks."""
        rng = stream(self.config.seed, "second registrations")
        people = self.people
        users = np.bincount(people.household_head, minlength=len(people.home))
        everyone = np.arange(len(people.home))
        alone = (people.household_head == everyone) & (users == 1)
        able = np.flatnonzero(people.is_member & (people.registered_day < 0) & people.has_wechat & alone)
        size = min(len(able), round(_SHARE * self.config.members))
        self.person = np.sort(rng.choice(able, size, replace=False)) if size else np.zeros(0, dtype=np.int64)
        self.link = np.arange(size) % len(LINKS)
        self.day = rng.integers(1, _LAST_DAY, size)

    def identifiers(self) -> pl.DataFrame:
        """Truth: the identifiers that came with the second registrations, as rows of the table of persons."""
        second = self.person + _SECOND
        other = self.link == LINKS.index("name")
        parts = [
            ("member_id", self.person, identifiers.member_ids(second)),
            ("member_card", self.person, identifiers.member_cards(second)),
            ("phone", self.person[other], identifiers.phones(second[other])),
        ]
        return pl.concat(
            pl.DataFrame({"person_id": who, "identifier": text}).select(
                "person_id", pl.lit(kind).alias("identifier_kind"), "identifier"
            )
            for kind, who, text in parts
        )

    def table(self) -> pl.DataFrame:
        """Truth: one row per second registration."""
        return pl.DataFrame(
            {
                "person_id": self.person,
                "linked_by": pl.Series(LINKS).gather(pl.Series(self.link)),
                "member_id": identifiers.member_ids(self.person),
                "second_member_id": identifiers.member_ids(self.person + _SECOND),
                "registered_on": [self.config.day(int(day)) for day in self.day],
            },
            schema_overrides={"registered_on": pl.Date},
        )

    def member_records(self, day: int) -> tuple[pl.DataFrame, pl.Series]:
        """Members sent on a day, shaped like those of :func:`simulator.memberships.member_records`."""
        chosen = np.flatnonzero(self.day == day)
        who, link = self.person[chosen], self.link[chosen]
        second = who + _SECOND
        by_union, by_name = link == LINKS.index("unionid"), link == LINKS.index("name")
        at = midnight(self.config, day) + 39_600 + who % 20_000
        nothing = pl.lit([], dtype=pl.List(pl.String))
        frame = pl.DataFrame(
            {
                "person_id": who,
                "member_id": identifiers.member_ids(second),
                "member_card": identifiers.member_cards(second),
                "phone": identifiers.phones(np.where(by_name, second, who)),
                "unionid": identifiers.unionids(who),
                "name": identifiers.names(who),
                "birth_year": self.people.birth_year[who].astype(np.int64),
                "sex": pl.Series(["f", "m", "unknown"]).gather(pl.Series(self.people.sex[who].astype(np.int64))),
                "home_store_id": self.geo.ids.gather(pl.Series(self.people.home[who].astype(np.int64))),
                "registered_at": at,
                "updated_at": at,
                "_by_union": by_union,
            },
            schema_overrides={"name": pl.String},
        ).select(
            "person_id",
            "member_id",
            "member_card",
            pl.when(~pl.col("_by_union")).then("phone").alias("phone"),
            pl.when("_by_union").then("unionid").alias("unionid"),
            nothing.alias("openids"),
            pl.lit(None, dtype=pl.String).alias("external_user_id"),
            nothing.alias("platform_user_ids"),
            "name",
            "birth_year",
            "sex",
            "home_store_id",
            pl.lit("basic").alias("tier"),
            "registered_at",
            "updated_at",
        )
        texts = frame.drop("person_id").with_columns(iso("registered_at"), iso("updated_at"))
        return frame.with_columns(utc("registered_at"), utc("updated_at")), _encoded(texts)

    def decisions(self, day: int) -> tuple[pl.DataFrame, pl.Series]:
        """Decisions sent on a day, truth rows and JSON texts.

        Every second member who can be known by phone only is joined days later. Who registered again under another
        phone is at first joined to a stranger, and that decision is withdrawn; two of whom nobody ever thought that
        they were one person are parted.
        """
        first, second = identifiers.member_ids(self.person), identifiers.member_ids(self.person + _SECOND)
        rows = []
        for i in range(len(self.person)):
            since = day - int(self.day[i])
            stranger = first[(i + 1) % len(first)]
            name = f"ID{100_000 + i}"
            if self.link[i] == LINKS.index("phone") and i % 2 == 0 and since == _JOINED_AFTER:
                rows.append((name, "join", [first[i]], [second[i]], "same person at the counter", False))
            elif self.link[i] == LINKS.index("name") and since in (_JOINED_AFTER, _WITHDRAWN_AFTER):
                is_withdrawn = since == _WITHDRAWN_AFTER
                rows.append((name, "join", [second[i]], [stranger], "wrong name looked up", is_withdrawn))
            elif self.link[i] == LINKS.index("unionid") and since == _PARTED_AFTER:
                rows.append((name, "part", [first[i], second[i]], [stranger], "two customers with one name", False))
        at = midnight(self.config, day) + 36_000 + np.arange(len(rows)) * 60
        frame = pl.DataFrame(
            [
                (name, kind, one, other, "staff-crm-1", int(moment), reason, withdrawn, int(moment))
                for (name, kind, one, other, reason, withdrawn), moment in zip(rows, at, strict=True)
            ],
            schema=dict(
                zip(
                    _DECISION_COLUMNS,
                    [
                        pl.String(),
                        pl.String(),
                        pl.List(pl.String),
                        pl.List(pl.String),
                        pl.String(),
                        pl.Int64(),
                        pl.String(),
                        pl.Boolean(),
                        pl.Int64(),
                    ],
                    strict=True,
                )
            ),
            orient="row",
        )
        texts = frame.with_columns(iso("decided_at"), iso("updated_at"))
        return frame.with_columns(utc("decided_at"), utc("updated_at")), _encoded(texts)


def _encoded(rows: pl.DataFrame) -> pl.Series:
    if rows.is_empty():
        return pl.Series([], dtype=pl.String)
    return rows.select(pl.struct(pl.all()).struct.json_encode().alias("text"))["text"]
