"""What members do in WeCom groups, on the official account, in live streams, at events; never the text of a message."""

from __future__ import annotations

from assets.feeds.base import LandedRow, identifier, one_of, person_feed, record_id, text, utc_time

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


FEED = person_feed(
    "community_activity",
    CommunityActivityRow,
    "member",
    _MEMBER,
    id_columns=("event_id",),
    owner="team:communities",
    description="Joining, leaving, messages, reading, check-ins, tasks, lectures and consultations in communities",
)
