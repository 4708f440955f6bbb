"""Who asked to be erased: requests that an operator filed in the vault, and those in the consents feed.

A request names a person by token. It lies in the vault, and neither in a run's configuration nor in a log: Dagster
keeps both, and would then hold the token that is to be forgotten.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from assets.feeds import FEEDS
from assets.identity.schema import PERSON_IDENTIFIERS
from assets.model_tables import MODEL_TABLES
from warehouse.durable_files import write_atomically
from warehouse.zones import Zones

CONSENTS = "consents"
ERASURE_REQUESTED = "erasure_requested"
_LOG = logging.getLogger(__name__)
# From the strongest on. Not the phone: whoever has it in hand need not be the one who is to be erased, and one that a
# household shared becomes the other's once the first of them is erased.
_STRENGTH = (
    "member_id",
    "member_card",
    "unionid",
    "external_user_id",
    "openid",
    "platform_user_id",
)


@dataclass(frozen=True)
class ErasureRequest:
    """That a person is to be erased, by whose wish."""

    person_token: str
    requested_by: str
    """``person via <channel>``, or the operator's name."""
    requested_at: str
    """ISO time, UTC."""


def requests_folder(zones: Zones) -> Path:
    """Where filed requests wait."""
    return zones.vault / "erasures" / "requests"


def file_request(zones: Zones, person_token: str, requested_by: str, now: datetime | None = None) -> Path:
    """File a request for the next run of the job ``erasure``; returns the file, whose name tells nothing."""
    at = (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    folder = requests_folder(zones)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}.json"
    text = json.dumps(asdict(ErasureRequest(person_token, requested_by, at)))
    write_atomically(path, lambda aside: aside.write_text(text, encoding="utf-8"), mode=0o600)
    return path


def pending_requests(zones: Zones) -> dict[str, ErasureRequest]:
    """One request per person token, the earliest of each: filed ones, and those of the consents feed.

    A request of the feed that is carried out is gone from the lake, so that what is there is pending.
    """
    files = sorted(requests_folder(zones).glob("*.json"))
    filed = [ErasureRequest(**json.loads(path.read_text(encoding="utf-8"))) for path in files]
    earliest: dict[str, ErasureRequest] = {}
    for request in sorted([*filed, *_requests_of_feed(zones)], key=lambda request: request.requested_at):
        earliest.setdefault(request.person_token, request)
    return earliest


def withdraw_filed(zones: Zones, person_token: str) -> None:
    """Take the filed requests of a person away once they are carried out."""
    for path in requests_folder(zones).glob("*.json"):
        if json.loads(path.read_text(encoding="utf-8"))["person_token"] == person_token:
            path.unlink()


def read_person_identifiers(zones: Zones) -> pl.DataFrame:
    """The identity table as it is now: which identifier tokens are whose."""
    path = zones.lake / PERSON_IDENTIFIERS / f"{PERSON_IDENTIFIERS}.parquet"
    return pl.read_parquet(path) if path.exists() else pl.DataFrame(schema=MODEL_TABLES[PERSON_IDENTIFIERS])


def _requests_of_feed(zones: Zones) -> list[ErasureRequest]:
    """Requests in the latest version of each consent record; one that names nobody alone is left out."""
    if not any((zones.lake / CONSENTS).glob("*/*.parquet")):
        return []
    rows = pl.scan_parquet(zones.lake / CONSENTS / "*" / "*.parquet", hive_partitioning=False)
    latest = rows.sort("updated_at").group_by("consent_id", maintain_order=True).last()
    asked = latest.filter(pl.col("action") == ERASURE_REQUESTED).collect()
    kind_of = {entry.token_column: entry.kind for entry in FEEDS[CONSENTS].tables[0].tokenised}
    ranks = {column: _STRENGTH.index(kind) for column, kind in kind_of.items() if kind in _STRENGTH}
    persons = read_person_identifiers(zones).filter(pl.col("person_token").is_not_null())
    named = (
        asked.unpivot(list(ranks), index=["consent_id", "channel", "occurred_at"], value_name="identifier_token")
        .with_columns(rank=pl.col("variable").replace_strict(ranks, return_dtype=pl.Int64))
        .join(persons.select("identifier_token", "person_token"), on="identifier_token")
        .sort("rank", "person_token")
        .group_by("consent_id", maintain_order=True)
        .first()
    )
    nobodys = sorted(set(asked["consent_id"]) - set(named["consent_id"]))
    if nobodys:
        _LOG.warning(
            "%d requests of erasure name no person for certain (consent records %s): find out who asked, then give"
            " `make erase` with their token",
            len(nobodys),
            ", ".join(nobodys[:10]),
        )
    return [
        ErasureRequest(person, f"person via {channel}", at.isoformat(timespec="seconds"))
        for person, channel, at in named.select("person_token", "channel", "occurred_at").iter_rows()
    ]
