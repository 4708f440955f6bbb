"""An erasure under way: what is known of it is in the vault until its proof is, so that a run cut off goes on."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from assets.erasure.requests import ErasureRequest
from warehouse.durable_files import write_atomically
from warehouse.zones import Zones


@dataclass
class ErasureCase:
    """One person's erasure and how far it has come. Holds tokens, no identifier; lies in the vault only."""

    erasure_id: str
    """Random; tells nothing about the person."""
    request: ErasureRequest
    started_at: str
    """ISO time, UTC: records of this version or an older one may not bring the person back."""
    tokens: list[str]
    """Identifier tokens that are the person's alone."""
    landing_files: dict[str, str] = field(default_factory=dict)
    """Landing files that hold the person, by receipt id."""
    records: dict[str, dict[str, int]] = field(default_factory=dict)
    """Records by what becomes of them and by file; a file found again after an interruption has its old number."""
    is_searched: bool = False
    """Whether the rebuilt zones were searched and nothing was found: only keys and proof are left to do."""
    searched: dict[str, int] = field(default_factory=dict)
    """Files or tables looked through, by zone."""

    @classmethod
    def open(cls, request: ErasureRequest, tokens: list[str], now: datetime) -> ErasureCase:
        """A new case, not yet on disk."""
        return cls(secrets.token_hex(8), request, now.isoformat(), sorted(tokens))

    @property
    def erased_at(self) -> datetime:
        """:attr:`started_at` as a time."""
        return datetime.fromisoformat(self.started_at)

    def note(self, what: str, file: str, count: int) -> None:
        """Count the records of one file."""
        if count:
            self.records.setdefault(what, {})[file] = count

    def counts(self) -> dict[str, dict[str, int]]:
        """Records and files by what became of them."""
        return {what: {"records": sum(by.values()), "files": len(by)} for what, by in sorted(self.records.items())}


def cases_folder(zones: Zones) -> Path:
    """Where open cases lie."""
    return zones.vault / "erasures"


def save(zones: Zones, case: ErasureCase) -> None:
    """Write the case so that a kill leaves either the old state or the new one."""
    folder = cases_folder(zones)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(asdict(case))
    path = folder / f"{case.erasure_id}.json"
    write_atomically(path, lambda aside: aside.write_text(text, encoding="utf-8"), mode=0o600)


def open_cases(zones: Zones) -> list[ErasureCase]:
    """Cases that an earlier run began and did not finish."""
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(cases_folder(zones).glob("*.json"))]
    return [ErasureCase(**document | {"request": ErasureRequest(**document["request"])}) for document in documents]


def close(zones: Zones, case: ErasureCase) -> None:
    """Forget a case whose proof is written."""
    (cases_folder(zones) / f"{case.erasure_id}.json").unlink()
