"""Members as the CRM, the mini-program and WeCom know them."""

from __future__ import annotations

import dataframely as dy

from assets.feeds.base import (
    LandedRow,
    day,
    flat_feed,
    identifier,
    identifiers,
    name_of,
    one_of,
    text,
    utc_time,
)


class MemberRow(LandedRow):
    """One version of a member."""

    member_id = identifier("member_id", "member_token", "Number of the member in the CRM", nullable=False)
    member_card = identifier("member_card", "member_card_token", "Membership card number")
    phone = identifier("phone", "phone_token", "Phone number")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid")
    openids = identifiers("openid", "openid_tokens", "WeChat openids")
    external_user_id = identifier("external_user_id", "external_user_token", "WeCom external user id")
    platform_user_ids = identifiers("platform_user_id", "platform_user_tokens", "User ids on delivery platforms")
    name = name_of("member_id", "name_token", "Name")
    birth_year = dy.Int64(nullable=True, min=1880, max=2200, description="Year of birth")
    sex = one_of(["f", "m", "unknown"], "Sex", nullable=True)
    home_store_id = text("Store the member belongs to")
    tier = text("Tier of the membership")
    left_on = day("Last day as a member, of who has left")
    deceased_on = day("Day of death, as far as it was told")
    registered_at = utc_time("When the member registered")
    updated_at = utc_time("Version of the record", nullable=False)


FEED = flat_feed(
    "members",
    MemberRow,
    id_columns=("member_id",),
    owner="team:crm",
    description="Members with their identifiers, home store and tier",
    has_identifying_id=True,
)
