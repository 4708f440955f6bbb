"""What members do in WeCom groups, on the official account, in live streams, at events; never the text of a message."""

from __future__ import annotations

import polars as pl

from assets.feeds.base import UTC_TIME, Feed, LakeTable, LandedRow, identifier, one_of, record_id, text, utc_time

ACTIVITY_KINDS = [
    "join",
    "leave",
    "message",
    "read",
    "check_in",
    "task",
    "lecture",
    "consultation",
    "live_view",
    "free_test",
]
_MEMBER = ["external_user_id", "unionid", "phone"]


class CommunityActivityRow(LandedRow):
    """One event in one community."""

    event_id = record_id("Number of the event")
    community_id = text("Community", nullable=False)
    external_user_id = identifier("external_user_id", "external_user_token", "WeCom external user id")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid")
    phone = identifier("phone", "phone_token", "Phone number")
    kind = one_of(ACTIVITY_KINDS, "What the member did")
    pharmacist_id = text("Pharmacist the event belongs to")
    reference_id = text("Task or community event it is about")
    occurred_at = utc_time("When it happened", nullable=False)
    updated_at = utc_time("Version of the record", nullable=False)


DOCUMENT: dict[str, pl.DataType] = {
    "event_id": pl.String(),
    "community_id": pl.String(),
    "member": pl.Struct({name: pl.String() for name in _MEMBER}),
    "kind": pl.String(),
    "pharmacist_id": pl.String(),
    "reference_id": pl.String(),
    "occurred_at": UTC_TIME,
    "updated_at": UTC_TIME,
}


def flatten(documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Events with the member's identifiers as columns."""
    member = pl.col("member").struct
    return {"community_activity": documents.with_columns(*[member.field(name) for name in _MEMBER])}


FEED = Feed(
    name="community_activity",
    description="Joining, leaving, messages, reading, check-ins, tasks, lectures and consultations in communities",
    owner="team:communities",
    tables=(LakeTable("community_activity", CommunityActivityRow),),
    id_columns=("event_id",),
    document=DOCUMENT,
    flatten=flatten,
)
