"""Brings the tags that WeCom holds to what the segments say: only what differs is called for.

Belongs here: which calls are due, in which order, and what to do when one fails. Does not belong here: how a call is
made (:mod:`assets.segment_push.wecom`) and who is in which segment (``fct_person_segments``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from assets.segment_push.ledger import TagLedger
from assets.segment_push.wecom import UnknownContactError, WeComClient, check_tag_names

TAG_GROUP = "数据平台分群"
"""Group of tags in WeCom that is ours: tags of others are never touched."""


class Identifiers(Protocol):
    """Looks contacts up in the vault."""

    def __call__(self, contact_tokens: Collection[str], /) -> Mapping[str, str]:
        """External user id of each token that the vault opens."""
        ...


@dataclass(frozen=True)
class Change:
    """What is due for one contact."""

    contact_token: str = field(repr=False)
    add: tuple[str, ...]
    """Ids of tags to put on, sorted."""
    remove: tuple[str, ...]
    """Ids of tags to take off, sorted."""


@dataclass(frozen=True)
class Pushed:
    """What one push did."""

    contacts: int
    """Contacts whose tags were brought up to date."""
    added: int
    removed: int
    unknown: int
    """Contacts that WeCom does not know (any more), or nobody follows; asked about again with the next push."""
    sealed: int
    """Contacts whose id the vault does not open (any more)."""


def wanted_tags(members: pl.DataFrame, tag_ids: Mapping[str, str]) -> dict[str, set[str]]:
    """Ids of the tags that each contact should have.

    Args:
        members: one row per contact and segment, ``contact_token`` and ``segment_name_zh``.
        tag_ids: id of each tag by its name.
    """
    wanted: dict[str, set[str]] = {}
    for contact, name in members.select("contact_token", "segment_name_zh").iter_rows():
        wanted.setdefault(contact, set()).add(tag_ids[name])
    return wanted


def due_changes(
    wanted: Mapping[str, set[str]], held: Mapping[str, set[str]], confirmed: Mapping[str, set[str]]
) -> list[Change]:
    """What differs, by contact token; what is to be taken off first, since somebody may have withdrawn a consent.

    Args:
        wanted: ids of the tags that each contact should have.
        held: those that it has, or may have.
        confirmed: those of them that it has for certain.
    """
    changes = [
        Change(
            contact,
            tuple(sorted(wanted.get(contact, set()) - confirmed.get(contact, set()))),
            tuple(sorted(held.get(contact, set()) - wanted.get(contact, set()))),
        )
        for contact in sorted(wanted.keys() | held.keys())
    ]
    due = [change for change in changes if change.add or change.remove]
    return sorted(due, key=lambda change: (not change.remove, change.contact_token))


def push_tags(
    client: WeComClient, ledger: TagLedger, members: pl.DataFrame, names: Collection[str], identifiers: Identifiers
) -> Pushed:
    """Create the tags that are missing and mark the contacts whose tags differ.

    What is to be put on is in the ledger before WeCom is told, and confirmed once WeCom has taken all changes of a
    contact. Of a push that was killed the next one marks at most one contact again, which changes nothing; and should
    the person have withdrawn meanwhile, it takes off what may have been put on.

    Args:
        client: where to.
        ledger: what WeCom holds.
        members: see :func:`wanted_tags`; whom nothing may be pushed of is not in it.
        names: names of all segments, so that an empty segment has its tag too.
        identifiers: asked for the contacts of the push alone.

    Raises:
        TagLimitError: the segments are more, or have other names, than WeCom takes.
        WeComError: WeCom refused or could not be reached; what was pushed until then is in the ledger.
    """
    names = sorted(names)
    check_tag_names(names)
    tag_ids = client.tags(TAG_GROUP)
    missing = [name for name in names if name not in tag_ids]
    if missing:
        tag_ids |= client.add_tags(TAG_GROUP, missing)
    changes = due_changes(wanted_tags(members, tag_ids), ledger.tags(), ledger.tags(confirmed_only=True))
    return push_changes(client, ledger, changes, identifiers)


def push_changes(client: WeComClient, ledger: TagLedger, changes: Sequence[Change], identifiers: Identifiers) -> Pushed:
    """Mark contacts one after the other, each written into the ledger; raises as :func:`push_tags` does."""
    opened = identifiers([change.contact_token for change in changes])
    ledger.intend(
        (change.contact_token, tag) for change in changes if change.contact_token in opened for tag in change.add
    )
    done, added, removed, unknown = 0, 0, 0, 0
    for change in changes:
        external_user_id = opened.get(change.contact_token)
        if external_user_id is None:
            continue
        if _mark(client, external_user_id, change):
            ledger.confirm(change.contact_token, change.add, change.remove)
            done, added, removed = done + 1, added + len(change.add), removed + len(change.remove)
        else:
            # Tags belong to the relation between member and contact: they are gone with it.
            ledger.forget([change.contact_token])
            unknown += 1
    return Pushed(done, added, removed, unknown, sealed=len(changes) - len(opened))


def _mark(client: WeComClient, external_user_id: str, change: Change) -> bool:
    """Tell each member who has the contact; whether anybody has it."""
    marked = 0
    try:
        for user_id in client.followers(external_user_id):
            # One who let go of the contact since is no reason to leave out the others.
            with contextlib.suppress(UnknownContactError):
                client.mark(user_id, external_user_id, change.add, change.remove)
                marked += 1
    except UnknownContactError:
        return False
    return marked > 0
