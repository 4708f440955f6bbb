"""One push: from the published segments, over the vault, to WeCom; and the way back for who is erased.

Belongs here: what is read from where, and who may be told of. Does not belong here: Dagster, calls, the ledger's form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from assets.segment_push.exporting import forget_in_exports
from assets.segment_push.ledger import TagLedger
from assets.segment_push.tagging import Change, Identifiers, Pushed, push_changes, push_tags
from assets.segment_push.wecom import Pace, WeComClient
from warehouse.settings import Settings
from warehouse.snapshots import Snapshot
from warehouse.vault import Vault

READER = "assets.segment_push"
CONTACT_KIND = "external_user_id"

_PUSHED_SQL = "select person_token, segment_name_zh from fct_person_segments where is_push_allowed"


def is_push_on(settings: Settings) -> bool:
    """Whether the deployment has told which corporation to push to."""
    return bool(settings.wecom_corp_id and settings.wecom_secret)


def client_of(settings: Settings) -> WeComClient:
    """The client of a deployment that pushes.

    Raises:
        ValueError: it does not (:func:`is_push_on`), or its settings are wrong.
    """
    if not settings.wecom_corp_id or not settings.wecom_secret:
        raise ValueError("the push is off: set WECOM_CORP_ID and WECOM_SECRET")
    pace = Pace(settings.wecom_calls_per_minute)
    return WeComClient(settings.wecom_api_base, settings.wecom_corp_id, settings.wecom_secret, pace)


def contact_members(segments: pl.DataFrame, person_identifiers: pl.DataFrame) -> pl.DataFrame:
    """One row per contact and segment, ``contact_token`` and ``segment_name_zh``.

    Args:
        segments: ``person_token`` and ``segment_name_zh`` of those who allow it.
        person_identifiers: lake table of that name; who has several contacts is tagged on each.
    """
    contacts = person_identifiers.filter(
        pl.col("identifier_kind") == CONTACT_KIND, ~pl.col("is_shared"), pl.col("person_token").is_not_null()
    )
    return segments.join(contacts, on="person_token").select(
        "segment_name_zh", contact_token=pl.col("identifier_token")
    )


def push_segments(
    settings: Settings, snapshot: Snapshot, person_identifiers: pl.DataFrame, names: Collection[str]
) -> Pushed:
    """Bring WeCom's tags to the segments of a published snapshot.

    Args:
        settings: the deployment; its push must be on.
        snapshot: where the segments come from.
        person_identifiers: lake table of that name.
        names: Chinese names of all segments.

    Raises:
        WeComError, TagLimitError: see :func:`assets.segment_push.tagging.push_tags`.
    """
    with snapshot.connect("persons") as connection:
        segments = connection.sql(_PUSHED_SQL).pl()
    members = contact_members(segments, person_identifiers)
    ledger = TagLedger(settings.zones.tag_ledger)
    with client_of(settings) as client:
        return push_tags(client, ledger, members, names, _opener(settings, "tags of segments"))


def forget_person(settings: Settings, person_token: str, contact_tokens: Collection[str]) -> None:
    """Take a person's tags off in WeCom and the person out of the ledger and of every export.

    For an erasure, before the vault's keys are destroyed: afterwards nobody knows whose tags they were.

    Raises:
        WeComError: WeCom could not be told; nothing is forgotten then, call again.
        ValueError: there are tags in WeCom and the push is off.
    """
    forget_in_exports(settings.zones, [person_token])
    if not settings.zones.tag_ledger.exists():
        return
    ledger = TagLedger(settings.zones.tag_ledger)
    held = {contact: tags for contact, tags in ledger.tags().items() if contact in set(contact_tokens)}
    if held:
        changes = [Change(contact, (), tuple(sorted(tags))) for contact, tags in held.items()]
        with client_of(settings) as client:
            push_changes(client, ledger, changes, _opener(settings, "tags of an erased person"))
    ledger.erase(contact_tokens)


def _opener(settings: Settings, purpose: str) -> Identifiers:
    def open_contacts(contact_tokens: Collection[str]) -> Mapping[str, str]:
        opened = Vault(settings.zones).identifiers_of(contact_tokens, CONTACT_KIND, reader=READER, purpose=purpose)
        return dict(opened.select("identifier_token", "identifier").iter_rows())

    return open_contacts
